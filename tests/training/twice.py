"""A training that stops and goes on, with looks, checkpoints and a metric, wherever it is run: `tests/gpu.sh` does it.

python -m tests.training.twice FOLDER SIDE [OPTIONS OF train stylegan2-ada]
"""

import sys
from pathlib import Path

from tests.training.pictures import write_prepared
from training.__main__ import app
from training.loops.checkpoint import LATEST, load_checkpoint
from training.watching.best import BEST
from training.watching.journal import JOURNAL, read_journal

PICTURES = 300


def main(folder: Path, side: int, options: list[str]) -> None:
    """Made-up faces of `side` px, in two sittings; an assertion says what did not happen."""
    data = write_prepared(folder / "faces.zip", n=PICTURES, side=side)
    run = folder / "run"
    command = ["train", "stylegan2-ada", "--data", str(data), "--out", str(run), "--cond", "--mirror"]
    shown = []
    for _ in range(2):
        assert not app([*command, "--metric", "sliced", *options], standalone_mode=False)
        shown.append(load_checkpoint(run / LATEST)["images"])
    assert 0 < shown[0] < shown[1], f"the second sitting goes on: {shown}"
    told = read_journal(run / JOURNAL)
    assert any(str(line.get("note", "")).startswith("goes on") for line in told)
    assert (run / BEST).exists() and list(run.glob("sheet-*.png"))
    print(f"{shown[0]} and {shown[1] - shown[0]} pictures of {side} px, in two sittings")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])

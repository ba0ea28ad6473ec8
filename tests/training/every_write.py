"""What `test_pack_writes.py` starts: a command on a pack, once for each of its writes, which fails or is the last one.

A line of JSON for each: what was done to which write, how the command ended, what it said, and what it left.
"""

import contextlib
import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
import typer

from inference.packs.loader import load
from tests.inference.packs import tiny
from training.datasets.manifest import Row
from training.evaluation.distances import Kernel
from training.evaluation.judging import Distance, Judgement, Look
from training.evaluation.likeness import Likeness
from training.export import illustrating, measured
from training.export.failures import failures
from training.export.illustrating import Illustration
from training.export.measured import add_likeness, add_measures
from training.export.types import TYPES
from training.telling import sentences

WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "ctypes.dlsym"}
HEADINGS = {"measured": "Measured", "likeness": "Likeness"}


def judged(seed: int) -> Judgement:
    dice = np.random.RandomState(seed)
    look = Look({}, dice.randint(0, 255, (6, 32, 32, 3)).astype(np.uint8))
    distance = Distance(0.1, Kernel(1.0, 0.1), 0.8, 0.8)
    return Judgement("x", 32, {"identity": distance}, 1.0, None, look, look, "8 photos of others")


def illustration(*_: object) -> Illustration:
    """Made up: finding one takes longer than writing it."""
    keys = [f"{name}.{gender}" for name in TYPES for gender in ("female", "male", "either")]
    keys += [f"axis.{pair}" for pair in ("ei", "sn", "tf", "jp")]
    return Illustration({key: torch.full((8, 16), 0.5) for key in keys}, [], 0.25, "Moved 0.25.")


def evaluate(pack: Path) -> str:
    return add_measures(pack, judged(0), judged(1))


def likeness(pack: Path) -> str:
    people = [Row(f"{i}.png", "female", "", "A", "", "", "") for i in range(6)]
    return add_likeness(pack, Likeness(people, np.full(6, 0.25, np.float32), 1.0))


def types(pack: Path) -> str:
    return illustrating.retype(pack, None)


class Fault:
    """Counts what changes the disk, and does something to the one of number `at`."""

    def __init__(self, place: Path, how: str, at: int) -> None:
        self.place, self.how, self.at, self.seen = str(place), how, at, 0
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        opened = event == "open" and str(args[0]).startswith(self.place)
        if event in WRITES or (opened and args[2] & (os.O_WRONLY | os.O_RDWR)):
            self.seen += 1
            if self.seen == self.at:
                self.strike()

    def strike(self) -> None:
        if self.how == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.kill(os.getpid(), signal.SIGKILL if self.how == "kill" else signal.SIGINT)


def tried(command: Callable[[Path], str], pack: Path, how: str, at: int) -> tuple[int, str, bool]:
    """In a process of its own: its exit code, what it said, and whether there was such a write."""
    said = pack.parent.parent / "said"
    child = os.fork()
    if not child:
        code = 1
        with said.open("w") as told, contextlib.redirect_stderr(told):
            fault = Fault(pack.parent, how, at)
            try:
                with sentences():
                    command(pack)
                code = 0
            except typer.Exit as ended:
                code = ended.exit_code
            except KeyboardInterrupt:
                code = 130
            except BaseException as error:
                told.write(f"Traceback: {error!r}")
        os._exit(code if fault.seen >= at else 77)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, said.read_text(), code != 77


def looked_at(pack: Path) -> dict[str, Any]:
    """What is wrong with a pack, if anything, and its version."""
    try:
        manifest = load(pack).manifest
    except Exception as error:
        return {"wrong": str(error)}
    card, told = (pack / "CARD.md").read_text(encoding="utf-8"), manifest.provenance
    right = card.startswith(f"# tiny {manifest.version}\n") and "By hand." in card
    right &= (pack / "notes" / "mine.txt").read_text() == "kept"
    right &= ("measured" in told) == (pack / "failures.jpg").exists()
    right &= all((name in told) == (f"**{heading}.**" in card) for name, heading in HEADINGS.items())
    right &= (len(manifest.labels) == 48) == ("Moved 0.25." in card)
    return {"wrong": "" if right else f"{manifest.version}: {card}", "version": manifest.version}


def pattern(place: Path) -> Path:
    pack = tiny.write(place)
    (pack / "CARD.md").write_text("# tiny 1\n\nBy hand.\n")
    (pack / "notes").mkdir()
    (pack / "notes" / "mine.txt").write_text("kept")
    return pack


def main(name: str, place: Path) -> None:
    command: Callable[[Path], str] = {"evaluate": evaluate, "likeness": likeness, "types": types}[name]
    sheet, first = failures(judged(1).samples.thumbs), pattern(place / "pattern")
    made_up = mock.patch.object(illustrating, "illustrate", illustration)
    with made_up, mock.patch.object(measured, "failures", lambda _: sheet):
        sweep(command, first, place)


def sweep(command: Callable[[Path], str], first: Path, place: Path) -> None:
    for how in ("full", "kill", "interrupt"):
        for at in range(1, 100):
            pack = Path(shutil.copytree(first, place / f"{how}-{at}" / "packs" / "pack"))
            code, said, struck = tried(command, pack, how, at)
            if not struck:
                break
            found = {"how": how, "at": at, "code": code, "said": said, "left": names(pack)} | looked_at(pack)
            if len(found["left"]) > 1:
                command(pack)  # what was left is not in the way
            print(json.dumps(found | {"again": names(pack)}))


def names(pack: Path) -> list[str]:
    return sorted(path.name for path in pack.parent.iterdir())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

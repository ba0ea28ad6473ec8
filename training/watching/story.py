"""`README.md` and `options.json` of a run's folder: what it is, how far it is, how to go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from training.watching.journal import JOURNAL, read_journal
from training.watching.seen import Trouble
from training.watching.telling import Teller, Tick
from training.writing import whole

OPTIONS: Final = "options.json"
NETWORKS: Final = "networks.txt"
STORY: Final = "README.md"

_FILES: Final = """\
| file | what |
|---|---|
| `latest.pt` | the last checkpoint: the same command goes on from it |
| `best.pt` | the checkpoint with the best metric so far, where one was asked for |
| `kimg-*.pt` | checkpoints that stay; copied over `latest.pt`, one is where the run goes on |
| `sheet-*.png` | samples, always of the same seeds |
| `log.jsonl` | all numbers and warnings, an object a line |
| `events.*` | the same numbers for `tensorboard --logdir` |
| `lock` | held while a command trains here |
| `options.json`, `networks.txt` | all options; parameters, buffers and shapes of the networks |
"""


class Story(Teller):
    """Keeps the folder's own page; what earlier sittings told is read from the log when one begins."""

    def __init__(self, folder: Path, options: Mapping[str, Any], networks: str) -> None:
        self.folder, self.options, self.networks = folder, options, networks
        self._latest: dict[str, Any] = {}
        self._troubles: list[str] = []
        self._notes: list[str] = []
        self._kimg = 0.0
        self._pace = ""

    def begin(self, kimg: float) -> None:
        options = json.dumps(self.options, indent=2, ensure_ascii=False, default=str)
        _write(self.folder / OPTIONS, options + "\n")
        _write(self.folder / NETWORKS, self.networks)
        for entry in read_journal(self.folder / JOURNAL):
            self._recall(entry)
        self._kimg = kimg
        self._tell("Running")

    def _recall(self, entry: dict[str, Any]) -> None:
        if entry["kimg"] > 0 and "sec_per_kimg" in entry:
            self._latest |= entry
        elif "trouble" in entry:
            self._troubles.append(_event(entry["kimg"], entry["says"]))
        elif "note" in entry:
            self._notes.append(_event(entry["kimg"], entry["note"]))

    def tick(self, tick: Tick) -> None:
        self._latest |= {"kimg": round(tick.kimg, 2), "sec_per_kimg": round(tick.pace, 2), **tick.numbers}
        self._kimg = tick.kimg
        self._pace = f", {tick.seconds / 3600:.2f} hours, {tick.pace:.1f} s a kimg"
        self._tell("Running")

    def trouble(self, kimg: float, trouble: Trouble) -> None:
        self._troubles.append(_event(kimg, trouble.says))

    def note(self, kimg: float, text: str) -> None:
        self._kimg = kimg
        self._notes.append(_event(kimg, text))

    def close(self) -> None:
        self._tell("Not running")

    def _tell(self, state: str) -> None:
        told = [f"- {name}: {plain(value)}" for name, value in self.options.get("about", {}).items()]
        numbers = [f"| {name} | {value} |" for name, value in self._latest.items()]
        parts = [
            "# A training run",
            f"{state}: {self._kimg:.1f} kimg{self._pace}.",
            "\n".join(told),
            _part("Warnings", self._troubles) or "No warnings.",
            _part("Last numbers", ["| what | value |", "|---|---|", *numbers] if numbers else []),
            _part("Events", self._notes[-10:]),
            _part("Files", [_FILES.rstrip()]),
        ]
        _write(self.folder / STORY, "\n\n".join(part for part in parts if part) + "\n")


def plain(value: Any) -> str:
    """As people write it: `ENFP 12, ISTJ 9` for counts."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)


def _event(kimg: float, text: str) -> str:
    return f"- {kimg:.1f} kimg: {text}"


def _part(title: str, lines: list[str]) -> str:
    return f"## {title}\n\n" + "\n".join(lines) if lines else ""


def _write(path: Path, text: str) -> None:
    with whole(path) as file:
        file.write(text.encode())

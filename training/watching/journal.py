"""`log.jsonl`: everything that a run told, a JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from training.watching.seen import Trouble
from training.watching.telling import Teller, Tick
from training.writing import NotWritten, not_written, whole

JOURNAL: Final = "log.jsonl"


class Journal(Teller):
    """Writes each line through to the file at once; a sitting begins where its checkpoint was taken."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL

    def begin(self, kimg: float) -> None:
        kept = [line for line in read_journal(self.path) if line["kimg"] <= kimg + 1e-6]
        with whole(self.path) as file:
            file.write("".join(_line(entry) for entry in kept).encode())

    def tick(self, tick: Tick) -> None:
        told = {
            "kimg": round(tick.kimg, 3),
            "sec_per_kimg": round(tick.pace, 2),
            "seconds": round(tick.seconds, 1),
        }
        self._append(told | dict(tick.numbers))

    def trouble(self, kimg: float, trouble: Trouble) -> None:
        self._append({"kimg": round(kimg, 3), "trouble": trouble.code, "says": trouble.says})

    def note(self, kimg: float, text: str) -> None:
        self._append({"kimg": round(kimg, 3), "note": text})

    def _append(self, entry: dict[str, Any]) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(entry))
        except OSError as error:
            raise NotWritten(not_written(self.path, error)) from error


def read_journal(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a run's log; the last one may have been cut by a power failure."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("kimg"), int | float):
            entries.append(entry)
    return entries


def _line(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False) + "\n"

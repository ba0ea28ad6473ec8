"""What is known already: a work folder with a line for each photo that was looked at, and its picture.

Verdicts are found by the hash of a photo's bytes; its path, size and time of change spare the reading. The
folder may be thrown away at any time: what is in it is only work.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from training.preparing.errors import writing
from training.preparing.photo import Verdict

Stamp = tuple[int, int]
"""Bytes and nanoseconds of the last change."""

_PEOPLE: Final = "people.json"


def stamp_of(path: Path) -> Stamp | None:
    """Of a file as it lies there; none where it cannot be told."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


class Journal:
    """The lines of one look (`Look.key`); append with `add`."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.chips = folder, folder / f"pictures-{key}"
        self._path = folder / f"photos-{key}.jsonl"
        self._verdicts: dict[str, Verdict] = {}
        self._hashes: dict[str, tuple[Stamp, str]] = {}
        with writing(folder):
            self.chips.mkdir(parents=True, exist_ok=True)
            self._read()
            self._lines = self._path.open("a", encoding="ascii")
            self._lines.write("\n")  # an interrupted line ends here

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    @property
    def known(self) -> list[str]:
        """The hashes of all photos that need no second look."""
        return list(self._verdicts)

    def seen(self, path: str, stamp: Stamp | None) -> str | None:
        """The hash of a photo that has not changed since it was looked at."""
        before = self._hashes.get(path)
        return before[1] if before and before[0] == stamp and before[1] in self._verdicts else None

    def verdict(self, sha: str) -> Verdict:
        return self._verdicts[sha]

    def add(self, path: str, stamp: Stamp, sha: str, verdict: Verdict | None) -> None:
        """Write a line; `verdict` is None where the same bytes were judged before."""
        self._hashes[path] = (stamp, sha)
        if verdict is not None:
            self._verdicts[sha] = verdict
        line = {"path": path, "stamp": stamp, "sha": sha, "verdict": verdict and verdict.to_json()}
        with writing(self._path):
            self._lines.write(json.dumps(line) + "\n")
            self._lines.flush()

    def people(self) -> dict[str, str]:
        """Who was found on a photo by an earlier run: from a photo's hash to a person's."""
        try:
            known: dict[str, str] = json.loads((self.folder / _PEOPLE).read_text("ascii"))
        except (OSError, ValueError):
            return {}
        return known

    def remember(self, people: dict[str, str]) -> None:
        replace_text(self.folder / _PEOPLE, json.dumps({**self.people(), **people}))

    def _read(self) -> None:
        if not self._path.exists():
            return
        with self._path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                try:
                    self._take(json.loads(line))
                except (ValueError, KeyError, TypeError):  # half a line of a run that was killed
                    continue
        self._verdicts = {sha: v for sha, v in self._verdicts.items() if self._whole(sha, v)}

    def _take(self, line: dict[str, Any]) -> None:
        size, time = line["stamp"]
        self._hashes[line["path"]] = ((size, time), line["sha"])
        if line["verdict"] is not None:
            self._verdicts[line["sha"]] = Verdict.from_json(line["verdict"])

    def _whole(self, sha: str, verdict: Verdict) -> bool:
        stamp = stamp_of(chip_path(self.chips, sha))
        return verdict.reason is not None or (stamp is not None and stamp[0] == verdict.chip_bytes)


def chip_path(chips: Path, sha: str) -> Path:
    """Where the picture of a photo lies."""
    return chips / sha[:2] / f"{sha}.png"


def replace_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError, and leaves nothing."""
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """The same for text.

    Raises:
        PreparingError: it could not be written.
    """
    with writing(path):
        replace_bytes(path, text.encode("utf-8", "backslashreplace"))

"""A table's rows, and the pictures of an archive that they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from training.datasets.archive import Archive
from training.datasets.manifest import Row, read_manifest
from training.errors import DataError

Key = Callable[[str], str]


def listed(manifest: Path, archive: Archive) -> list[tuple[Row, str]]:
    """The rows whose pictures are there, with the names of these.

    Raises:
        DataError: the table cannot be read, or does not tell pictures apart.
    """
    rows = read_manifest(manifest)
    names = named([row.file for row in rows], archive)
    return [(row, names[row.file]) for row in rows if row.file in names]


def named(files: Iterable[str], archive: Archive) -> dict[str, str]:
    """What each of a table's files is called in the archive, where it is there.

    It has the same path; else the same name in another folder; else that name in another format.

    Raises:
        DataError: one of them could be several pictures, or several of them one.
    """
    found: dict[str, str] = {}
    files = list(dict.fromkeys(files))
    for key, names in ((str, archive.shown), (_name, archive.shown), (_stem, archive.pictures)):
        taken = set(found.values())
        wanted = _by(key, (file for file in files if file not in found))
        there = _by(key, (name for name in names if name not in taken))
        for short in wanted.keys() & there.keys():
            found[wanted[short][0]] = _one(wanted[short], there[short], archive)
    return found


def _one(files: list[str], names: list[str], archive: Archive) -> str:
    if len(files) > 1:
        raise DataError(f"{files[0]} and {files[1]} of the table are both {names[0]} in {archive.path.name}")
    if len(names) > 1:
        raise DataError(
            f"{files[0]} of the table could be {names[0]} or {names[1]} in {archive.path.name}; "
            "write the path that the archive has into the table"
        )
    return names[0]


def _by(key: Key, names: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[key(name)].append(name)
    return groups


def _name(path: str) -> str:
    return Path(path).name


def _stem(path: str) -> str:
    return Path(path).stem

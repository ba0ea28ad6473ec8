"""The packs that lie in folders: which there are, and what is wrong with those that cannot be served.

Manifests alone are read here, with the hashes of the files they name; a device's worker loads the weights when somebody
asks for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from inference.errors import PackError, UnknownPack
from inference.packs import manifest
from inference.server.ports import ServedPack

log = structlog.get_logger(__name__)
_Traces = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class _Found:
    """A folder as it was read: its files' names, sizes and times, and the pack or what is wrong with it."""

    name: str
    traces: _Traces
    pack: ServedPack | None = None
    error: PackError | None = None


class PackFolders:
    """The packs in `folders`, of which the first is the default, and in the subfolders of `directory`.

    `read` may take a while, since new files are hashed; all else answers at once, from any thread.
    """

    def __init__(self, folders: Sequence[Path], directory: Path | None = None) -> None:
        self._folders = tuple(folders)
        self._directory = directory
        self._found: dict[Path, _Found] = {}
        self._by_name: dict[str, tuple[Path, ServedPack]] = {}
        self._bad: dict[str, PackError] = {}
        self._default = ""  # its name, when it was good last

    @property
    def packs(self) -> tuple[ServedPack, ...]:
        """Those that can be served; the default one comes first, if it can be."""
        return tuple(pack for _, pack in self._by_name.values())

    def find(self, name: str | None) -> ServedPack:
        """The pack of that name, or the default one. Raises UnknownPack, or PackError with what is wrong."""
        known = self._by_name
        name = self._default if name is None else name
        if name in known:
            return known[name][1]
        if (error := self._bad.get(name)) is not None:
            raise PackError(error.detail)
        raise UnknownPack

    def folder(self, name: str) -> Path:
        """Where a pack lies. Raises UnknownPack."""
        known = self._by_name  # `read` may put another in its place meanwhile
        if name not in known:
            raise UnknownPack
        return known[name][0]

    def read(self, *, strict: bool = False) -> frozenset[str]:
        """Look at the folders again; the names of packs that are gone, are others now, or lie elsewhere.

        Raises:
            PackError: `strict`, and one of `folders` is no good pack, or two have one name.
        """
        before, served = self._found, self._by_name
        self._found = {path: self._look(path) for path in self._paths()}
        if strict:
            self._insist()
        for path, found in self._found.items():
            if found.error is not None and before.get(path) is not found:
                log.warning("a pack cannot be served", folder=path.name, reason=found.error.detail)
        self._by_name = known = self._named(before)
        self._bad = dict(self._errors())
        if (first := self._found[self._folders[0]]).pack is not None:
            self._default = first.name
        moved = {name for name, (path, _) in served.items() if name in known and known[name][0] != path}
        changed = {old.name for path, old in before.items() if self._found.get(path) is not old}
        return frozenset(moved | changed)

    def _named(self, before: dict[Path, _Found]) -> dict[str, tuple[Path, ServedPack]]:
        """Where each pack lies that can be served; of two with one name it is the first."""
        known: dict[str, tuple[Path, ServedPack]] = {}
        for path, found in self._found.items():
            if found.pack is not None and found.name in known:
                if before.get(path) is not found:
                    first = known[found.name][0]
                    log.warning(
                        "two packs have one name", pack=found.name, served=str(first), not_served=str(path)
                    )
            elif found.pack is not None:
                info = found.pack.info.model_copy(update={"default": path == self._folders[0]})
                known[found.name] = (path, replace(found.pack, info=info))
        return known

    def _errors(self) -> Iterator[tuple[str, PackError]]:
        """What is wrong, by each name that somebody may ask for.

        The default pack keeps its name while it is no good, such as in the midst of a copy: no other takes its place.
        """
        for path, found in self._found.items():
            if found.error is not None:
                yield path.name, found.error
                yield found.name, found.error
        if (error := self._found[self._folders[0]].error) is not None:
            yield self._default, error

    def _paths(self) -> Iterator[Path]:
        yield from self._folders
        if self._directory is not None and self._directory.is_dir():
            yield from sorted(child.parent for child in self._directory.glob(f"*/{manifest.FILE}"))

    def _look(self, path: Path) -> _Found:
        """What lies in a folder; it is read only when something in it has changed, or could not be read for once."""
        traces = tuple(sorted(_traces(path)))
        old = self._found.get(path)
        if old is not None and old.traces == traces:
            return old
        try:
            read = manifest.read(path)
        except PackError as error:
            return _Found(_claimed(path), () if error.passing else traces, error=PackError(error.detail))
        mark = hashlib.sha256(read.model_dump_json().encode()).hexdigest()  # it names all files by hash
        return _Found(read.name, traces, ServedPack(manifest.info(read, default=False), read.cut, mark))

    def _insist(self) -> None:
        names: set[str] = set()
        for path in self._folders:
            found = self._found[path]
            if found.error is not None:
                raise PackError(found.error.detail)
            if found.name in names:
                raise PackError(f"two packs are named {found.name}")
            names.add(found.name)


def _claimed(path: Path) -> str:
    """The name that a bad pack gives itself, if it does; else its folder's."""
    try:
        said = json.loads((path / manifest.FILE).read_bytes())
    except (OSError, ValueError):
        return path.name
    name = said.get("name") if isinstance(said, dict) else None
    return name if isinstance(name, str) else path.name


def _traces(path: Path) -> Iterator[tuple[str, int, int]]:
    for file in path.rglob("*"):
        with contextlib.suppress(OSError):  # it may be on its way out
            status = file.stat()
            yield str(file.relative_to(path)), status.st_size, status.st_mtime_ns

"""A folder that is whole or not there: written beside its place, and put there in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from training.writing import NotWritten, flush, in_turn, not_written

_HERE, _SWAP = -100, 2  # AT_FDCWD; RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `out` at the end, unless the body raises.

    Files of `out` that the new folder has no successor for stay. Whoever else writes beside `out` waits.

    Raises:
        NotWritten: the disk is full, or does not let us; `out` is as it was.
    """
    try:
        with _replacing(out.resolve()) as fresh:
            yield fresh
    except OSError as error:
        raise NotWritten(not_written(out, error)) from error


@contextmanager
def _replacing(out: Path) -> Iterator[Path]:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    with in_turn(out.parent) as locked, _scratch(out) as scratch:
        if locked and out.exists():
            _clear(out, scratch)
        fresh = scratch / out.name
        fresh.mkdir()
        yield fresh
        if out.exists():
            _keep(out, fresh)
        for path in (*fresh.rglob("*"), fresh):  # a power cut after the swap must not find empty files
            if not path.is_symlink():
                flush(path)
        _put(fresh, out, scratch / "old")
        flush(out.parent)


@contextmanager
def _scratch(out: Path) -> Iterator[Path]:
    made = TemporaryDirectory(
        dir=out.parent, prefix=f".{out.name}-", suffix=".part", ignore_cleanup_errors=True
    )
    with made as scratch:
        yield Path(scratch)


def _clear(out: Path, scratch: Path) -> None:
    """What a killed one left beside `out` is removed."""
    for left in out.parent.glob(f".{escape(out.name)}-????????.part"):
        if left != scratch:
            shutil.rmtree(left, ignore_errors=True)


def _keep(out: Path, fresh: Path) -> None:
    for kept in out.rglob("*"):
        copy = fresh / kept.relative_to(out)
        if kept.is_dir() and not kept.is_symlink():
            copy.mkdir(exist_ok=True)
        elif not copy.exists():
            shutil.copy2(kept, copy, follow_symlinks=False)


def _put(fresh: Path, out: Path, old: Path) -> None:
    if not out.exists():
        fresh.rename(out)
        return
    try:
        exchange(fresh, out)
    except (AttributeError, OSError):  # the system cannot, or not on this disk
        _in_two_steps(fresh, out, old)


def exchange(one: Path, other: Path) -> None:
    """Two files or folders change places in one step: nobody ever sees one of them missing.

    Raises:
        OSError: they did not; not every file system can.
        AttributeError: the system cannot.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renamex_np"):  # macOS
        failed = libc.renamex_np(*names, _SWAP)
    else:
        failed = libc.renameat2(_HERE, names[0], _HERE, names[1], _SWAP)
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def _in_two_steps(fresh: Path, out: Path, old: Path) -> None:
    try:
        out.rename(old)
        fresh.rename(out)
    except BaseException:  # Ctrl-C too: what is old is thrown away
        if not out.exists():
            old.rename(out)
        raise

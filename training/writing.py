"""Files that are whole or not there: written beside their place, flushed to disk, put there by renaming."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from training.errors import TrainingError

LOCK: Final = "lock"
NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PATIENCE: Final = 60.0  # seconds in which any file is written, but by a process that hangs


class Occupied(TrainingError):
    """Another command works in the folder."""


class NotWritten(TrainingError):
    """A file could not be written; what was there before is as it was."""


@contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `target` at the end; a crash, an error or a power cut leaves the old one.

    Who writes in the same folder waits, a minute at most.

    Raises:
        NotWritten: the disk is full, or does not let us.
    """
    draft = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with in_turn(target.parent, _PATIENCE), _removed(draft):
            with draft.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            flush(target.parent)
    except BaseException as error:
        if said := _of_disk(error):
            raise NotWritten(not_written(target, said)) from error
        raise


@contextmanager
def in_turn(folder: Path, patience: float = math.inf) -> Iterator[bool]:
    """One after the other in a folder; false where locks are unknown, or after that many seconds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield _locked(descriptor, time.monotonic() + patience)
    finally:
        os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Work in a folder that nobody else works in; who is killed leaves it free.

    Raises:
        NotWritten: the disk is full, or does not let us.
        Occupied: another command works in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise NotWritten(not_written(folder, error)) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"Another run is working in {folder}.") from None
        except OSError:  # a disk that knows no locks
            pass
        yield


def _locked(descriptor: int, until: float) -> bool:
    while time.monotonic() < until:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        except OSError:
            return False
        else:
            return True
    return False


@contextmanager
def _removed(draft: Path) -> Iterator[None]:
    """Nothing is left of it where that fails."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def not_written(target: Path, error: OSError) -> str:
    """The sentence for a failed write."""
    if error.errno in NO_ROOM:
        return f"The disk is full: there is no room left for {target}. Free some and run again to go on."
    return (
        f"{target} cannot be written: {error.strerror or error}. See that you may write there, and run again."
    )


def _of_disk(error: BaseException) -> OSError | None:
    """What the disk said; torch wraps it in an error of its own."""
    for candidate in (error, error.__context__):
        if isinstance(candidate, OSError):
            return candidate
    return None


def flush(path: Path) -> None:
    """What a file holds, or the names in a folder, reach the disk; not every disk can be asked that of a folder.

    Raises:
        OSError: a file did not reach it.
    """
    if path.is_dir():
        with suppress(OSError):
            _flushed(path)
    else:
        _flushed(path)


def _flushed(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

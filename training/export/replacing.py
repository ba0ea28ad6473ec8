"""A folder that is whole or not there: written beside its place, and put there by renaming."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from training.writing import NotWritten, not_written


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `out` at the end, unless the body raises.

    Files of `out` that the new folder has no successor for stay.

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
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
        fresh, old = Path(scratch, "fresh"), Path(scratch, "old")
        fresh.mkdir()
        yield fresh
        if not out.exists():
            fresh.rename(out)
            return
        out.rename(old)
        try:
            fresh.rename(out)
        except OSError:
            old.rename(out)
            raise
        for kept in old.iterdir():
            if not (out / kept.name).exists():
                kept.rename(out / kept.name)

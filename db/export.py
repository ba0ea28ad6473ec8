"""Writing out all data that is not about a person, row by row, so that its amount does not matter."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy.ext.asyncio import AsyncSession

from db import errors
from db.repositories import exports


async def write_json(session: AsyncSession, out: TextIO) -> None:
    """One JSON object: `exported_at`, then one list of objects a table. Times are ISO 8601 in UTC."""
    out.write(f'{{"exported_at": {json.dumps(datetime.now(UTC).isoformat())}')
    for table, columns in exports.tables().items():
        out.write(f',\n"{table}": [')
        separator = "\n"
        async for page in exports.pages(session, table):
            rows = (
                json.dumps(dict(zip(columns, row, strict=True)), default=datetime.isoformat) for row in page
            )
            out.write(separator + ",\n".join(rows))
            separator = ",\n"
        out.write("\n]")
    out.write("\n}\n")


async def write_csv(session: AsyncSession, directory: Path) -> list[Path]:
    """One file a table, with a header line, in a directory that exists."""
    written = []
    for table, columns in exports.tables().items():
        path = directory / f"{table}.csv"
        with whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            async for page in exports.pages(session, table):
                writer.writerows(map(_plain, page))
        written.append(path)
    return written


def _plain(row: Sequence[exports.Value]) -> list[str | int | None]:
    return [value.isoformat() if isinstance(value, datetime) else value for value in row]


@contextmanager
def told(where: object) -> Iterator[None]:
    """Raise `Unwritable` in place of the system's own error."""
    try:
        yield
    except OSError as error:
        raise errors.Unwritable(f"{where} cannot be written: {error.strerror}.") from None


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside `path` to write into, which takes its place when it is complete.

    Raises:
        Unwritable: the place or the disk does not take it; what was there before stays.
    """
    part = path.with_name(path.name + ".part")
    try:
        with told(path):
            yield part
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)

"""Writing out all data that is not about a person, row by row, so that its amount does not matter."""

import csv
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories import exports


async def write_json(session: AsyncSession, out: TextIO) -> None:
    """One JSON object: `exported_at`, then one list of objects a table. Times are ISO 8601 in UTC."""
    out.write(f'{{"exported_at": {json.dumps(datetime.now(UTC).isoformat())}')
    for table in exports.tables():
        out.write(f',\n"{table}": [')
        separator = "\n"
        async for row in _plain(session, table):
            out.write(separator + json.dumps(row))
            separator = ",\n"
        out.write("\n]")
    out.write("\n}\n")


async def write_csv(session: AsyncSession, directory: Path) -> list[Path]:
    """One file a table, with a header line, in a directory that exists."""
    written = []
    for table, columns in exports.tables().items():
        path = directory / f"{table}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            async for row in _plain(session, table):
                writer.writerow(row)
        written.append(path)
    return written


async def _plain(session: AsyncSession, table: str) -> AsyncIterator[Mapping[str, str | int | None]]:
    async for row in exports.rows(session, table):
        yield {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()
        }

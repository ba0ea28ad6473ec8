"""`typeface-db`: look after the database by hand."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from db import errors, export, records, report, tabular
from db.migrations import runner
from db.repositories import statistics
from db.session import Database
from db.settings import Settings, load
from db.store import open_store

app = typer.Typer(
    help="Look after Typeface's database. DATABASE_URL and TYPEFACE_HOME say where it is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    json = "json"
    csv = "csv"


class Shape(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


@app.command()
def upgrade() -> None:
    """Create the tables, or bring them up to this version of the program."""
    with _sentences():
        settings = load()
        runner.upgrade(settings)
        typer.echo(f"{settings.url.render_as_string(hide_password=True)} is at revision {runner.head()}.")


@app.command("export")
def export_(
    format: Annotated[Format, typer.Option(help="json: one file; csv: one file a table.")] = Format.json,
    out: Annotated[
        Path | None,
        typer.Option(help="The JSON file (by default standard output), or the directory of CSV files."),
    ] = None,
) -> None:
    """Write out what was done and when, row by row, and how many there are of the rest: nothing tells who."""
    if format is Format.csv and out is None:
        raise typer.BadParameter("CSV is one file a table: name a directory with --out.")
    with _sentences():
        if out is not None and format is Format.csv:
            _make_directory(out)
        asyncio.run(_export(load(), format, out))


@app.command()
def purge() -> None:
    """Delete what is past its time, and what nobody agrees to any more: faces, pictures, links, pairs, logs."""
    with _sentences():
        purged = asyncio.run(_purge(load()))
        typer.echo(
            "Removed " + ", ".join(f"{number} {what}" for what, number in asdict(purged).items()) + "."
        )


@app.command()
def stats(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days to look back.")] = 30,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Look back to this day (UTC) instead.")
    ] = None,
    community: Annotated[
        str | None, typer.Option(help="One server or group alone: PLATFORM:ID, such as discord:1234.")
    ] = None,
    form: Annotated[Shape, typer.Option("--format", help="For eyes, or for programs.")] = Shape.table,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw it: one sheet into FILE.png, or one picture a question into a directory."),
    ] = None,
) -> None:
    """Show sessions a day, types and genders, waiting and running times, failures and the consent rate."""
    start = since.replace(tzinfo=UTC) if since else datetime.now(UTC) - timedelta(days=days)
    with _sentences():
        found = asyncio.run(_statistics(load(), start, _place(community)))
        if plot is not None:
            _draw(found, plot)
        elif form is Shape.json:
            typer.echo(json.dumps(tabular.as_json(found), indent=2))
        elif form is Shape.csv:
            tabular.write_csv(found, sys.stdout)
        else:
            report.show(found, start, Console())


def main() -> None:
    """The console script."""
    app(prog_name="typeface-db")


@contextmanager
def _sentences() -> Iterator[None]:
    """One sentence on standard error and exit code 2, in place of a traceback, for what a user can mend."""
    try:
        yield
    except errors.StoreError as error:
        typer.echo(f"typeface-db: {error} [{error.code}]", err=True)
        raise typer.Exit(2) from None


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    """A database whose tables are ours; the keys are not needed."""
    database = Database(settings)
    try:
        await runner.require_head(database)
        yield database
    finally:
        await database.close()


def _place(community: str | None) -> tuple[str, str] | None:
    if community is None:
        return None
    platform, _, there = community.partition(":")
    if not (platform and there):
        raise typer.BadParameter("Name the community as PLATFORM:ID, such as discord:1234.")
    return platform, there


async def _statistics(
    settings: Settings, since: datetime, place: tuple[str, str] | None
) -> records.Statistics:
    """All of it without the keys; a community is found by its hash, which needs them."""
    if place is None:
        async with _opened(settings) as database, database.reading() as session:
            return await statistics.gather(session, since)
    store = await open_store(settings)
    try:
        return await store.statistics(since, place)
    finally:
        await store.close()


def _draw(found: records.Statistics, path: Path) -> None:
    from db import plots  # noqa: PLC0415 (takes a second to import)

    if path.suffix.lower() == ".png":
        pictures = {path: plots.sheet(found)}
    else:
        _make_directory(path)
        pictures = {path / f"{name}.png": picture for name, picture in plots.panels(found).items()}
    for target, picture in pictures.items():
        with export.whole(target) as part:
            part.write_bytes(picture)
    typer.echo("Drawn: " + ", ".join(str(target) for target in pictures))


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.Unwritable(f"{path} cannot be made: {error.strerror}.") from None


async def _export(settings: Settings, format: Format, out: Path | None) -> None:
    async with _opened(settings) as database, database.reading() as session:
        if out is None:
            with export.told("Standard output"):
                await export.write_json(session, sys.stdout)
        elif format is Format.csv:
            await export.write_csv(session, out)
        else:
            with export.whole(out) as part, part.open("w", encoding="utf-8") as file:
                await export.write_json(session, file)


async def _purge(settings: Settings) -> records.Purged:
    store = await open_store(settings)
    try:
        return await store.purge()
    finally:
        await store.close()


if __name__ == "__main__":
    main()

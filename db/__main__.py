"""`typeface-db`: look after the database by hand."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from db import errors, export, records, report
from db.migrations import runner
from db.repositories import statistics
from db.session import Database
from db.settings import Settings, load
from db.store import open_store

T = TypeVar("T")

app = typer.Typer(
    help="Look after Typeface's database. DATABASE_URL and TYPEFACE_HOME say where it is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
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
    """Write out sessions, jobs, consents and counts, without anything about a person."""
    if format is Format.csv and out is None:
        raise typer.BadParameter("CSV is one file a table: name a directory with --out.")
    with _sentences():
        if out is not None and format is Format.csv:
            _make_directory(out)
        _run(lambda database: _export(database, format, out))


@app.command()
def purge() -> None:
    """Delete expired faces, faces without consent, old sessions, conversations and update ids."""
    with _sentences():
        purged = asyncio.run(_purge(load()))
        typer.echo(
            "Removed " + ", ".join(f"{number} {what}" for what, number in asdict(purged).items()) + "."
        )


@app.command()
def stats(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days to look back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show sessions a day, types and genders, waiting and running times, outcomes and the consent rate."""

    async def gather(database: Database) -> None:
        async with database.reading() as session:
            found = await statistics.gather(session, datetime.now(UTC) - timedelta(days=days))
        if as_json:
            typer.echo(json.dumps(report.as_json(found), indent=2))
        else:
            report.show(found, days, Console())

    with _sentences():
        _run(gather)


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


def _run(action: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with a database whose tables are ours; the keys are not needed."""

    async def run() -> T:
        database = Database(load())
        try:
            await runner.require_head(database)
            return await action(database)
        finally:
            await database.close()

    return asyncio.run(run())


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.Unwritable(f"{path} cannot be made: {error.strerror}.") from None


async def _export(database: Database, format: Format, out: Path | None) -> None:
    async with database.reading() as session:
        try:
            if out is None:
                await export.write_json(session, sys.stdout)
            elif format is Format.csv:
                await export.write_csv(session, out)
            else:
                with out.open("w", encoding="utf-8") as file:
                    await export.write_json(session, file)
        except OSError as error:
            raise errors.Unwritable(
                f"{out or 'Standard output'} cannot be written: {error.strerror}."
            ) from None


async def _purge(settings: Settings) -> records.Purged:
    store = await open_store(settings)
    try:
        return await store.purge()
    finally:
        await store.close()


if __name__ == "__main__":
    main()

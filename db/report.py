"""Statistics for eyes: tables in a terminal."""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table

from db.records import Statistics


def show(statistics: Statistics, since: datetime, console: Console) -> None:
    """Print one table a question."""
    console.print(f"Since {since:%Y-%m-%d %H:%M}, in UTC")
    for title, head, rows in (
        ("Sessions a day", "day", statistics.days),
        ("Sessions by type", "type", statistics.types),
        ("Sessions by gender", "gender", statistics.genders),
        ("Sessions by outcome", "outcome", statistics.outcomes),
    ):
        console.print(_table(title, (head, "sessions"), rows))
    console.print(_table("Jobs by outcome", ("kind", "outcome", "jobs"), statistics.jobs))
    times = [(t.kind, t.count, t.wait.p50, t.wait.p95, t.run.p50, t.run.p95) for t in statistics.times]
    head_of_times = ("kind", "jobs", "wait p50 ms", "wait p95 ms", "run p50 ms", "run p95 ms")
    console.print(_table("Times of jobs", head_of_times, times))
    rate = statistics.consent_rate
    share = "nobody yet" if rate is None else f"{rate:.0%}"
    console.print(f"Consent: {statistics.consented} of {statistics.people} people ({share})")


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in head:
        table.add_column(name)
    for row in rows:
        table.add_row(*(str(value) for value in row))
    return table

"""Statistics for people (tables) and for programs (JSON)."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from db.records import Statistics


def as_json(statistics: Statistics) -> dict[str, Any]:
    """Plain values: names map to counts, and times to milliseconds."""
    outcomes: dict[str, dict[str, int]] = {}
    for kind, outcome, number in statistics.jobs:
        outcomes.setdefault(kind, {})[outcome] = number
    return {
        "sessions_by_day": dict(statistics.days),
        "sessions_by_type": dict(statistics.types),
        "sessions_by_gender": dict(statistics.genders),
        "sessions_by_outcome": dict(statistics.outcomes),
        "jobs_by_outcome": outcomes,
        "failures": dict(statistics.failures),
        "job_times_ms": {times.kind: _times(asdict(times)) for times in statistics.times},
        "people": statistics.people,
        "consented": statistics.consented,
        "consent_rate": statistics.consent_rate,
    }


def write_csv(statistics: Statistics, out: TextIO) -> None:
    """One row a number: what is measured, of which kind or name, and its value (times in milliseconds)."""
    writer = csv.writer(out)
    writer.writerow(("measure", "kind", "name", "value"))
    for measure, value in as_json(statistics).items():
        for names, number in _leaves(value):
            writer.writerow((measure, *names, number))


def _leaves(value: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every number in the JSON, with the two names that lead to it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, (*names, name))
    else:
        kind, *rest = names if len(names) > 1 else ("", *names)
        yield (kind, " ".join(rest)), value


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


def _times(times: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in times.items() if name != "kind"}


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in head:
        table.add_column(name)
    for row in rows:
        table.add_row(*(str(value) for value in row))
    return table

"""Statistics for programs: as JSON, and as rows for a spreadsheet. Nothing in them is about a person."""

import csv
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TextIO

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


def _times(times: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in times.items() if name != "kind"}

"""The results as tables for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.table import Table

from inference.commands.bench.ladder import Rung
from inference.commands.bench.results import Results
from inference.commands.bench.through_server import Served

T = TypeVar("T")
Row = Sequence[str]


def show(results: Results) -> None:
    """Print on stdout."""
    console = Console()
    place = f"{results.configuration}: {results.pack}, {results.network.resolution} px"
    console.print(f"[bold]typeface-inference bench[/bold], {place}", highlight=False)
    console.print(str(results.machine), highlight=False)
    for table in _tables(results):
        console.print()
        console.print(table)


def _tables(results: Results) -> Iterable[RenderableType]:
    yield _ceilings(results)
    yield _synthesis(results)
    yield _projection(results)
    yield _staggered(results)
    yield _memory(results)
    if results.served is not None:
        yield _served(results.served)


def _table(title: str, columns: Row, rows: Iterable[Row], caption: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index and column != "way" else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _ceilings(results: Results) -> Table:
    found = results.ceilings
    rows = [
        ("matrix arithmetic, fp32", f"{found.matmul_fp32 / 1e9:,.0f} GFLOP/s"),
        ("matrix arithmetic, bf16", f"{found.matmul_bf16 / 1e9:,.0f} GFLOP/s"),
        ("copy, read and written", f"{found.copy / 1e9:,.1f} GB/s"),
    ]
    return _table("Ceilings, measured", ("", ""), rows)


def _synthesis(results: Results) -> Table:
    columns = ("batch", "way", "pictures/s", "x textbook", "matmul", "copy", "mean", "worst")
    rows: list[Row] = []
    for rung in results.synthesis:
        rows += [(str(rung.size), "left out")] if rung.found is None else []
        for index, way in enumerate(rung.found or ()):
            shares = (f"{share:.0%}" for share in results.shares(rung.size, way))
            measured = (f"{way.per_second:,.2f}", f"{way.times_textbook:.2f}", *shares)
            apart = (f"{way.mean_apart:.2f}", f"{way.worst_apart:.2f}") if way.name != "textbook" else ()
            rows.append(("" if index else str(rung.size), way.name, *measured, *apart))
    caption = (
        f"{results.gflop:.2f} GFLOP a picture. textbook: grouped weights per sample, filters apart, fp32. "
        "matmul, copy: shares of the measured ceilings. mean, worst: difference from the textbook's picture in 1/255."
    )
    return _table("Synthesis", columns, rows, caption + _left_out("batch", results.synthesis))


def _projection(results: Results) -> Table:
    columns = ("slots", "steps/s of each", "person-steps/s of all")
    rows: list[Row] = []
    for rung in results.projection:
        pace = rung.found
        measured = (f"{pace.steps_per_second:,.2f}", f"{pace.person_steps_per_second:,.2f}") if pace else ()
        rows.append((str(rung.size), *(measured or ("left out",))))
    missing = _left_out("slots", results.projection)
    return _table(f"Projection, {results.precision}", columns, rows, missing.strip() or None)


def _left_out(what: str, rungs: Sequence[Rung[T]]) -> str:
    """Which sizes are missing, and why: a line each."""
    return "".join(f"\n{what} {rung.size} is left out: {rung.left_out}." for rung in rungs if rung.left_out)


def _staggered(results: Results) -> Table:
    found = results.staggered
    ours, theirs = found.scheduled.figures(), found.one_by_one.figures()
    names = {
        "completion_mean_seconds": "to the face, mean",
        "completion_p95_seconds": "to the face, p95",
        "first_preview_p95_seconds": "to the first picture, p95",
        "first_preview_worst_seconds": "to the first picture, worst",
        "total_seconds": "all together",
    }
    rows = [
        (text, f"{theirs[name]:.2f} s", f"{ours[name]:.2f} s", f"{ours[name] / theirs[name]:.2f}")
        for name, text in names.items()
    ]
    people = len(found.scheduled.journeys)
    title = f"{people} people, one every {found.apart_seconds:.2f} s, {found.steps} steps each"
    columns = ("from arrival", "one by one", f"scheduler, {found.slots_named}", "ratio")
    return _table(title, columns, rows, f"Left to itself, the engine takes {found.engine_steps} steps.")


def _memory(results: Results) -> Table:
    rows = [
        (f"load and {memory.work}", _megabytes(memory.peak_mb), _megabytes(memory.device_mb))
        for memory in results.memory
    ]
    return _table("Memory at its peak, a process each", ("", "resident", "on the device"), rows)


def _served(served: Served) -> Table:
    rows: list[Row] = [
        ("a person at 512 px, p50", f"{served.engine_p50_ms:.1f} ms", f"{served.person_p50_ms:.1f} ms"),
        ("a person at 512 px, p95", f"{served.engine_p95_ms:.1f} ms", f"{served.person_p95_ms:.1f} ms"),
        ("an average's first picture, p95", "", f"{served.average_p95_ms:.1f} ms"),
        ("an average's next pictures, p95", "", f"{served.average_again_p95_ms:.1f} ms"),
    ]
    if (selfie := served.selfie) is not None:
        first = selfie.first_preview_seconds
        rows.append(("a selfie to its first picture", "", "" if first is None else f"{first:.2f} s"))
        rows.append((f"a selfie to its face, {selfie.steps} steps", "", f"{selfie.seconds:.2f} s"))
    rows.append(("memory of the server", "", _megabytes(served.memory_mb)))
    rows.append(("memory of the server, peak", "", _megabytes(served.memory_peak_mb)))
    hint = None if served.selfie else "Give --photo FILE to measure a selfie's way."
    return _table("Through the server", ("", "engine alone", "server"), rows, hint)


def _megabytes(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} MB"

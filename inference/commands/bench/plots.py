"""The results as PNGs. Colours are Okabe and Ito's, which colour-blind people tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inference.commands.bench.results import Results
from inference.commands.bench.staggered import Run

_BLUE, _SKY, _ORANGE, _GREY, _INK = "#0072B2", "#56B4E9", "#E69F00", "#8A8A8A", "#222222"
_WAYS = {
    "textbook": (_GREY, "textbook, fp32"),
    "fp32": (_BLUE, "served path, fp32"),
    "bf16": (_ORANGE, "served path, bf16"),
}
_BAR = 0.27


def draw(results: Results, folder: Path) -> Iterator[Path]:
    """Write synthesis, projection and staggered; gives the path of each."""
    name = results.configuration
    figures = {
        "synthesis": _synthesis(results),
        "projection": _projection(results),
        "staggered": _staggered(results),
    }
    for kind, figure in figures.items():
        path = folder / f"{name}-{kind}.png"
        figure.savefig(path, dpi=150, metadata={"Software": "typeface-inference bench"})
        yield path


def _figure(results: Results, title: str, height: float) -> Figure:
    figure = Figure(figsize=(8, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=_INK)
    place = f"{results.pack}, {results.network.resolution} px. {results.machine}"
    figure.supxlabel(place, x=0.01, ha="left", fontsize=7.5, color=_GREY)
    return figure


def _plain(axes: Axes, x: str, y: str) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(x, color=_INK)
    axes.set_ylabel(y, color=_INK)
    axes.tick_params(colors=_INK, length=3)


def _synthesis(results: Results) -> Figure:
    figure = _figure(results, "Synthesis", 4.5)
    axes = figure.add_subplot()
    rungs = [rung for rung in results.synthesis if rung.found]
    for index, (name, (colour, label)) in enumerate(_WAYS.items()):
        heights = [way.per_second for rung in rungs for way in rung.found or () if way.name == name]
        places = [number + (index - 1) * _BAR for number in range(len(heights))]
        bars = axes.bar(places, heights, _BAR * 0.94, color=colour, label=label)
        axes.bar_label(bars, [_short(height) for height in heights], fontsize=8, padding=2, color=_INK)
    axes.set_xticks(range(len(rungs)), [str(rung.size) for rung in rungs])
    _plain(
        axes, _missing("pictures at once", [r.size for r in results.synthesis if not r.found]), "pictures/s"
    )
    axes.margins(y=0.12)
    axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1), fontsize=9)
    return figure


def _projection(results: Results) -> Figure:
    figure = _figure(results, f"Projection in {results.precision}: steps of all people together", 4)
    axes = figure.add_subplot()
    measured = [(rung.size, rung.found.person_steps_per_second) for rung in results.projection if rung.found]
    bars = axes.bar(range(len(measured)), [rate for _, rate in measured], 0.5, color=_BLUE)
    axes.bar_label(bars, [_short(rate) for _, rate in measured], fontsize=9, padding=2, color=_INK)
    axes.set_xticks(range(len(measured)), [str(size) for size, _ in measured])
    absent = [rung.size for rung in results.projection if not rung.found]
    _plain(axes, _missing("people at once (slots)", absent), "steps/s, times people")
    axes.margins(y=0.12)
    return figure


def _missing(text: str, sizes: list[int]) -> str:
    return f"{text}; left out: {', '.join(map(str, sizes))}" if sizes else text


def _staggered(results: Results) -> Figure:
    found = results.staggered
    people = len(found.scheduled.journeys)
    title = f"{people} people, one every {found.apart_seconds:.2f} s, {found.steps} steps each"
    figure = _figure(results, title, 1.6 + 0.5 * people)
    runs = {"one after another": found.one_by_one, f"scheduler, {found.slots_named}": found.scheduled}
    above, below = figure.subplots(2, 1, sharex=True)
    for axes, (name, run) in zip((above, below), runs.items(), strict=True):
        _timeline(axes, run)
        figures = run.figures()
        axes.set_title(
            f"{name}: mean {figures['completion_mean_seconds']:.1f} s to the face, "
            f"first picture after {figures['first_preview_worst_seconds']:.1f} s at most, "
            f"all done at {figures['total_seconds']:.1f} s",
            loc="left",
            fontsize=9,
            color=_INK,
        )
    below.set_xlabel("seconds since the first arrival", color=_INK)
    labelled = above.get_legend_handles_labels()
    above.legend(*(kind[1:] + kind[:1] for kind in labelled), frameon=False, fontsize=8, loc="upper right")
    return figure


def _timeline(axes: Axes, run: Run) -> None:
    rows = range(1, len(run.journeys) + 1)
    arrived = [journey.arrived for journey in run.journeys]
    previewed = [journey.previewed for journey in run.journeys]
    done = [journey.done for journey in run.journeys]
    blank = [preview - arrival for preview, arrival in zip(previewed, arrived, strict=True)]
    shown = [end - preview for end, preview in zip(done, previewed, strict=True)]
    axes.barh(rows, blank, 0.5, left=arrived, color="#D9D9D9", label="arrived, nothing to see")
    axes.barh(rows, shown, 0.5, left=previewed, color=_SKY, label="first picture seen")
    axes.plot(arrived, rows, "|", color=_INK, markersize=10)
    axes.plot(done, rows, "o", color=_BLUE, markersize=6, label="done")
    axes.invert_yaxis()
    axes.set_yticks(list(rows))
    _plain(axes, "", "person")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

"""Statistics as pictures that can be read in a chat: one sheet, or one picture a question."""

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from db.records import JobTimes, Spread, Statistics

PAPER, INK, SOFT, RAIL = "#fbf3e7", "#2a1a1f", "#6a5457", "#eadfce"
GREEN, RED, GOLD, VIOLET = "#19695f", "#b8341a", "#94670a", "#6a4c93"
_DPI = 150
_SHEET, _ONE = (8.0, 11.4), (8.0, 5.0)
"""Inches: 1,200 x 1,710 px and 1,200 x 750 px."""
_ROWS = 12
"""A picture has room for so many failures and kinds of job; the rest is one row."""
_LOCK = threading.Lock()  # matplotlib's settings belong to the whole process


@dataclass(frozen=True)
class Words:
    """What is written on the pictures; `{}` stands for the number of people who agreed, then of all."""

    title: str = "Typeface"
    days: str = "Sessions a day"
    types: str = "Types"
    genders: str = "Genders"
    waiting: str = "Waiting time"
    running: str = "Running time"
    half: str = "half of all within"
    most: str = "95 of 100 within"
    failures: str = "Failures by cause"
    consent: str = "Consent"
    agreed: str = "{} of {} people agreed"
    others: str = "others"
    nothing: str = "Nothing yet"


def sheet(statistics: Statistics, words: Words | None = None, fonts: Sequence[Path] = ()) -> bytes:
    """All questions on one PNG of 1,200 x 1,710 px.

    Args:
        statistics: what is drawn.
        words: what is written on it; English by default.
        fonts: files of one family that has the words' letters; matplotlib's own by default.
    """
    words = words or Words()

    def draw(figure: Figure) -> None:
        grid = figure.add_gridspec(4, 2, height_ratios=(2.4, 4.6, 2.6, 2.6), hspace=0.5, wspace=0.34)
        half = grid[1, 1].subgridspec(2, 1, hspace=0.6)
        wide = grid[3, :].subgridspec(1, 2, width_ratios=(1, 8), wspace=0)  # causes have long names
        places = (grid[0, :], grid[1, 0], half[0], half[1], grid[2, 0], grid[2, 1], wide[1])
        for place, panel in zip(places, PANELS.values(), strict=True):
            panel(figure.add_subplot(place), statistics, words)
        figure.suptitle(words.title, x=0.5, y=0.975, fontsize=17, fontweight="bold", color=INK)
        figure.subplots_adjust(left=0.12, right=0.95, top=0.91, bottom=0.04)

    return _drawn(_SHEET, fonts, draw)


def panels(
    statistics: Statistics, words: Words | None = None, fonts: Sequence[Path] = ()
) -> dict[str, bytes]:
    """One PNG of 1,200 x 750 px a question, by its name: `days`, `types`, `genders`, `consent`, and so on."""
    words = words or Words()

    def draw(panel: Panel) -> Callable[[Figure], None]:
        def drawing(figure: Figure) -> None:
            panel(figure.add_subplot(), statistics, words)
            figure.subplots_adjust(left=0.22, right=0.95, top=0.87, bottom=0.12)

        return drawing

    return {name: _drawn(_ONE, fonts, draw(panel)) for name, panel in PANELS.items()}


def _drawn(size: tuple[float, float], fonts: Sequence[Path], draw: Callable[[Figure], None]) -> bytes:
    with _LOCK:
        settings: Any = {
            "font.size": 11.0,
            "text.color": INK,
            "axes.edgecolor": RAIL,
            "ytick.color": INK,
        }
        for font in fonts:
            font_manager.fontManager.addfont(font)
            settings["font.family"] = font_manager.FontProperties(fname=font).get_name()
        with rc_context(settings):
            figure = Figure(figsize=size, dpi=_DPI, facecolor=PAPER)
            FigureCanvasAgg(figure)
            draw(figure)
            out = io.BytesIO()
            figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _days(axes: Axes, statistics: Statistics, words: Words) -> None:
    _head(axes, words.days)
    if not statistics.days:
        return _nothing(axes, words)
    days = _every_day(statistics.days)
    axes.bar(range(len(days)), [number for _, number in days], color=GREEN, width=0.8)
    step = -(-len(days) // 6)
    shown = range(0, len(days), step)
    axes.set_xticks(list(shown), [days[at][0].strftime("%m-%d") for at in shown], color=SOFT)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(axis="y", colors=SOFT)
    axes.grid(axis="y", color=RAIL)
    axes.set_axisbelow(True)
    return None


def _types(axes: Axes, statistics: Statistics, words: Words) -> None:
    _rows(axes, words.types, statistics.types, RED, words)


def _genders(axes: Axes, statistics: Statistics, words: Words) -> None:
    _rows(axes, words.genders, statistics.genders, VIOLET, words)


def _consent(axes: Axes, statistics: Statistics, words: Words) -> None:
    _head(axes, words.consent)
    rate = statistics.consent_rate
    if rate is None:
        return _nothing(axes, words)
    axes.barh([0.0, 0.0], [1.0, rate], color=[RAIL, GREEN], height=0.34)
    axes.text(0.5, 0.62, f"{rate:.0%}", ha="center", va="center", fontsize=20, fontweight="bold")
    said = words.agreed.format(statistics.consented, statistics.people)
    axes.text(0.5, -0.52, said, ha="center", va="center", color=SOFT)
    axes.set(xlim=(0, 1), ylim=(-0.8, 1.0))
    _bare(axes)
    return None


def _waiting(axes: Axes, statistics: Statistics, words: Words) -> None:
    _times(axes, words.waiting, statistics, words, lambda times: times.wait)


def _running(axes: Axes, statistics: Statistics, words: Words) -> None:
    _times(axes, words.running, statistics, words, lambda times: times.run)


def _failures(axes: Axes, statistics: Statistics, words: Words) -> None:
    _rows(axes, words.failures, statistics.failures, GOLD, words)


Panel = Callable[[Axes, Statistics, Words], None]
PANELS: dict[str, Panel] = {
    "days": _days,
    "types": _types,
    "genders": _genders,
    "consent": _consent,
    "waiting": _waiting,
    "running": _running,
    "failures": _failures,
}


def _rows(axes: Axes, title: str, rows: Sequence[tuple[str, int]], colour: str, words: Words) -> None:
    """One bar a name, the longest on top, each with its number."""
    _head(axes, title)
    if not rows:
        return _nothing(axes, words)
    shown = (
        list(rows) if len(rows) <= 16 else [*rows[:_ROWS], (words.others, sum(n for _, n in rows[_ROWS:]))]
    )
    names, numbers = zip(*shown, strict=True)
    axes.barh(range(len(shown)), numbers, color=colour, height=0.7)
    for at, number in enumerate(numbers):
        axes.annotate(
            f"{number:,}", (number, at), (5, 0), textcoords="offset points", va="center", color=SOFT
        )
    _named(axes, names, max(numbers))
    return None


def _times(
    axes: Axes, title: str, statistics: Statistics, words: Words, of: Callable[[JobTimes], Spread]
) -> None:
    """Two bars a kind of job: within which time half of them, and nearly all of them, were through."""
    _head(axes, title)
    times = statistics.times[:_ROWS]
    if not times:
        return _nothing(axes, words)
    for shift, colour, name, values in (
        (-0.19, GREEN, words.half, [of(each).p50 for each in times]),
        (0.19, GOLD, words.most, [of(each).p95 for each in times]),
    ):
        axes.barh([at + shift for at in range(len(times))], values, color=colour, height=0.34, label=name)
        for at, value in enumerate(values):
            axes.annotate(
                _spell(value),
                (value, at + shift),
                (5, 0),
                textcoords="offset points",
                va="center",
                color=SOFT,
                fontsize=9,
            )
    _named(axes, [each.kind for each in times], max(1, *(of(each).p95 for each in times)))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2, frameon=False, fontsize=9)
    return None


def _named(axes: Axes, names: Sequence[str], longest: int) -> None:
    axes.set_yticks(range(len(names)), [name if len(name) <= 18 else name[:17] + "…" for name in names])
    axes.set(xlim=(0, longest * 1.22), ylim=(len(names) - 0.4, -0.6))
    _bare(axes)


def _head(axes: Axes, title: str) -> None:
    axes.set_facecolor(PAPER)
    axes.set_title(title, loc="left", fontsize=12.5, fontweight="bold", pad=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _bare(axes: Axes) -> None:
    """No ticks but names."""
    axes.spines["bottom"].set_visible(False)
    axes.xaxis.set_visible(False)
    axes.tick_params(axis="y", length=0)
    if not axes.get_yticklabels() or axes.get_ylim()[0] < 0:
        axes.yaxis.set_visible(False)


def _nothing(axes: Axes, words: Words) -> None:
    axes.text(0.5, 0.5, words.nothing, ha="center", va="center", transform=axes.transAxes, color=SOFT)
    axes.set_axis_off()


def _every_day(days: Sequence[tuple[str, int]]) -> list[tuple[date, int]]:
    """From the first to the last, with those on which nothing happened."""
    found = {date.fromisoformat(day): number for day, number in days}
    first, last = min(found), max(found)
    return [
        (day, found.get(day, 0)) for day in (first + timedelta(n) for n in range((last - first).days + 1))
    ]


def _spell(milliseconds: int) -> str:
    if milliseconds < 100:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"

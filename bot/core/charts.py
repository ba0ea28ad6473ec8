"""Match charts: which types a type gets on with best, as JSON files that an admin can add to.

A chart file is `{"about": "...", "best": {"ENFP": ["ISTJ"], ...}}`: all sixteen types, each with one or more
partners, the first first. `opposite` and `popular` ship with the project; any other name is looked up as
`NAME.json` in `charts/`, and a name that ends in `.json` is the path of a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bot.core.mbti import TYPES

Chart = Mapping[str, tuple[str, ...]]
FOLDER = Path(__file__).parent / "charts"


class ChartError(Exception):
    """A chart cannot be used; the message says which and why."""


def names() -> tuple[str, ...]:
    """The charts that ship with the project or were put beside them."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def load(name: str) -> Chart:
    """Read the chart `name`.

    Raises:
        ChartError: there is no such chart, or a type has no proper partner in it.
    """
    path = Path(name) if name.endswith(".json") else FOLDER / f"{name}.json"
    try:
        best = json.loads(path.read_text("utf-8"))["best"]
        chart = {kind: tuple(best[kind]) for kind in TYPES}
    except OSError as error:
        raise ChartError(f"There is no match chart {name!r}; there are {', '.join(names())}.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise ChartError(f"The match chart {name!r} is not a chart: {error!r}.") from error
    if wrong := [kind for kind, found in chart.items() if not found or not set(found) <= set(TYPES)]:
        raise ChartError(f"The match chart {name!r} has no proper partners for {', '.join(wrong)}.")
    return chart

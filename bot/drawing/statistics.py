"""The sheet of statistics, in the bot's own fonts."""

from __future__ import annotations

from collections.abc import Mapping

from db import plots
from db.records import Statistics
from inference.fonts.letters import FILES


def statistics(found: Statistics, words: Mapping[str, str]) -> bytes:
    """A PNG of 1,200 x 1,710 px; `words` are the fields of `db.plots.Words`."""
    return plots.sheet(found, plots.Words(**words), tuple(FILES.values()))

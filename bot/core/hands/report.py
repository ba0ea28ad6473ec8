"""A community's log and numbers: read, drawn, and made into files."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.core.effects import Line, Outcome
from bot.core.features.report import LOG_PAGE, LogRead, ReadLog, Report, Reported
from bot.core.hand import Hand
from bot.core.hands.admin import community
from bot.core.ports import Drawing, Store
from bot.core.run import Run
from db import tabular
from db.records import Statistics

_WORDS = (
    *("days", "types", "genders", "consent", "waiting", "running", "half", "most", "failures"),
    *("others", "nothing"),
)


def hand(store: Store, drawing: Drawing) -> Hand:
    async def log(run: Run, effect: ReadLog) -> Outcome:
        place = (run.ref.platform, community(run))
        entries, total = await store.audit(*place, effect.page * LOG_PAGE, LOG_PAGE)
        return LogRead(entries, effect.page, total)

    async def report(run: Run, effect: Report) -> Outcome:
        since = datetime.now(UTC) - timedelta(days=effect.days)
        found = await store.statistics(since, (run.ref.platform, community(run)))
        if effect.form == "sheet":
            words = _words(run.phrasing.line, found, effect.days)
            run.show(await asyncio.to_thread(drawing.statistics, found, words), "image/png")
        else:
            run.show(*_file(found, effect.form))
        return Reported(effect.days, effect.form)

    return Hand(asks={ReadLog: log, Report: report})


def _words(say: Callable[[Line], str], found: Statistics, days: int) -> dict[str, str]:
    """What is written on the sheet, in the asker's language."""
    words = {name: say(Line(f"plot-{name}")) for name in _WORDS}
    agreed = say(Line("plot-agreed", {"agreed": found.consented, "people": found.people}))
    return words | {"title": say(Line("plot-title", {"count": days})), "agreed": agreed}


def _file(found: Statistics, form: str) -> tuple[bytes, str]:
    if form == "json":
        return json.dumps(tabular.as_json(found), indent=2).encode(), "application/json"
    out = io.StringIO()
    tabular.write_csv(found, out)
    return out.getvalue().encode(), "text/csv"

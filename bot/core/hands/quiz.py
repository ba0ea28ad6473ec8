"""The quiz's chart."""

from __future__ import annotations

import asyncio

from bot.core.balances import BalanceChart, Bar, balances, title
from bot.core.effects import Line
from bot.core.features.quiz import BalancesDrawn, DrawBalances
from bot.core.hand import Hand
from bot.core.ports import Drawing
from bot.core.run import Run


def hand(drawing: Drawing) -> Hand:
    async def draw(run: Run, effect: DrawBalances) -> BalancesDrawn:
        found = balances(effect.answers)
        ends = [[run.phrasing.line(Line(f"quiz-end-{letter}")) for letter in one.pair] for one in found]
        bars = tuple(Bar(one, first, second) for one, (first, second) in zip(found, ends, strict=True))
        chart = BalanceChart(title(found), bars, run.phrasing.line(Line("quiz-note")))
        run.show(await asyncio.to_thread(drawing.balances, chart))
        return BalancesDrawn(effect.answers)

    return Hand(asks={DrawBalances: draw})

"""Sheets: many faces on one picture."""

from __future__ import annotations

from bot.core.effects import Failed, Outcome
from bot.core.features.sheets import DrawSheet, SheetDrawn
from bot.core.hand import Hand
from bot.core.run import Run
from bot.core.work import Work
from inference.errors import TypefaceError


def hand(work: Work) -> Hand:
    async def draw(run: Run, effect: DrawSheet) -> Outcome:
        captions = [run.phrasing.line(line) for line in effect.captions]
        try:
            await work.sheet(run, effect.faces, captions, effect.columns)
        except TypefaceError as error:
            return Failed(effect, error.code)
        return SheetDrawn(effect)

    return Hand(asks={DrawSheet: draw})

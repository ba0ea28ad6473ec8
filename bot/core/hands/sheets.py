"""Sheets: many faces on one picture."""

from __future__ import annotations

from dataclasses import replace

from bot.core.effects import Failed, Outcome
from bot.core.features.sheets import DrawSheet, SheetDrawn
from bot.core.hand import Hand
from bot.core.making import Made
from bot.core.rendering import Rendering
from bot.core.run import Run
from inference.errors import TypefaceError


def hand(rendering: Rendering) -> Hand:
    async def draw(run: Run, effect: DrawSheet) -> Outcome:
        captions = [run.phrasing.line(line) for line in effect.captions]
        try:
            await rendering.sheet(run, effect.faces, captions, effect.columns)
        except TypefaceError as error:
            return Failed(effect, error.code)
        run.shot = replace(run.shot, code=await rendering.keep(run, Made(effect.name, effect.faces)))
        return SheetDrawn(effect)

    return Hand(asks={DrawSheet: draw})

"""Sheets and cards: many faces on one picture."""

from __future__ import annotations

from bot.core.effects import Failed, Outcome
from bot.core.features.card import CardDrawn, DrawCard
from bot.core.features.sheets import DrawSheet, SheetDrawn
from bot.core.hand import Hand
from bot.core.rendering import Rendering, failed
from bot.core.run import Run
from inference.errors import TypefaceError


def hand(rendering: Rendering) -> Hand:
    async def draw(run: Run, effect: DrawSheet | DrawCard, drawn: Outcome) -> Outcome:
        try:
            there = await rendering.draw(run, effect.made)
        except TypefaceError as error:
            return failed(effect, error)
        return drawn if there else Failed(effect, "face_gone")

    return Hand(
        asks={
            DrawSheet: lambda run, effect: draw(run, effect, SheetDrawn(effect)),
            DrawCard: lambda run, effect: draw(run, effect, CardDrawn(effect)),
        }
    )

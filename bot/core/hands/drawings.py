"""Faces, and sheets and cards with many of them."""

from __future__ import annotations

from bot.core import making
from bot.core.effects import Ask, Outcome, Render, Rendered
from bot.core.features.card import CardDrawn, DrawCard
from bot.core.features.sheets import DrawSheet, SheetDrawn
from bot.core.hand import Hand
from bot.core.making import Made
from bot.core.rendering import Rendering
from bot.core.run import Run


def hand(rendering: Rendering) -> Hand:
    async def draw(run: Run, ask: Ask, made: Made, drawn: Outcome) -> Outcome:
        return await rendering.draw(run, ask, made) or drawn

    async def face(run: Run, effect: Render) -> Outcome:
        made = Made("face", (making.of(effect.wanted),))
        return await draw(run, effect, made, Rendered(effect.wanted, effect.instead))

    return Hand(
        asks={
            Render: face,
            DrawSheet: lambda run, effect: draw(run, effect, effect.made, SheetDrawn(effect)),
            DrawCard: lambda run, effect: draw(run, effect, effect.made, CardDrawn(effect)),
        }
    )

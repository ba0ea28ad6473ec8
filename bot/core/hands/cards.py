"""The card: three faces, a name and a line on one picture."""

from __future__ import annotations

import asyncio

from bot.core.card import Card, Shape
from bot.core.effects import Failed, Line, Outcome
from bot.core.features.card import CardDrawn, DrawCard
from bot.core.hand import Hand
from bot.core.making import Made
from bot.core.ports import Ports
from bot.core.rendering import SIZE, Rendering
from bot.core.run import Run
from inference.errors import TypefaceError

_SHAPES: dict[str, Shape] = {"telegram": "tall"}
"""What each platform shows best; elsewhere it is wide."""


def hand(ports: Ports, rendering: Rendering) -> Hand:
    async def draw(run: Run, effect: DrawCard) -> Outcome:
        faces = [face for face in (effect.plain, effect.mine, effect.match) if face is not None]
        try:
            drawn = [await rendering.drawn(run, face, size=SIZE, format="png") for face in faces]
        except TypefaceError as error:
            return Failed(effect, error.code)
        there = [picture for picture in drawn if picture is not None]
        if len(there) < len(faces):
            return Failed(effect, "face_gone")
        picture = await asyncio.to_thread(ports.drawing.card, _card(run, effect, there))
        run.show(picture, code=await rendering.keep(run, Made("card", tuple(faces), effect.line)))
        return CardDrawn(effect)

    return Hand(asks={DrawCard: draw})


def _card(run: Run, effect: DrawCard, faces: list[bytes]) -> Card:
    say, kind, match = run.phrasing.line, effect.plain.type, effect.match.type
    line = "card-line-mine" if effect.mine else "card-line"
    return Card(
        kind=kind,
        title=say(Line(f"title-{kind}")).partition("·")[2].strip(),
        line=effect.line or say(Line(line, {"type": kind, "match": match})),
        name=run.event.origin.name,
        type_label=say(Line("card-type", {"type": kind})),
        match_label=say(Line("card-match", {"match": match})),
        note=say(Line("card-note")),
        type_face=faces[0],
        mine=faces[1] if effect.mine else None,
        match_face=faces[-1],
        shape=_SHAPES.get(run.ref.platform, "wide"),
    )

"""All that the bot draws, in one hand: fulfils `bot.core.ports.Drawing`."""

from __future__ import annotations

from bot.drawing import sheets
from bot.drawing.boxes import Boxes


class Pen(Boxes):
    """Each drawing is a module of its own; this brings them together."""

    sheet = staticmethod(sheets.sheet)

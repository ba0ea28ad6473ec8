"""All that the bot draws, in one hand: fulfils `bot.core.ports.Drawing`."""

from __future__ import annotations

from bot.drawing import balances, cards, sheets, statistics, types
from bot.drawing.boxes import Boxes


class Pen(Boxes):
    """Each drawing is a module of its own; this brings them together."""

    card = staticmethod(cards.draw)
    sheet = staticmethod(sheets.sheet)
    mosaic = staticmethod(sheets.mosaic)
    balances = staticmethod(balances.draw)
    statistics = staticmethod(statistics.statistics)
    type_map = staticmethod(types.type_map)

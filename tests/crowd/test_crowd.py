"""200 people at once: no reply is lost or crossed, Discord is answered within its 3 s, no limit is exceeded.

How long it all takes, and what is refused without the bot's turns, is for `python -m tests.crowd` to say.
"""

from __future__ import annotations

import pytest

from tests.crowd.crowd import Setting, play
from tests.doubles.discord.world import CALLBACK_SECONDS

pytestmark = pytest.mark.timeout(300)
ANSWERS = 8
"""Whom to see, the face, what becomes of photos, consent, the blend, more of me, whom to meet, the match."""
INTERACTIONS = 120 * 6 + 80
"""Of the people on Discord; those in channels send their selfie by a command, too."""


async def test_two_hundred_people_at_once() -> None:
    report = await play(200, Setting(arrive=8.0, lost_after=180.0))
    assert report.wrong == []
    assert report.refused == []
    assert report.messages == 200 * ANSWERS
    assert len(report.deferred) == INTERACTIONS
    assert max(report.deferred) <= CALLBACK_SECONDS

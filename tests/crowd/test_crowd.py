"""200 people at once: no reply is lost or crossed, Discord is answered within its 3 s, no limit is exceeded.

How long it all takes is for `python -m tests.crowd` to say.
"""

from __future__ import annotations

import pytest

from tests.crowd.crowd import NONE, Setting, play
from tests.doubles.discord.world import CALLBACK_SECONDS

pytestmark = pytest.mark.timeout(300)
ANSWERS = 8
"""Whom to see, the face, what becomes of photos, consent, the blend, more of me, whom to meet, the match."""
ON_DISCORD, INTERACTIONS = 120, 6
"""Of 200 people; and the least that each of them does: those in channels send their selfie by a command, too."""


async def test_two_hundred_people_at_once() -> None:
    report = await play(200, Setting(arrive=8.0, lost_after=180.0))
    assert report.wrong == []
    assert report.refused == []
    assert report.messages == 200 * ANSWERS
    assert len(report.deferred) > ON_DISCORD * INTERACTIONS
    assert max(report.deferred) <= CALLBACK_SECONDS


async def test_without_turns_the_platforms_refuse() -> None:
    """What the turns are for; what is refused is sent again."""
    report = await play(40, Setting(NONE, arrive=0.0, lost_after=180.0))
    assert report.wrong == []
    assert report.refused

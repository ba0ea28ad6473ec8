"""Which language somebody is spoken to in."""

from __future__ import annotations

import pytest

from bot.core.events import Origin, Person
from bot.core.languages import Languages, Voice
from bot.core.wording import say
from db.community import CommunitySettings
from db.records import PersonRef, Preferences
from tests.bot.core.conftest import Bench
from tests.bot.core.world.memory import Memory
from tests.bot.core.world.rows import Someone

ANN, GROUP = PersonRef("telegram", "1"), ("telegram", "-100")


@pytest.mark.parametrize(
    ("chosen", "told", "place", "spoken"),
    [
        (Preferences(language="ko"), "en", "ja", "ko"),
        (Preferences(), "ja-JP", "ko", "ja"),
        (Preferences(locale="ja"), "", "ko", "ja"),
        (Preferences(), "", "ko", "ko"),
        (Preferences(), "", None, "en"),
        (Preferences(), "fr", "ko", "en"),
    ],
)
async def test_what_the_person_chose_comes_first(
    chosen: Preferences, told: str, place: str | None, spoken: str
) -> None:
    store = Memory()
    store.people[ANN], store.settings[GROUP[1]] = Someone(wishes=chosen), CommunitySettings(locale=place)
    origin = Origin(Person(*GROUP[:1], "1"), "-100", told, community="-100")  # type: ignore[arg-type]
    assert await Languages(store).of(origin) == spoken
    store.down = True
    assert await Languages(store).of(origin) in {told[:2], "en"}, "as the platform tells"


async def test_a_voice_says_what_the_core_would(bench: Bench) -> None:
    origin = Origin(Person("web", "ann"), "ann", "en")
    voice = Voice(bench.service, origin)
    assert await voice.say("telegram-group") == say("en", "telegram-group")
    await bench.store.prefer(PersonRef("web", "ann"), language="ja")
    assert await voice.say("telegram-group") == say("ja", "telegram-group")

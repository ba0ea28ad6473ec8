"""What Discord offers while an option is typed: the types, the pack's directions and the person's own codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.adapters.discord import handlers
from bot.adapters.discord.adapter import DiscordAdapter
from bot.core import suggestions
from bot.core.hands.writes import CONSENT_VERSION
from bot.core.mbti import TYPES
from bot.core.replies import Suggestion
from bot.core.wording import LOCALES, say
from bot.settings import DiscordSettings
from db.errors import StoreError
from db.records import PersonRef
from db.settings import load
from db.store import Store, open_store, upgrade
from tests.bot.adapters.discord.test_with_core import core
from tests.bot.core.fakes import FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import User


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    settings = load({"TYPEFACE_HOME": str(tmp_path)})
    await asyncio.to_thread(upgrade, settings)
    store = await open_store(settings)
    yield store
    await store.close()


@pytest.fixture
def faces() -> FakeFaces:
    return FakeFaces()


@pytest.fixture(autouse=True)
async def house(settings: DiscordSettings, store: Store, faces: FakeFaces) -> AsyncIterator[None]:
    service = core(faces, store)
    adapter = DiscordAdapter(service, settings, service.suggestions, edit_seconds=0.0)
    await adapter.start()
    yield
    await adapter.stop()


async def offered(
    double: DiscordDouble, who: User, name: str, option: str, typed: str
) -> list[tuple[str, str]]:
    call = await double.typing(who, name, option, typed, channel=double.channel())
    await double.until(lambda: call.callback)
    assert call.callback
    return [(choice["name"], choice["value"]) for choice in call.callback["data"]["choices"]]


@pytest.mark.parametrize(
    ("language", "typed", "kinds"),
    [
        ("en-US", "", TYPES),
        ("ja", " ", TYPES),
        ("en-US", "ENFP", ["ENFP"]),
        ("en-US", "enf", ["ENFJ", "ENFP"]),
        ("en-US", "nfp", ["INFP", "ENFP"]),
        ("ko", "엔프피", ["ENFP"]),
        ("ko", "연", ["ENFP"]),
        ("en-US", "The LANTERN", ["INFJ"]),
        ("ja", "ＩＮＴＪ", ["INTJ"]),
        ("en-US", "INFP woman", ["INFP"]),
        ("en-US", "pisces", []),
    ],
)
async def test_types_are_offered_with_their_nicknames(
    double: DiscordDouble, language: str, typed: str, kinds: Sequence[str]
) -> None:
    ann = double.person("ann", language)
    titles = [(say(language[:2], f"title-{kind}"), kind) for kind in kinds]
    assert await offered(double, ann, "mbti", "type", typed) == titles


@pytest.mark.parametrize(("words", "near"), [("ENFQ", "ENFP"), ("a kite with ribbons", "INTJ")])
async def test_what_is_typed_and_is_no_type_is_answered_as_ever(
    double: DiscordDouble, words: str, near: str
) -> None:
    ann, room = double.person("ann"), double.channel()
    call = await double.command(ann, "mbti", {"type": words}, channel=room)
    (message,) = await double.until(lambda: call.messages)
    assert "do not know" in message.content and near in message.content
    await double.press(ann, message, near)
    await double.until(lambda: say("en", "choice-female") in double.seen_by(ann, room)[-1].buttons)


async def test_directions_are_offered_by_their_names_and_fit_what_is_typed(double: DiscordDouble) -> None:
    ann = double.person("ann")
    smile = (say("en", "direction-smile"), "smile")
    assert await offered(double, ann, "edit", "direction", "") == [smile, ("own-name", "own-name")]
    assert await offered(double, ann, "edit", "direction", " SMI") == [smile]
    assert await offered(double, ann, "edit", "direction", "nothing like it") == []


async def test_codes_are_ones_own(double: DiscordDouble) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    call = await double.command(ann, "mbti", {"type": "ENFP", "gender": "female"}, channel=room)
    await double.until(lambda: call.messages)
    ((label, code),) = await offered(double, ann, "show", "code", "")
    assert code in label
    assert await offered(double, ann, "show", "code", code[:3].lower()) == [(label, code)]
    assert await offered(double, bob, "show", "code", "") == []


async def test_names_are_in_the_persons_language(double: DiscordDouble) -> None:
    """The platform's; and what is typed is looked for in it."""
    ann = double.person("ann", "ko")
    smile = (say("ko", "direction-smile"), "smile")
    assert smile in await offered(double, ann, "edit", "direction", "")
    assert await offered(double, ann, "edit", "direction", smile[0][:1]) == [smile]


async def test_of_many_codes_twenty_five_are_offered_and_all_are_found(
    double: DiscordDouble, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    call = await double.command(ann, "mbti", {"type": "ENFP", "gender": "female"}, channel=room)
    await double.until(lambda: call.messages)
    ref = PersonRef("discord", ann.id)
    (kept,), _ = await store.makings(ref, 0, 1)
    await store.consent(ref, CONSENT_VERSION)
    for _ in range(40):
        await store.keep_making(ref, kept.making, open=False, seconds=3600)
    assert len(await offered(double, ann, "show", "code", "")) == 25
    ((label, code),) = await offered(double, ann, "show", "code", kept.code)  # the oldest of all
    assert code == kept.code and label.startswith(code)
    assert await offered(double, bob, "show", "code", kept.code) == []
    await store.forget(ref)
    assert await offered(double, ann, "show", "code", "") == []


async def test_while_the_store_is_slow_an_empty_list_comes_in_time(
    double: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert handlers.SUGGEST_SECONDS <= 1.5
    monkeypatch.setattr(handlers, "SUGGEST_SECONDS", 0.05)

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "makings", never)
    assert await offered(double, double.person("ann"), "show", "code", "") == []


async def test_a_server_that_is_slow_once_is_asked_again_soon(
    double: DiscordDouble, faces: FakeFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "SUGGEST_SECONDS", 0.05)
    monkeypatch.setattr("bot.core.packs.AGAIN_SECONDS", 0)
    known, slow = faces.packs, asyncio.Event()

    async def slowly() -> object:
        await slow.wait()
        return await known()

    monkeypatch.setattr(faces, "packs", slowly)
    ann = double.person("ann")
    assert await offered(double, ann, "edit", "direction", "smile") == []
    slow.set()
    monkeypatch.setattr(handlers, "SUGGEST_SECONDS", 1.5)
    assert await offered(double, ann, "edit", "direction", "smile") != []


async def test_a_failure_offers_nothing_and_is_logged_without_its_words(
    double: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ann = double.person("ann")

    async def bug(*_: object) -> None:
        raise RuntimeError(f"about {ann.id}")

    monkeypatch.setattr(store, "standing", bug)
    assert await offered(double, ann, "edit", "direction", "smile") == []
    out = "".join(capfd.readouterr())
    assert "RuntimeError" in out and ann.id not in out


def test_names_are_cut_to_a_hundred_characters_and_longer_values_left_out() -> None:
    long = Suggestion("é" * 150, "x")
    (short,) = suggestions.fitting([long, Suggestion("y", "y" * 101)], "")
    assert (len(short.label), short.label[-1], short.value) == (100, "…", "x")


async def test_while_the_store_is_away_nothing_is_offered_and_nothing_breaks(
    double: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreError("down")

    for name in ("standing", "makings"):
        monkeypatch.setattr(store, name, down)
    assert await offered(double, double.person("ann"), "show", "code", "") == []


async def test_looks_are_offered_by_their_numbers_and_names(double: DiscordDouble) -> None:
    for language in LOCALES:
        ann = double.person("ann", language)
        names = [say(language, f"look-{name}") for name in ("mean", "darker", "older")]
        all_of_them = [(f"{number} · {name}", str(number)) for number, name in enumerate(names, 1)]
        assert await offered(double, ann, "looks", "look", "") == all_of_them
        assert await offered(double, ann, "looks", "look", names[2]) == all_of_them[2:]

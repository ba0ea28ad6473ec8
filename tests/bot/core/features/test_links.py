"""Links to one picture, through the service: made, told of, ended, and what they show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import sharing
from bot.core.events import Event, Person
from bot.core.ports import Shared, SharingError
from bot.core.presses import Action
from bot.core.replies import Text
from inference.errors import Unreachable
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended
from tests.bot.core.people import ANN, BOB, actions, command, final, press


def sent(event: Event) -> Event:
    """As the web sends it."""
    return replace(event, origin=replace(event.origin, can_share=True))


async def share(bench: Bench, code: str, person: Person = ANN) -> Text:
    reply = final(await bench.send(sent(press(Action.SHARE, code, person=person))))
    assert isinstance(reply, Text)
    return reply


async def mine(bench: Bench) -> tuple[str, str]:
    """The code of one's own blended face, and the token of its link."""
    code = (await blended(bench)).made
    assert code
    token = (await share(bench, code)).link
    assert token
    return code, token


async def test_a_link_shows_ones_own_face_until_it_is_ended(bench: Bench) -> None:
    code, token = await mine(bench)
    faces = len(bench.faces.rendered)
    assert await bench.service.sharing.look(token) == Shared(
        "shared-title", "shared-alt-mine", {"type": "ENFP"}
    )
    assert await bench.service.sharing.picture(token)
    bench.faces.assert_blend(b"me", "ENFP", 0.5)
    await bench.service.sharing.picture(token)
    assert len(bench.faces.rendered) == faces + 1, "the second look is answered from memory"
    entry = final(await bench.send(sent(press(Action.MADE, code))))
    assert "One link" in entry.text
    assert (Action.UNSHARE, (code,)) in actions(entry)
    ended = final(await bench.send(sent(press(Action.UNSHARE, code))))
    assert "ended" in ended.text
    assert await bench.service.sharing.look(token) is None
    assert await bench.service.sharing.picture(token) is None, "not from memory either"
    entry = final(await bench.send(sent(press(Action.MADE, code))))
    assert (Action.UNSHARE, (code,)) not in actions(entry)


@pytest.mark.parametrize("end", [Action.TOSS_SURE, Action.FORGET_SURE])
async def test_a_link_ends_with_its_picture_and_with_its_owner(bench: Bench, end: Action) -> None:
    code, token = await mine(bench)
    assert await bench.service.sharing.picture(token)
    await bench.send(press(end, *([code] if end is Action.TOSS_SURE else [])))
    assert await bench.service.sharing.look(token) is None
    assert await bench.service.sharing.picture(token) is None


async def test_only_ones_own_single_face_is_shared_and_only_where_there_are_links(bench: Bench) -> None:
    code = (await blended(bench)).made
    assert code
    assert (await share(bench, code, BOB)).code == "unknown_code"
    sheet = final(await bench.send(command("all"))).made  # type: ignore[union-attr]
    assert sheet
    assert (await share(bench, sheet)).code == "one_face"
    elsewhere = final(await bench.send(press(Action.SHARE, code)))
    assert elsewhere.code == "only_web"  # type: ignore[union-attr]
    assert (Action.SHARE, (code,)) not in actions(final(await bench.send(press(Action.MADE, code))))
    asked = final(await bench.send(sent(command("share"))))
    assert asked.code == "ask_code"  # type: ignore[union-attr]
    assert not bench.store.shares


async def test_a_guess_shows_nothing(bench: Bench) -> None:
    await mine(bench)
    assert await bench.service.sharing.look("x" * 22) is None
    assert await bench.service.sharing.picture("x" * 22) is None


async def test_trouble_and_too_many_looks_are_told_and_pass(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "A_MINUTE", 2)
    bench.started()
    _, token = await mine(bench)
    bench.faces.fail["render"] = Unreachable()
    with pytest.raises(SharingError):
        await bench.service.sharing.picture(token)
    assert await bench.service.sharing.picture(token)
    bench.clock.now += sharing.KEPT_SECONDS + 1
    bench.store.fail_next.add("shared")
    with pytest.raises(SharingError):
        await bench.service.sharing.look(token)
    for _ in range(2):
        bench.service.sharing._cache.kept.clear()
        assert await bench.service.sharing.picture(token)
    bench.service.sharing._cache.kept.clear()
    with pytest.raises(SharingError):
        await bench.service.sharing.picture(token)
    bench.clock.now += 61
    assert await bench.service.sharing.picture(token)

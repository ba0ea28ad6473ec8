"""The double is strict where Discord is: what these tests do by hand, the adapter must never do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import SHOWN, Scripted
from tests.doubles.discord.limits import RefusedError, check_commands, check_message
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Json


@pytest.fixture
async def http(double: DiscordDouble) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {double.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session


async def ask(http: aiohttp.ClientSession, method: str, url: str, **how: Any) -> tuple[int, Json]:
    async with http.request(method, url, **how) as response:
        body = await response.json() if response.content_type == "application/json" else {}
        return response.status, body


def row(*buttons: Json) -> Json:
    return {"type": 1, "components": list(buttons)}


def button(custom_id: str = "x", label: str = "X") -> Json:
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": label}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"embeds": [{"title": "x"}] * 11},
        {"embeds": [{"description": "x" * 4000}] * 2},
        {"embeds": [{"image": {"url": "attachment://missing.png"}}]},
        {"components": [row(button(str(n))) for n in range(6)]},
        {"components": [row(*(button(str(n)) for n in range(6)))]},
        {"components": [row(button("same"), button("same"))]},
        {"components": [row(button("x" * 101))]},
        {"components": [row(button(label="x" * 81))]},
        {"components": [row()]},
        {"components": [row(button())], "content": "x", "flags": 1 << 15},
    ],
)
def test_messages_that_are_refused(body: Json) -> None:
    with pytest.raises(RefusedError) as caught:
        check_message(body, [])
    assert caught.value.body["code"] == 50035


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Upper"},
        {"name": "two words"},
        {"name": "x" * 33},
        {"description": ""},
        {"description": "x" * 101},
        {"description_localizations": {"ko": "x" * 101}},
        {"options": [{"name": f"o{n}", "description": "x"} for n in range(26)]},
        {"options": [{"name": "o", "description": "x", "choices": [{"name": "c", "value": "v"}] * 2}]},
        {
            "options": [
                {
                    "name": f"o{o}",
                    "description": "x" * 100,
                    "choices": [{"name": "c" * 80, "value": f"{c}"} for c in range(25)],
                }
                for o in range(5)
            ]
        },
    ],
)
def test_commands_that_are_refused(change: Json) -> None:
    good = {"name": "good", "description": "A command."}
    check_commands([good])
    with pytest.raises(RefusedError):
        check_commands([good | change])


def test_too_many_commands_are_refused() -> None:
    menus = [{"name": f"menu {number}", "type": 3} for number in range(16)]
    check_commands(menus[:15])
    with pytest.raises(RefusedError):
        check_commands(menus)


async def test_unknown_routes_and_missing_tokens(double: DiscordDouble, http: aiohttp.ClientSession) -> None:
    assert (await ask(http, "GET", f"{double.api_base}/nothing/here"))[0] == 404
    wrong = {"Authorization": "Bot wrong"}
    assert (await ask(http, "GET", f"{double.api_base}/users/@me", headers=wrong))[0] == 401
    assert double.transcript("GET", "/nothing/here")


@pytest.fixture
async def answered(double: DiscordDouble, launch: Launch) -> AsyncIterator[Call]:
    """A command that was answered by a picture."""
    async with launch(Scripted(lambda _: (SHOWN,))):
        ann, room = double.person("ann"), double.channel()
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: call.messages)
        yield call


async def test_a_second_callback_and_an_old_token(
    double: DiscordDouble, http: aiohttp.ClientSession, answered: Call
) -> None:
    callback = f"{double.api_base}/interactions/{answered.id}/{answered.token}/callback"
    assert (await ask(http, "POST", callback, json={"type": 5}))[1]["code"] == 40060
    double.age(answered, 3)
    assert (await ask(http, "POST", callback, json={"type": 5}))[1]["code"] == 10062
    hook = f"{double.api_base}/webhooks/{double.rest.application_id}/{answered.token}"
    assert (await ask(http, "POST", hook, json={"content": "in time"}))[0] == 200
    double.age(answered, 15 * 60)
    assert await ask(http, "POST", hook, json={"content": "too late"}) == (
        401,
        {"code": 50027, "message": "Invalid Webhook Token"},
    )


async def test_only_listed_attachments_survive_an_edit(
    double: DiscordDouble, http: aiohttp.ClientSession, answered: Call
) -> None:
    message = answered.messages[0]
    hook = f"{double.api_base}/webhooks/{double.rest.application_id}/{answered.token}"
    edit = f"{hook}/messages/@original"
    await ask(http, "PATCH", edit, json={"content": "the picture stays"})
    assert [item.name for item in message.attachments] == ["face.jpg"]
    form = aiohttp.FormData(quote_fields=False)
    new = {"attachments": [{"id": 0, "filename": "new.png", "description": "new"}]}
    form.add_field("payload_json", json.dumps(new))
    form.add_field("files[0]", b"png", filename="new.png")
    await ask(http, "PATCH", edit, data=form)
    assert [(item.name, item.description) for item in message.attachments] == [("new.png", "new")]
    await ask(http, "PATCH", edit, json={"attachments": []})
    assert message.attachments == []


async def test_files_over_the_limit_and_empty_messages(
    double: DiscordDouble, http: aiohttp.ClientSession, answered: Call
) -> None:
    hook = f"{double.api_base}/webhooks/{double.rest.application_id}/{answered.token}"
    answered.size_limit = 1000
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", "{}")
    form.add_field("files[0]", bytes(1001), filename="big.png")
    assert (await ask(http, "POST", hook, data=form))[1]["code"] == 40005
    assert (await ask(http, "POST", hook, json={"content": ""}))[1]["code"] == 50006


async def test_five_follow_ups_for_a_persons_own_app(
    double: DiscordDouble, http: aiohttp.ClientSession, answered: Call
) -> None:
    answered.user_installed_only = True
    hook = f"{double.api_base}/webhooks/{double.rest.application_id}/{answered.token}"
    got = [(await ask(http, "POST", hook, json={"content": "again"}))[0] for _ in range(6)]
    assert got == [200] * 5 + [400]


async def test_the_limit_of_requests_for_a_token() -> None:
    async with DiscordDouble() as strict, aiohttp.ClientSession() as http:
        hook = f"{strict.api_base}/webhooks/1/some-token"
        for _ in range(5):
            assert (await ask(http, "POST", hook, json={"content": "x"}))[0] == 404
        async with http.post(hook, json={"content": "x"}) as response:
            assert response.status == 429
            assert response.headers["Via"]
            assert response.headers["Content-Type"] == "application/json"
            assert 0 < (await response.json())["retry_after"] <= 2

"""The chat over HTTP, as the page speaks it."""

from __future__ import annotations

import asyncio
from base64 import b64decode

import aiohttp
import pytest

from bot.adapters.web.adapter import WebAdapter
from bot.core.events import MAX_PHOTO_BYTES, Command, PhotoSent, Press, TextSent
from bot.core.wording import say
from bot.settings import WebSettings
from tests.bot.adapters.web.conftest import Visitor
from tests.bot.adapters.web.scripted import Scripted, picture


async def test_the_page_names_its_person_by_a_cookie_that_scripts_and_other_sites_cannot_use(
    visitor: Visitor,
) -> None:
    async with visitor.session.get("/") as response:
        assert response.status == 200
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    async with visitor.session.get("/", headers={"X-Forwarded-Proto": "https"}) as response:
        cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-typeface=")
    assert "Secure" in cookie


async def test_every_answer_forbids_foreign_and_inline_code(visitor: Visitor) -> None:
    for path, status in (("/", 200), ("/page/chat.js", 200), ("/healthz", 200), ("/nothing", 404)):
        async with visitor.session.get(path) as response:
            assert response.status == status
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_loads_nothing_from_elsewhere(visitor: Visitor) -> None:
    for path in (
        "/",
        "/page/style.css",
        *(f"/page/{n}.js" for n in ("chat", "log", "composer", "faces", "stream")),
    ):
        async with visitor.session.get(path) as response:
            body = await response.text()
        assert "http" not in body.replace("http://www.w3.org/2000/svg", "").replace("plain http", "")


async def test_a_file_that_the_browser_has_is_not_sent_again(visitor: Visitor) -> None:
    async with visitor.session.get("/page/style.css") as response:
        tag = response.headers["ETag"]
        assert response.headers["Content-Encoding"] in {"deflate", "gzip"}
    async with visitor.session.get("/page/style.css", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    async with visitor.session.get("/page/..%2fadapter.py") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-GB", "en"),
        ("fr,ko;q=0.5,en;q=0.4", "ko"),
        ("fr", "en"),
        ("", "en"),
    ],
)
async def test_the_page_speaks_the_browsers_language(visitor: Visitor, wanted: str, locale: str) -> None:
    async with visitor.session.get("/", headers={"Accept-Language": wanted}) as response:
        assert response.headers["Content-Language"] == locale
        body = await response.text()
    assert f'<html lang="{locale}">' in body
    assert "{{" not in body
    async with visitor.session.get("/?lang=ko", headers={"Accept-Language": "en"}) as response:
        assert '<html lang="ko">' in await response.text()


async def test_who_comes_back_is_met_in_the_language_that_they_chose(
    visitor: Visitor, service: Scripted
) -> None:
    """The page's own words too; of strangers nothing is looked up."""
    service.chosen = "ko"
    async with visitor.session.get("/s/never-a-link", headers={"Accept-Language": "ja"}) as response:
        assert '<html lang="ja">' in await response.text()
    await visitor.ask(kind="line", text="/language ko")
    for path in ("/", "/?lang=ja", "/s/never-a-link", "/s/never-a-link?lang=ja"):
        async with visitor.session.get(path, headers={"Accept-Language": "ja"}) as response:
            assert '<html lang="ko">' in await response.text()
    async with visitor.session.get("/words", headers={"Accept-Language": "ja"}) as response:
        assert response.headers["Cache-Control"] == "no-store"
        told = await response.json()
    assert (told["locale"], told["words"]["help"]) == ("ko", say("ko", "web-help"))


async def test_lines_presses_and_photos_become_events(visitor: Visitor, service: Scripted) -> None:
    await visitor.ask(kind="line", text="/mbti ENFP female", locale="ko")
    await visitor.ask(kind="line", text="hello /mbti")
    await visitor.ask(kind="press", payload="more-me")
    photo = picture("red").data
    await visitor.ask(photo, kind="photo")
    await visitor.ask(photo, kind="line", text="/me")
    command, text, press, sent, me = service.events
    assert isinstance(command, Command)
    assert (command.name, command.options, command.photo) == ("mbti", {"text": "ENFP female"}, None)
    assert command.origin.locale == "ko"
    assert isinstance(text, TextSent)
    assert text.text == "hello /mbti"
    assert isinstance(press, Press)
    assert press.payload == "more-me"
    assert isinstance(sent, PhotoSent)
    assert sent.photo.data == photo
    assert isinstance(me, Command)
    assert me.photo is not None
    assert me.photo.data == photo
    assert {event.origin.person for event in service.events} == {command.origin.person}
    assert command.origin.person.id == command.origin.chat
    assert not command.origin.shared


async def test_replies_arrive_whole_and_in_order(visitor: Visitor, service: Scripted) -> None:
    service.gate.clear()
    replies = visitor.hear(visitor.event(kind="photo"), picture("red").data)
    waiting = await anext(replies)
    assert (waiting["kind"], waiting["fraction"], waiting["preview"]) == ("progress", None, None)
    blending = await anext(replies)
    assert blending["fraction"] == 0.5
    assert b64decode(blending["preview"]["data"]) == picture("teal").data
    service.gate.set()
    (shown,) = [reply async for reply in replies]
    assert shown["kind"] == "picture"
    assert b64decode(shown["picture"]["data"]) == picture("navy").data
    assert shown["picture"]["name"] == "typeface-enfp.jpg"
    assert [[b["payload"] for b in row] for row in shown["menu"]] == [["more-me", "more-type"], ["match"]]
    assert waiting["number"] < blending["number"] < shown["number"]


async def test_one_update_sent_twice_is_handled_once_and_other_people_have_other_ids(
    visitor: Visitor, service: Scripted, adapter: WebAdapter
) -> None:
    same = visitor.event(kind="line", text="hi")
    (said,) = [reply async for reply in visitor.hear(same)]
    await visitor.send(same)
    async with aiohttp.ClientSession(adapter.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        (also,) = [reply async for reply in Visitor(other).hear(same)]
    assert said["text"] == also["text"]
    first, stranger = (event.origin for event in service.events)
    assert stranger.update != first.update
    assert stranger.person != first.person


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.example"},
    ],
)
async def test_other_sites_cannot_post(visitor: Visitor, service: Scripted, headers: dict[str, str]) -> None:
    event = visitor.event(kind="line", text="/forget")
    async with visitor.session.post("/chat", json=event, headers=headers) as response:
        assert response.status == 403
    assert service.events == []


async def test_the_own_origin_may_post(visitor: Visitor, adapter: WebAdapter) -> None:
    event = visitor.event(kind="line", text="hi")
    async with visitor.session.post("/chat", json=event, headers={"Origin": adapter.url}) as response:
        assert response.status == 201, "nobody knows us yet"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"kind": "line", "update": "12345678", "text": ""}',
        b'{"kind": "dance", "update": "12345678"}',
        b'{"kind": "press", "update": "12345678", "payload": 7}',
        b'{"kind": "line", "update": "x", "text": "hi"}',
        b"\xff\xfe",
    ],
)
async def test_what_follows_no_contract_is_refused(visitor: Visitor, service: Scripted, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with visitor.session.post("/chat", data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["code"] == "bad_request"
    assert service.events == []


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_body_of_another_kind_is_refused(visitor: Visitor, kind: str) -> None:
    async with visitor.session.post("/chat", data=b"hello", headers={"Content-Type": kind}) as response:
        assert response.status == 400


async def test_long_json_is_refused(visitor: Visitor) -> None:
    event = visitor.event(kind="line", text="x" * 100_000)
    async with visitor.session.post("/chat", json=event) as response:
        assert response.status == 413


async def test_a_photo_over_the_cap_arrives_as_too_large(visitor: Visitor, service: Scripted) -> None:
    (reply,) = await visitor.ask(bytes(30 * 2**20), kind="photo")
    assert reply["code"] == "too_large"
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert (event.photo.data, event.photo.problem) == (b"", "too_large")


async def test_a_photo_at_the_cap_arrives_whole(visitor: Visitor, service: Scripted) -> None:
    await visitor.ask(bytes(MAX_PHOTO_BYTES), kind="photo")
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert len(event.photo.data) == MAX_PHOTO_BYTES


async def test_who_goes_away_finds_the_answer_when_they_come_back(
    visitor: Visitor, service: Scripted
) -> None:
    service.gate.clear()
    replies = visitor.hear(visitor.event(kind="photo"), b"x")
    waiting = await anext(replies)
    await replies.aclose()
    service.gate.set()
    async with asyncio.timeout(5):
        await service.gone.wait()
        back = visitor.feed(waiting["number"])
        shown, end, here = [await anext(back) for _ in range(3)]
    assert (shown["text"], end["kind"]) == ("That is you.", "end")
    assert here == {"kind": "here", "running": []}


async def test_every_page_hears_all_of_it_and_who_has_heard_it_does_not_hear_it_again(
    visitor: Visitor, service: Scripted
) -> None:
    async with visitor.session.get("/"):
        service.gate.clear()
    first, second = visitor.feed(), visitor.feed()
    for page in (first, second):
        assert (await anext(page))["kind"] == "here"
    await visitor.send(visitor.event(kind="photo"), b"x")
    for page in (first, second):
        assert (await anext(page))["photo"] is True
        while (await anext(page)).get("fraction") != 0.5:
            pass
    third = visitor.feed()
    snapshot, here = await anext(third), await anext(third)
    assert snapshot["fraction"] == 0.5
    assert here["running"] == [snapshot["update"]]
    service.gate.set()
    numbers = set()
    for page in (first, second, third):
        shown, end = await anext(page), await anext(page)
        assert (shown["text"], end["kind"]) == ("That is you.", "end")
        numbers.add(end["number"])
        await page.aclose()
    (number,) = numbers
    later = visitor.feed(number)
    assert await anext(later) == {"kind": "here", "running": []}


async def test_who_is_not_known_has_no_feed_and_strange_numbers_are_no_numbers(
    visitor: Visitor, adapter: WebAdapter
) -> None:
    async with visitor.session.get("/feed") as response:
        assert response.status == 204
    await visitor.ask(kind="line", text="hi")
    for after in ("x", "-1", "9" * 400):
        assert (await anext(visitor.feed(after)))["kind"] == "here"


async def test_a_cancel_reaches_the_core_while_the_work_runs(visitor: Visitor, service: Scripted) -> None:
    service.gate.clear()
    replies = visitor.hear(visitor.event(kind="photo"), b"x")
    await anext(replies)
    (reply,) = await visitor.ask(kind="press", payload="cancel")
    assert reply["code"] == "cancelled"
    assert [reply["kind"] async for reply in replies][-1] == "picture"


async def test_one_person_cannot_have_everything_running(visitor: Visitor, service: Scripted) -> None:
    async with visitor.session.get("/"):
        service.gate.clear()
    for _ in range(4):
        await visitor.send(visitor.event(kind="photo"), b"x")
    event = visitor.event(kind="line", text="and more")
    async with visitor.session.post("/chat", json=event) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "5"
    service.gate.set()
    feed = visitor.feed(0)
    while (await anext(feed))["kind"] != "end":
        pass
    await visitor.ask(kind="line", text="and more")


async def test_a_broken_answer_is_not_ended_and_may_be_asked_for_again(
    visitor: Visitor, service: Scripted
) -> None:
    service.broken = True
    event = visitor.event(kind="line", text="hi")
    assert [reply async for reply in visitor.hear(event)] == [], "the line was hung up"
    service.broken = False
    (reply,) = [reply async for reply in visitor.hear(event)]
    assert reply["text"] == "You said hi"


async def test_a_taken_port_is_told_and_the_next_one_used(adapter: WebAdapter, service: Scripted) -> None:
    taken = int(adapter.url.rpartition(":")[2])
    second = WebAdapter(service, WebSettings(port=taken))
    await second.start()
    try:
        assert second.moved_from == taken
        assert second.url != adapter.url
        async with aiohttp.ClientSession(second.url) as session, session.get("/healthz") as response:
            assert await response.json() == {"status": "ok"}
    finally:
        await second.stop()
    assert adapter.moved_from is None


async def test_a_host_that_is_not_ours_is_an_error(service: Scripted) -> None:
    with pytest.raises(OSError, match=r"[Aa]ssign"):
        await WebAdapter(service, WebSettings(host="192.0.2.1", port=8080)).start()


async def test_stopping_ends_running_answers(
    visitor: Visitor, service: Scripted, adapter: WebAdapter
) -> None:
    service.gate.clear()
    replies = visitor.hear(visitor.event(kind="photo"), b"x")
    await anext(replies)
    async with asyncio.timeout(8):
        await adapter.stop()
        assert {reply["kind"] async for reply in replies} <= {"progress"}
    assert len(service.closed) == 1

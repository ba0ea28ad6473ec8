"""`typeface up` as its users meet it: started, used, hurt, restarted, stopped."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import sqlite3
import sys
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.core.wording import say
from bot.launch import Running
from inference.images import synthetic
from tests.e2e.house import READY, Reply, Visitor, buttons, environment, house

pytestmark = pytest.mark.timeout(240)


def label(key: str, **arguments: str) -> str:
    return say("en", key, **arguments)


def picture(reply: Reply) -> Image.Image:
    assert reply["kind"] == "picture", reply
    data = b64decode(reply["picture"]["data"])
    assert synthetic(data)
    return Image.open(io.BytesIO(data))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> bool:
    for _ in range(300):
        if not alive(pid):
            return True
        await asyncio.sleep(0.1)
    return False


async def blended(visitor: Visitor, selfie: bytes) -> Reply:
    """The main job's first half: type, consent, selfie, blended face."""
    shown = await visitor.say("/mbti ENFP female")
    assert picture(next(reply for reply in shown if reply["kind"] == "picture")).size == (512, 512)
    asked = await visitor.send(selfie)
    replies = await visitor.press(asked[-1], label("button-agree"))
    assert any(reply["kind"] == "progress" and reply["preview"] for reply in replies)
    assert picture(replies[-1]).size == (512, 512)
    return replies[-1]


async def test_the_main_job_survives_a_restart_and_forgets_on_request(tmp_path: Path, selfie: bytes) -> None:
    async with house(tmp_path) as first:
        assert first.lines[-1].startswith(READY)
        child = first.inference_pid
        visitor = Visitor(first.url)
        async with visitor:
            blend = await blended(visitor, selfie)
            first.process.kill()  # the power goes
            await first.process.wait()
            assert await gone(child), "the inference server outlives its parent"
            async with house(tmp_path) as second:
                visitor.url = second.url
                more = await visitor.press(blend, label("button-more-me"))
                assert picture(more[-1]).tobytes() != picture(blend).tobytes()
                match = await visitor.press(more[-1], label("button-match"))
                match = await visitor.press(match[-1], label("choice-male"))
                assert "ISTJ" in match[-1]["text"]
                picture(match[-1])
                asked = await visitor.say("/forget")
                await visitor.press(asked[-1], label("button-forget-sure"))
                late = await visitor.press(blend, label("button-more-type", type="ENFP"))
                assert late[-1]["kind"] == "text"
                assert await second.stop() == 0
    with sqlite3.connect(tmp_path / "typeface.db") as database:
        assert [
            database.execute(f"select count(*) from {t}").fetchone()[0] for t in ("faces", "consents")
        ] == [0, 0]
    logs = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert "Traceback" not in logs
    lines = [json.loads(line) for line in logs.splitlines()]
    assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
    assert {"bot", "inference"} <= {line["logger"].partition(".")[0] for line in lines}
    assert oct((tmp_path / "secrets.json").stat().st_mode)[-3:] == "600"


async def test_in_my_photo_keeps_the_photo_and_changes_the_face(tmp_path: Path, selfie: bytes) -> None:
    """Needs `POST /v1/render` with a photo, and `Client.compose`."""
    async with house(tmp_path) as first, Visitor(first.url) as visitor:
        blend = await blended(visitor, selfie)
        began, composed = await visitor.press(blend, label("button-in-photo"))
        assert (began["kind"], began["text"]) == ("progress", label("progress-compose"))
        only_in_the_middle(selfie, picture(composed))
        more = await visitor.press(composed, label("button-blend-back"))
        more = await visitor.press(more[-1], label("button-more-type", type="ENFP"))
        stronger = await visitor.press(more[-1], label("button-in-photo"))
        assert picture(stronger[-1]).tobytes() != picture(composed).tobytes()
        # Its file is that picture, whatever came after it, without what JPEG loses.
        file = picture((await visitor.press(composed, label("button-original")))[-1])
        assert (file.format, file.size) == ("PNG", picture(composed).size)
        assert difference(file, picture(composed)) < difference(file, picture(stronger[-1]))
        assert await first.stop() == 0
        # After a restart the photo is gone: any photo of theirs will do, and of several faces one is chosen.
        async with house(tmp_path) as second:
            visitor.url = second.url
            asked = (await visitor.press(blend, label("button-in-photo")))[-1]
            assert (asked["code"], asked["text"]) == ("ask_photo", label("ask-photo-gone"))
            numbers = (await visitor.send(_two(selfie)))[-1]
            assert numbers["code"] == "many_faces"
            both = picture((await visitor.press(numbers, "2"))[-1])
            assert both.size == (1024, 512)
            assert difference(both.crop((0, 0, 512, 512)), Image.open(io.BytesIO(selfie))) < 4
            only_in_the_middle(selfie, both.crop((512, 0, 1024, 512)))
            assert (await visitor.send(_two(selfie)))[-1]["code"] == "many_faces", "the next one is a selfie"
            assert await second.stop() == 0


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean over all pixels and channels, of 255."""
    return float(np.abs(np.asarray(a, np.float32) - np.asarray(b.convert("RGB"), np.float32)).mean())


def only_in_the_middle(selfie: bytes, composed: Image.Image) -> None:
    """The photo stays as it was around the face, and the face (where the astronaut's is) is another."""
    photo, face = Image.open(io.BytesIO(selfie)), (185, 80, 260, 170)
    assert composed.size == photo.size
    assert difference(composed.crop(face), photo.crop(face)) > 6
    for around in ((0, 0, 100, 512), (400, 0, 512, 512), (0, 350, 512, 512)):
        assert difference(composed.crop(around), photo.crop(around)) < 4


async def test_a_killed_inference_server_costs_one_clear_message_and_one_press(
    tmp_path: Path, selfie: bytes
) -> None:
    async with house(tmp_path) as running, Visitor(running.url) as visitor:
        await blended(visitor, selfie)
        replies: list[Reply] = []
        server = running.inference_pid
        async for reply in visitor.stream({"kind": "photo"}, selfie):
            if reply["kind"] == "progress" and reply["preview"] and alive(server):
                os.kill(server, signal.SIGKILL)
                assert await gone(server)
            replies.append(reply)
        assert not alive(server)
        assert replies[-1]["code"] == "unreachable", replies[-1]["text"]
        assert label("button-retry") in buttons(replies[-1])
        for _ in range(60):
            again = await visitor.press(replies[-1], label("button-retry"))
            if again[-1]["kind"] == "picture":
                break
            assert again[-1]["code"] in {"unreachable", "stopping"}
            await asyncio.sleep(0.5)
        assert picture(again[-1]).size == (512, 512)
        assert await running.stop(signal.SIGTERM) == 0


async def test_a_taken_port_is_told_and_the_next_one_used(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with house(tmp_path, port) as running:
            assert any(str(port) in line and "taken" in line for line in running.lines[:-1]), running.lines
            assert not running.url.endswith(f":{port}")
            async with Visitor(running.url):
                assert await running.stop() == 0


async def test_photos_that_cannot_be_used_get_a_kind_answer(
    tmp_path: Path, selfie: bytes, cat: bytes
) -> None:
    async with house(tmp_path) as running, Visitor(running.url) as visitor:
        blend = await blended(visitor, selfie)
        for photo, code in {
            cat: "no_face",
            selfie[:-20000]: "bad_image",
            b"not a photo": "bad_image",
        }.items():
            assert (await visitor.send(photo))[-1]["code"] == code
        for photo, code in {
            _two(selfie): "many_faces",
            _tiny(selfie): "face_too_small",
            _bomb(): "too_large",
        }.items():
            assert (await visitor.send(photo))[-1]["code"] == code
        picture((await visitor.press(blend, label("button-more-me")))[-1])


def _encoded(image: Image.Image, format: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def _two(selfie: bytes) -> bytes:
    one = Image.open(io.BytesIO(selfie))
    both = Image.new("RGB", (one.width * 2, one.height))
    both.paste(one, (0, 0))
    both.paste(one, (one.width, 0))
    return _encoded(both)


def _tiny(selfie: bytes) -> bytes:
    return _encoded(Image.open(io.BytesIO(selfie)).resize((224, 224), Image.Resampling.LANCZOS), "PNG")


def _bomb() -> bytes:
    return _encoded(Image.new("1", (20_000, 20_000)), "PNG")


async def test_a_home_has_one_house(tmp_path: Path) -> None:
    async with house(tmp_path) as running:
        code, words = await refused(tmp_path)
        assert code == 2
        assert f"already runs at {running.url}" in words
        assert Running.read(tmp_path), "the second one left the first one's notes alone"
        async with Visitor(running.url):
            assert await running.stop() == 0


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("TYPEFACE_HOME", __file__, "cannot be written"),
        ("TYPEFACE_MATCH_CHART", "stars", "opposite, popular"),
        ("TYPEFACE_PORT", "99999", "TYPEFACE_PORT"),
        ("DISCORD_API_BASE", "http://example.com", "loopback"),
    ],
)
async def test_a_setting_that_cannot_work_is_one_sentence(
    tmp_path: Path, setting: str, value: str, words: str
) -> None:
    code, said = await refused(tmp_path, **{"DISCORD_TOKEN": "t", setting: value})
    assert code == 2
    assert words in said
    assert len(said.strip().splitlines()) == 1


async def test_who_is_being_answered_at_a_stop_gets_a_word(tmp_path: Path, selfie: bytes) -> None:
    async with house(tmp_path) as running, Visitor(running.url) as visitor:
        await blended(visitor, selfie)
        last: Reply = {}
        told = False
        async for reply in visitor.stream({"kind": "photo"}, selfie):
            if not told and reply["kind"] == "progress" and reply["preview"]:
                running.process.send_signal(signal.SIGTERM)  # once: a second one is meant to kill
                told = True
            last = reply
        assert last["code"] == "stopping"
        assert await asyncio.wait_for(running.process.wait(), 40) == 0


async def refused(home: Path, **env: str) -> tuple[int | None, str]:
    """What `typeface up` says and exits with where it cannot begin."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "up", "--port", "0"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment(home, **env),
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), 30)
    except TimeoutError:
        process.terminate()
        raise
    return process.returncode, said.decode()

"""One house, four platforms, a real photo through each: Discord and Telegram by their wire protocols."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core.wording import say
from inference.images import synthetic
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Message
from tests.doubles.telegram.server import Telegram
from tests.e2e.house import READY, both_bots, environment, house
from tests.e2e.test_house import Visitor, blended

pytestmark = pytest.mark.timeout(240)


async def test_a_real_photo_through_all_four(tmp_path: Path, selfie: bytes) -> None:
    async with DiscordDouble() as discord, Telegram() as telegram:
        async with house(tmp_path, **both_bots(discord, telegram)) as running:
            assert running.lines[-1].startswith(READY + "http://127.0.0.1:")
            await asyncio.gather(
                in_discord(discord, selfie),
                in_telegram(telegram, selfie),
                in_the_web(running.url, selfie),
                in_the_terminal(tmp_path, selfie),
            )
            assert await running.stop() == 0
        logs = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert "Traceback" not in logs
    assert discord.token not in logs
    assert telegram.token not in logs


def checked(data: bytes) -> None:
    assert synthetic(data)
    assert Image.open(io.BytesIO(data)).size == (512, 512)


async def in_the_web(url: str, selfie: bytes) -> None:
    async with Visitor(url) as visitor:
        await blended(visitor, selfie)


async def in_discord(discord: DiscordDouble, selfie: bytes) -> Message:
    """Returns the message with Ann's blended face."""
    ann, room = discord.person("ann"), discord.channel()
    photo = discord.file(room, selfie)
    call = await discord.command(
        ann, "mbti", {"type": "ENFP", "gender": "female", "photo": photo}, channel=room
    )
    agree, more = say("en", "button-agree"), say("en", "button-more-me")
    question = await _with_button(discord, call, agree)
    answer = await discord.press(ann, question, agree)
    blend = await _with_button(discord, answer, more, seconds=120)
    assert blend.ephemeral
    checked(blend.attachments[0].data)
    return blend


async def _with_button(discord: DiscordDouble, call: Call, label: str, seconds: float = 30) -> Message:
    found = await discord.until(lambda: [m for m in call.messages if label in m.buttons], seconds)
    return found[-1]


async def test_in_my_photo_on_discord(tmp_path: Path, selfie: bytes) -> None:
    """For oneself, and then for everyone. Needs `POST /v1/render` with a photo, and `Client.compose`."""
    async with (
        DiscordDouble() as discord,
        Telegram() as telegram,
        house(tmp_path, **both_bots(discord, telegram)) as running,
    ):
        blend = await in_discord(discord, selfie)
        ann, room, bob = blend.only_for, blend.channel, discord.person("bob")
        assert ann is not None
        for press, leads_to in (
            ("in-photo", "other-photo"),
            ("show", "reveal"),
            ("reveal", "other-photo"),
        ):
            call = await discord.press(ann, blend, say("en", f"button-{press}"))
            blend = await _with_button(discord, call, say("en", f"button-{leads_to}"))
            assert len(discord.seen_by(bob, room)) == (press == "reveal")
        (public,) = discord.seen_by(bob, room)
        data = public.attachments[0].data
        assert synthetic(data)
        assert Image.open(io.BytesIO(data)).size == Image.open(io.BytesIO(selfie)).size
        assert await running.stop() == 0


async def in_telegram(telegram: Telegram, selfie: bytes) -> None:
    ann = telegram.person("Ann")

    def with_button(label: str) -> tuple[dict[str, Any], str] | None:
        for message in reversed(telegram.world.of_bot(ann.id)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        return message, button["callback_data"]
        return None

    ann.text("/mbti ENFP female")
    await telegram.until(lambda: any("photo" in m for m in telegram.world.of_bot(ann.id)), 30)
    ann.photo(selfie)
    ann.tap(*await telegram.until(lambda: with_button(say("en", "button-agree")), 30))
    message, _ = await telegram.until(lambda: with_button(say("en", "button-more-me")), 120)
    checked(telegram.world.files.by_id(message["photo"][-1]["file_id"]).data)


async def in_the_terminal(home: Path, selfie: bytes) -> None:
    """Two processes: what one person began in a pipe, the same name goes on with in the next."""
    photo, out = home / "me.jpg", home / "pictures"
    photo.write_bytes(selfie)
    first = await _chat(home, out, f"/mbti ENFP female\n@{photo}\n1\n")
    assert next(reply["kind"] for reply in first if reply["file"]) == "picture"
    assert first[-1]["kind"] == "picture"
    checked(Path(first[-1]["file"]).read_bytes())
    second = await _chat(home, out, "/mbti ABCD\n/match male\n")
    assert [reply["code"] for reply in second if reply["code"]] == ["unknown_type"]
    assert "ISTJ" in second[-1]["text"]


async def _chat(home: Path, out: Path, lines: str) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "chat", "--json", "--out", str(out), "--as", "ann"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment(home),
    )
    stdout, _ = await asyncio.wait_for(process.communicate(lines.encode()), 120)
    assert process.returncode == 0
    return [json.loads(line) for line in stdout.splitlines()]


async def test_the_terminal_brings_its_own_server_when_there_is_none(tmp_path: Path, selfie: bytes) -> None:
    await in_the_terminal(tmp_path, selfie)
    assert not (tmp_path / "run.json").exists()

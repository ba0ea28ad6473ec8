"""`typeface chat` beside a house that goes away and comes back elsewhere."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.core.wording import say
from bot.launch import Running
from tests.e2e.house import environment, house

pytestmark = pytest.mark.timeout(240)


class Chat:
    """A `typeface chat --json` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def asks(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next reply of one of these kinds."""
        assert self._process.stdout is not None
        while line := await asyncio.wait_for(self._process.stdout.readline(), 60):
            reply: dict[str, Any] = json.loads(line)
            if reply["kind"] in kinds:
                return reply
        raise AssertionError("the chat has ended")

    async def presses(self, reply: dict[str, Any], key: str) -> None:
        label = say("en", key)
        await self.asks(str(next(button["n"] for button in reply["buttons"] if button["label"] == label)))


@asynccontextmanager
async def chat(home: Path) -> AsyncIterator[Chat]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "chat", "--json", "--out", str(home / "pictures")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment(home, TYPEFACE_LOCALE="en"),
    )
    try:
        yield Chat(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_chat_finds_the_house_that_started_again_elsewhere(tmp_path: Path, selfie: bytes) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(selfie)
    async with house(tmp_path) as first:
        before = Running.read(tmp_path)
        assert before
        async with chat(tmp_path) as talk:
            await talk.asks("/mbti ENFP female")
            await talk.hears("menu")
            await talk.asks(f"@{photo}")
            await talk.presses(await talk.hears("menu"), "button-agree")
            await talk.hears("progress")
            first.process.kill()  # in mid-work
            lost = await talk.hears("menu")
            assert lost["code"] in {"stopping", "unreachable"}
            await talk.presses(lost, "button-retry")
            away = await talk.hears("menu")
            assert (away["code"], away["text"]) == ("unreachable", say("en", "error-unreachable"))
            async with house(tmp_path):
                after = Running.read(tmp_path)
                assert after
                assert (after.inference_url, after.inference_token) != (
                    before.inference_url,
                    before.inference_token,
                )
                await talk.presses(away, "button-retry")
                blend = await talk.hears("picture", "text", "menu")
                assert blend["kind"] == "picture", blend["text"]

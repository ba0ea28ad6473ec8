"""The main job through the terminal, with the real core behind it and recording fakes at the core's ports."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.core.house import House
from bot.core.service import Service
from bot.core.wording import say
from tests.bot.core import fakes


async def test_from_the_type_to_the_best_match_in_a_pipe(tmp_path: Path) -> None:
    faces = fakes.FakeFaces()
    service = Service(faces, fakes.FakeStore(), fakes.FakeDrawing(), fakes.FakeClock(), House(24 * 3600))
    (tmp_path / "me.jpg").write_bytes(b"selfie")
    lines = f"/mbti ABCD\n/mbti ENFP female\n@{tmp_path / 'me.jpg'}\n1\n1\n/match male\n"
    written = io.StringIO()
    adapter = TerminalAdapter(service, TerminalOptions("ann", json=True, out=tmp_path / "album"))
    assert await adapter.run(io.BytesIO(lines.encode()), written) == 0
    await service.close()
    replies = [json.loads(line) for line in written.getvalue().splitlines()]
    assert replies[0]["code"] == "unknown_type"
    pictures = [reply for reply in replies if reply["kind"] == "picture"]
    assert len(pictures) == 4
    assert [Path(reply["file"]).name[:5] for reply in pictures] == ["0001-", "0002-", "0003-", "0004-"]
    assert all((tmp_path / reply["file"]).read_bytes() == fakes.JPEG for reply in pictures)
    assert any(reply["kind"] == "progress" for reply in replies)
    assert replies[-1]["buttons"]
    faces.assert_type("ISTJ", "male")


async def test_in_my_photo_in_a_pipe(tmp_path: Path) -> None:
    faces = fakes.FakeFaces()
    faces.looks_while_queued = True
    service = Service(faces, fakes.FakeStore(), fakes.FakeDrawing(), fakes.FakeClock(), House(24 * 3600))
    (tmp_path / "me.jpg").write_bytes(b"selfie")
    written = io.StringIO()
    options = TerminalOptions("ann", json=True, out=tmp_path / "album", pace_seconds=0)
    adapter = TerminalAdapter(service, options)

    async def typed(line: str) -> list[dict[str, Any]]:
        start = written.tell()
        assert await adapter.run(io.BytesIO(f"{line}\n".encode()), written) == 0
        return [json.loads(each) for each in written.getvalue()[start:].splitlines()]

    await typed("/mbti ENFP female")
    await typed(f"@{tmp_path / 'me.jpg'}")
    *progress, blended = await typed("1")
    assert say("en", "progress-queued", position=2, seconds=20) in [reply["text"] for reply in progress]
    numbers = {button["label"]: button["n"] for button in blended["buttons"]}
    began, composed = await typed(str(numbers[say("en", "button-in-photo")]))
    assert (began["kind"], began["text"]) == ("progress", say("en", "progress-compose"))
    assert (composed["kind"], composed["text"]) == ("picture", say("en", "composed-caption", type="ENFP"))
    assert Path(composed["file"]).read_bytes() == fakes.COMPOSED
    assert Path(composed["file"]).name.endswith("typeface-ENFP-photo.jpg")
    await service.close()

"""`typeface init` against a local Discord and Telegram; on a terminal, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.settings import SettingsError
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.telegram.server import Telegram

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Said:
    code: int
    text: str


@dataclass
class Desk:
    """A folder to set up in, with both platforms."""

    folder: Path
    discord: DiscordDouble
    telegram: Telegram

    @property
    def file(self) -> Path:
        return self.folder / ".env"

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    async def init(self, *options: str, answers: str = "") -> Said:
        """With answers from a pipe; the platforms run beside it."""
        result = await asyncio.to_thread(CliRunner().invoke, app, ["init", *options], input=answers)
        known = isinstance(result.exception, (SettingsError, SystemExit, type(None)))
        assert known, repr(result.exception)
        refused = isinstance(result.exception, SettingsError)
        said = Said(2 if refused else result.exit_code, result.output + str(result.exception or ""))
        assert self.discord.token not in said.text
        assert self.telegram.token not in said.text
        return said


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.chdir(tmp_path)
    async with DiscordDouble() as discord, Telegram() as telegram:
        monkeypatch.setenv("LANG", "C")
        monkeypatch.setenv("DISCORD_API_BASE", discord.api_base)
        monkeypatch.setenv("TELEGRAM_API_BASE", telegram.api_base)
        yield Desk(tmp_path, discord, telegram)


async def test_piped_answers_are_checked_and_written_for_us_alone(desk: Desk) -> None:
    desk.file.write_text("# mine\nTYPEFACE_PORT=9000\n")
    said = await desk.init(answers=f"{desk.discord.token}\n{desk.telegram.token}\n")
    assert said.code == 0, said.text
    assert desk.file.read_text() == (
        f"# mine\nTYPEFACE_PORT=9000\nDISCORD_TOKEN={desk.discord.token}\nTELEGRAM_TOKEN={desk.telegram.token}\n"
    )
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600
    assert desk.left == [".env"]
    assert "https://t.me/typeface_bot" in said.text


async def test_the_invitation_has_the_scopes_and_permissions(desk: Desk) -> None:
    said = await desk.init(answers=f"{desk.discord.token}\n\n")
    server, person = (word for word in said.text.split() if "oauth2/authorize" in word)
    asked = parse_qs(urlsplit(server).query)
    assert asked["client_id"] == [desk.discord.rest.application_id]
    assert asked["scope"] == ["bot applications.commands"]
    permissions = int(asked["permissions"][0])
    assert permissions & 1 << 15, "attach files"
    assert not permissions & 1 << 3, "never an administrator"
    assert parse_qs(urlsplit(person).query)["integration_type"] == ["1"]


async def test_nothing_answered_is_the_web_chat_alone(desk: Desk) -> None:
    said = await desk.init()
    assert said.code == 0
    assert "web chat" in said.text
    assert desk.left == []


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        ("wrong.token.of-discord\n", "Reset Token"),
        ("what is this\n", "does not look like"),
        ("\n7000001:wrong-token_of_telegram\n", "/token to @BotFather"),
    ],
)
async def test_a_wrong_token_is_told_and_nothing_is_written(desk: Desk, answers: str, hint: str) -> None:
    said = await desk.init(answers=answers)
    assert said.code == 2
    assert hint in said.text
    assert "nothing was written" in said.text
    assert answers.strip() not in said.text
    assert desk.left == []


async def test_an_unreachable_platform_is_told_without_the_token(desk: Desk) -> None:
    await desk.telegram.cut()
    said = await desk.init(answers=f"\n{desk.telegram.token}\n")
    assert said.code == 2
    assert "Telegram does not answer" in said.text
    assert desk.left == []
    said = await desk.init("--unchecked", answers=f"\n{desk.telegram.token}\n")
    assert said.code == 0
    assert desk.file.read_text() == f"TELEGRAM_TOKEN={desk.telegram.token}\n"
    await desk.telegram.mend()


async def test_an_odd_answer_is_told(desk: Desk) -> None:
    desk.telegram.fault("getMe", 502, html=True)
    said = await desk.init(answers=f"\n{desk.telegram.token}\n")
    assert said.code == 2
    assert "not as expected" in said.text


async def test_what_stands_in_the_bots_way_is_told(desk: Desk) -> None:
    desk.discord.world.application = {
        "bot_require_code_grant": True,
        "bot_public": False,
        "flags": 1 << 19,
        "integration_types_config": {"0": {}},
    }
    said = await desk.init(answers=f"{desk.discord.token}\n\n")
    for hint in ("OAuth2 Code Grant", "Public Bot is off", "privileged intent", "User Install is off"):
        assert hint in said.text


async def test_what_is_there_is_replaced_only_when_wanted(desk: Desk) -> None:
    old = "DISCORD_TOKEN=old\nX=1\n"
    desk.file.write_text(old)
    assert (await desk.init(answers="n\n\n")).code == 0
    assert desk.file.read_text() == old
    assert (await desk.init(answers=f"y\n{desk.discord.token}\n\n")).code == 0
    assert desk.file.read_text() == f"DISCORD_TOKEN={desk.discord.token}\nX=1\n"


async def test_tokens_from_files_ask_nothing(desk: Desk) -> None:
    (desk.folder / "token").write_text(desk.telegram.token + "\n")
    desk.file.write_text("TELEGRAM_TOKEN=1:old\n")
    options = ("--no-input", "--telegram-token-file", "token", "--locale", "ko")
    kept = await desk.init(*options)
    assert kept.code == 2
    assert "--yes" in kept.text
    assert desk.file.read_text() == "TELEGRAM_TOKEN=1:old\n"
    said = await desk.init(*options, "--yes")
    assert said.code == 0
    assert "저장했습니다" in said.text
    assert desk.file.read_text() == f"TELEGRAM_TOKEN={desk.telegram.token}\n"
    assert (await desk.init("--no-input", "--telegram-token-file", "nowhere")).code == 2


async def test_check_reads_every_source_and_writes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "token").write_text(desk.telegram.token)
    monkeypatch.setenv("TELEGRAM_TOKEN_FILE", "token")
    monkeypatch.setenv("DISCORD_TOKEN", desk.discord.token)
    good = await desk.init("--check")
    assert good.code == 0
    assert "@typeface_bot" in good.text
    monkeypatch.setenv("DISCORD_TOKEN", "wrong.token.of-discord")
    bad = await desk.init("--check")
    assert bad.code == 1
    assert "@typeface_bot" in bad.text
    assert desk.left == ["token"]


async def test_a_file_that_cannot_be_used_is_told(desk: Desk) -> None:
    desk.file.write_bytes(b"A=\xff\xfe\n")
    said = await desk.init(answers=f"{desk.discord.token}\n\n")
    assert said.code == 2
    assert "UTF-8" in said.text
    desk.file.unlink()
    said = await desk.init("--file", "no/such/.env", answers=f"{desk.discord.token}\n\n")
    assert said.code == 2
    assert "cannot be written" in said.text
    assert desk.left == []


@pytest.mark.parametrize("answer", ["", "{token}\n"])
async def test_on_a_terminal_a_token_is_not_shown_and_ctrl_c_leaves_nothing(desk: Desk, answer: str) -> None:
    """Interrupted at the first question, and at the second, when a good token is known already."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "init"),
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        shown = await read_until(ours, "no Discord bot):")
        if answer:
            os.write(ours, answer.format(token=desk.discord.token).encode())
            shown += await read_until(ours, "no Telegram bot):")
        shown += await interrupt(running, ours)
        assert await running.wait() == 130
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
        os.close(ours)
    assert desk.discord.token not in shown
    assert desk.left == []


async def interrupt(running: asyncio.subprocess.Process, terminal: int) -> str:
    """Press Ctrl-C, again when nothing comes of it: between asking and reading, Python may miss one."""
    while True:
        running.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(15):
                return await read_until(terminal, "Nothing was written")
        except TimeoutError:
            continue


async def read_until(terminal: int, words: str) -> str:
    text = ""
    while words not in text:
        try:
            text += os.read(terminal, 4096).decode()
        except BlockingIOError:
            await asyncio.sleep(0.02)
    return text

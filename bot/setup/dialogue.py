"""`typeface init`: asks for the bots' tokens, checks them, and writes `.env`; at the end only, and whole."""

from __future__ import annotations

import asyncio
import getpass
import io
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer
from dotenv import dotenv_values

from bot.core.wording import say
from bot.settings import Settings, SettingsError, load
from bot.setup import envfile, platforms
from bot.setup.platforms import Account, CheckError


@dataclass(frozen=True)
class Platform:
    """What `init` knows of one platform: the setting that holds its token, and how that is checked."""

    name: str
    setting: str
    check: Callable[[Settings], Awaitable[Account]]


def _discord(settings: Settings) -> Awaitable[Account]:
    assert settings.discord is not None
    return platforms.discord(settings.discord)


def _telegram(settings: Settings) -> Awaitable[Account]:
    assert settings.telegram is not None
    return platforms.telegram(settings.telegram)


PLATFORMS = (
    Platform("discord", "DISCORD_TOKEN", _discord),
    Platform("telegram", "TELEGRAM_TOKEN", _telegram),
)


@dataclass(frozen=True)
class Wishes:
    """How `init` was called.

    Attributes:
        env: the process's environment over `.env`; tells where the platforms are.
        locale: that it speaks.
        path: the file that it writes.
        tokens: by platform, of those that were given and are not asked for; kept out of every text.
        ask: whether questions are asked at all.
        replace: replace what is there without asking.
        check: whether tokens are checked before they are written.
    """

    env: Mapping[str, str] = field(repr=False)
    locale: str
    path: Path = Path(".env")
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    ask: bool = True
    replace: bool = False
    check: bool = True


class Init:
    """One run, in one language."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes

    def run(self) -> bool:
        """Ask, check, and write; True, since it raises where it fails.

        Raises:
            SettingsError: a token that was given or piped in is refused, or the file cannot be read or written.
        """
        self._tell("init-hello")
        text = self._stands()
        there = dotenv_values(stream=io.StringIO(text))
        chosen = {p.setting: token for p in PLATFORMS if (token := self._choose(p, there.get(p.setting)))}
        if chosen:
            self._write(envfile.merged(text, chosen))
        elif text:
            self._tell("init-nothing-new", file=str(self._wishes.path))
        if not any({**there, **chosen}.get(p.setting) for p in PLATFORMS):
            self._tell("init-web-only")
        self._tell("init-next")
        return True

    def check(self) -> bool:
        """Whether all tokens that are set are good, wherever they come from; writes nothing."""
        given = [p for p in PLATFORMS if self._wishes.env.get(p.setting)]
        if not given:
            self._tell("init-web-only")
        passed = [self._passes(p, self._wishes.env[p.setting]) for p in given]  # each is told of
        return all(passed)

    # What is asked

    def _choose(self, platform: Platform, there: str | None) -> str | None:
        """The new token of a platform; None leaves what is there."""
        given = self._wishes.tokens.get(platform.name)
        if given is None and not self._wishes.ask:
            return None
        if there and (given == there or not self._may_replace(platform)):
            return None
        return self._asked(platform) if given is None else self._good(platform, given)

    def _may_replace(self, platform: Platform) -> bool:
        if not self._wishes.replace and not self._wishes.ask:
            raise SettingsError(self._say("init-there-already", setting=platform.setting))
        return self._wishes.replace or self._yes(f"init-{platform.name}-there")

    def _asked(self, platform: Platform) -> str | None:
        """Ask until a token is good, or nothing is answered; piped answers have one try."""
        self._tell(f"init-{platform.name}-how")
        while token := _secret(self._say(f"init-{platform.name}-ask")):
            if not self._wishes.check or self._passes(platform, token):
                return token
            if not sys.stdin.isatty():
                raise SettingsError(self._say("init-refused", setting=platform.setting))
        return None

    def _good(self, platform: Platform, token: str) -> str:
        if self._wishes.check and not self._passes(platform, token):
            raise SettingsError(self._say("init-refused", setting=platform.setting))
        return token

    def _yes(self, key: str) -> bool:
        answer = _line(self._say(key))
        return bool(answer) and answer[0] in self._say("init-yes")

    # What is checked and told

    def _passes(self, platform: Platform, token: str) -> bool:
        settings = load({**self._wishes.env, platform.setting: token})
        try:
            account = asyncio.run(_awaited(platform.check(settings)))
        except CheckError as error:
            self._tell(f"init-{platform.name}-{error.fault}")
            return False
        self._tell(f"init-{platform.name}-good", name=account.name)
        for key in account.notes:
            self._tell(key)
        for key, link in account.links.items():
            self._tell(key, link=link)
        return True

    def _say(self, key: str, **args: str) -> str:
        return say(self._wishes.locale, key, **args)

    def _tell(self, key: str, **args: str) -> None:
        typer.echo(self._say(key, **args))

    # The file

    def _stands(self) -> str:
        try:
            return envfile.read(self._wishes.path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise SettingsError(f"{self._wishes.path} cannot be read: {reason}.") from None

    def _write(self, text: str) -> None:
        try:
            envfile.write(self._wishes.path, text)
        except OSError as error:
            raise SettingsError(f"{self._wishes.path} cannot be written: {error.strerror}.") from None
        self._tell("init-written", file=str(self._wishes.path))


async def _awaited(work: Awaitable[Account]) -> Account:
    return await work


def _line(prompt: str) -> str:
    """An answer that may be seen. Ended input is an empty answer."""
    piped = not sys.stdin.isatty()
    typer.echo(prompt + ("" if piped else " "), nl=piped)
    return sys.stdin.readline().strip()


def _secret(prompt: str) -> str:
    """An answer that a terminal does not show."""
    if not sys.stdin.isatty():
        return _line(prompt)
    try:
        return getpass.getpass(prompt + " ").strip()
    except EOFError:
        return ""


def token_in(path: Path) -> str:
    """The token in a file. Raises SettingsError."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The token file {path} cannot be read.") from None
    if not token:
        raise SettingsError(f"The token file {path} is empty.")
    return token

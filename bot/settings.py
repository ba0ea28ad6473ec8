"""The bot's settings, read once from the environment (and `.env`) and passed on as frozen values."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from db import mounted

SECRETS = ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TYPEFACE_INFERENCE_TOKEN")
"""Each may be given as a file instead, named by `NAME_FILE`; `db.settings` has more."""
LOGS = ("file", "stderr")
SWITCH = {"on": True, "off": False}
PORTS = (0, 65535)
HOURS = (1, 24 * 365)


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class DiscordSettings:
    token: str = field(repr=False)
    api_base: str = "https://discord.com/api/v10"
    gateway_url: str = "wss://gateway.discord.gg/"


@dataclass(frozen=True)
class TelegramSettings:
    """Long polling unless `webhook_url` (public https address) is given; then `webhook_secret` is required."""

    token: str = field(repr=False)
    api_base: str = "https://api.telegram.org/bot"
    file_base: str = "https://api.telegram.org/file/bot"
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8443


@dataclass(frozen=True)
class WebSettings:
    """`port` is the first that is tried; a taken one is told and the next free one is used.

    `spoiler`: every picture is covered until somebody presses its button.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    spoiler: bool = False


@dataclass(frozen=True)
class Settings:
    """`home` holds secrets, the database and what is running. Without `inference_url` the bot starts its own server.

    `log` is where the bot's log goes: `file` (in `home`), or `stderr`, for service managers that keep it.
    `owners` may ask for /health and hear when the server is away: platforms and the people's ids there.
    """

    home: Path
    web: WebSettings
    discord: DiscordSettings | None = None
    telegram: TelegramSettings | None = None
    inference_url: str | None = None
    inference_token: str | None = field(default=None, repr=False)
    retention_seconds: int = 24 * 3600
    locale: str = "en"
    match_chart: str = "opposite"
    log: str = "file"
    owners: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)


def _loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _endpoint(env: Mapping[str, str], name: str, default: str) -> str:
    """An endpoint of a platform; without TLS only on loopback, since the token travels with every call."""
    url = env.get(name) or default
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.hostname:
        raise SettingsError(f"{name} is not an http, https, ws or wss address: {url!r}.")
    if parts.scheme in {"http", "ws"} and not _loopback(parts.hostname):
        raise SettingsError(
            f"{name} must use https or wss: plain {parts.scheme} is for loopback addresses only."
        )
    return url


def _number(env: Mapping[str, str], name: str, default: int, bounds: tuple[int, int]) -> int:
    text = env.get(name) or str(default)
    least, most = bounds
    if not re.fullmatch("[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _discord(env: Mapping[str, str]) -> DiscordSettings | None:
    if not (token := env.get("DISCORD_TOKEN")):
        return None
    return DiscordSettings(
        token,
        _endpoint(env, "DISCORD_API_BASE", DiscordSettings.api_base),
        _endpoint(env, "DISCORD_GATEWAY_URL", DiscordSettings.gateway_url),
    )


def _telegram(env: Mapping[str, str]) -> TelegramSettings | None:
    if not (token := env.get("TELEGRAM_TOKEN")):
        return None
    url, secret = env.get("TELEGRAM_WEBHOOK_URL") or None, env.get("TELEGRAM_WEBHOOK_SECRET") or None
    if url and not secret:
        raise SettingsError(
            "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET: anyone could post updates else."
        )
    return TelegramSettings(
        token,
        _endpoint(env, "TELEGRAM_API_BASE", TelegramSettings.api_base),
        _endpoint(env, "TELEGRAM_FILE_BASE", TelegramSettings.file_base),
        url,
        secret,
        env.get("TELEGRAM_WEBHOOK_HOST") or TelegramSettings.webhook_host,
        _number(env, "TELEGRAM_WEBHOOK_PORT", TelegramSettings.webhook_port, PORTS),
    )


def _owners(env: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """TYPEFACE_OWNERS: `discord:1234, telegram:5678`."""
    found = [part.strip() for part in (env.get("TYPEFACE_OWNERS") or "").split(",") if part.strip()]
    if wrong := [
        part for part in found if not re.fullmatch(r"(discord|telegram|web|terminal):\S{1,64}", part)
    ]:
        raise SettingsError(f"TYPEFACE_OWNERS must be PLATFORM:ID, with commas between, not {wrong[0]!r}.")
    return frozenset((platform, person) for platform, _, person in (part.partition(":") for part in found))


def environment(dotenv: Path = Path(".env")) -> dict[str, str]:
    """The process environment over the values of `.env`, with the bot's secrets read from their files.

    Raises:
        BadSettings: a secret's file cannot be read.
        SettingsError: `.env` is not text.
    """
    try:
        there = dotenv_values(dotenv)
    except UnicodeDecodeError:
        raise SettingsError(f"{dotenv} is not UTF-8 text: save it anew as plain text.") from None
    given = {k: v for k, v in {**there, **os.environ}.items() if v is not None}
    return mounted.read(given, SECRETS)


def _log(env: Mapping[str, str]) -> str:
    if (log := env.get("TYPEFACE_LOG") or "file") not in LOGS:
        raise SettingsError(f"TYPEFACE_LOG is one of {' and '.join(LOGS)}, not {log!r}.")
    return log


def _switch(env: Mapping[str, str], name: str) -> bool:
    """Raises SettingsError for what is neither on nor off; unset is off."""
    if (said := (env.get(name) or "off").lower()) not in SWITCH:
        raise SettingsError(f"{name} is on or off, not {said!r}.")
    return SWITCH[said]


def _web(env: Mapping[str, str]) -> WebSettings:
    host, port = env.get("TYPEFACE_HOST") or WebSettings.host, _number(env, "TYPEFACE_PORT", 8080, PORTS)
    return WebSettings(host, port, _switch(env, "TYPEFACE_WEB_SPOILER"))


def load(env: Mapping[str, str]) -> Settings:
    """Validate `env` into settings.

    Raises:
        SettingsError: a value cannot be used.
    """
    return Settings(
        home=Path(env.get("TYPEFACE_HOME") or ".typeface"),
        web=_web(env),
        discord=_discord(env),
        telegram=_telegram(env),
        inference_url=env.get("TYPEFACE_INFERENCE_URL") or None,
        inference_token=env.get("TYPEFACE_INFERENCE_TOKEN") or None,
        retention_seconds=3600 * _number(env, "TYPEFACE_RETENTION_HOURS", 24, HOURS),
        locale=env.get("TYPEFACE_LOCALE") or "en",
        match_chart=env.get("TYPEFACE_MATCH_CHART") or "opposite",
        owners=_owners(env),
        log=_log(env),
    )

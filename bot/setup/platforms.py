"""Asks Discord and Telegram whether they know a token, and what they say of its bot."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlencode

import aiohttp

from bot.settings import DiscordSettings, TelegramSettings

Json = dict[str, Any]
Fault = Literal["shape", "token", "unreachable", "odd"]
SECONDS = 15
PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Send Messages in Threads": 1 << 38,
}
"""What the bot needs in a server, by the names that Discord shows."""
PRIVILEGED = {"presence": 0b11 << 12, "members": 0b11 << 14, "content": 0b11 << 18}
"""Flags of an application whose owner switched a privileged intent on; the bot asks for none."""
_DISCORD_TOKEN = re.compile(r"[\w.-]{16,200}")
_TELEGRAM_TOKEN = re.compile(r"\d{3,20}:[\w-]{20,100}")


class CheckError(Exception):
    """A token did not pass. `args[0]` is a `Fault`; no text of it holds the token."""

    @property
    def fault(self) -> Fault:
        return cast(Fault, self.args[0])


@dataclass(frozen=True)
class Account:
    """A bot that its platform knows.

    Attributes:
        name: as the platform shows it.
        links: address of each way to get the bot, by the key of its text.
        notes: keys of texts about settings there that stand in the bot's way.
    """

    name: str
    links: Mapping[str, str]
    notes: tuple[str, ...] = ()


async def discord(settings: DiscordSettings) -> Account:
    """The application of a Discord token. Raises `CheckError`."""
    if not _DISCORD_TOKEN.fullmatch(settings.token):
        raise CheckError("shape")
    base, headers = settings.api_base.rstrip("/"), {"Authorization": f"Bot {settings.token}"}
    user = await _get(f"{base}/users/@me", headers)
    application = await _get(f"{base}/applications/@me", headers)
    return Account(str(user["username"]), _invitations(str(application["id"])), tuple(_remarks(application)))


def _invitations(client: str) -> dict[str, str]:
    address = "https://discord.com/oauth2/authorize?"
    server = {
        "client_id": client,
        "scope": "bot applications.commands",
        "permissions": sum(PERMISSIONS.values()),
    }
    person = {"client_id": client, "integration_type": 1, "scope": "applications.commands"}
    return {
        "init-discord-server": address + urlencode(server),
        "init-discord-person": address + urlencode(person),
    }


def _remarks(application: Json) -> list[str]:
    flags = int(application.get("flags") or 0)
    installs = application.get("integration_types_config")
    found = {
        "init-discord-code-grant": bool(application.get("bot_require_code_grant")),
        "init-discord-private": not application.get("bot_public", True),
        "init-discord-no-person": isinstance(installs, dict) and "1" not in installs,
        "init-discord-intents": any(flags & bits for bits in PRIVILEGED.values()),
    }
    return [key for key, there in found.items() if there]


async def telegram(settings: TelegramSettings) -> Account:
    """The bot of a Telegram token. Raises `CheckError`."""
    if not _TELEGRAM_TOKEN.fullmatch(settings.token):
        raise CheckError("shape")
    bot = (await _get(f"{settings.api_base}{settings.token}/getMe"))["result"]
    name = str(bot["username"])
    found = {
        "init-telegram-no-inline": not bot.get("supports_inline_queries"),
        "init-telegram-no-groups": not bot.get("can_join_groups"),
        "init-telegram-no-privacy": bool(bot.get("can_read_all_group_messages")),
    }
    links = {
        "init-telegram-chat": f"https://t.me/{name}",
        "init-telegram-group": f"https://t.me/{name}?startgroup=true",
    }
    return Account(f"@{name}", links, tuple(key for key, there in found.items() if there))


async def _get(url: str, headers: Mapping[str, str] | None = None) -> Json:
    """The answer's object. Neither the address nor an error's text is passed on: both may hold the token."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            status, body = response.status, await response.read()
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise CheckError("unreachable") from None
    if status in {401, 403, 404}:
        raise CheckError("token")
    return _object(status, body)


def _object(status: int, body: bytes) -> Json:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if status != 200 or not isinstance(answer, dict):
        raise CheckError("odd")
    return answer

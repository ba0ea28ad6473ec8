"""The connection: which events we ask Discord for, and who handles them."""

from __future__ import annotations

import sys
from typing import Any

import discord
import structlog

from bot.adapters.discord.budget import Limits, paced
from bot.adapters.discord.handlers import Handlers
from bot.adapters.discord.tree import Texts, build_tree
from bot.core.discretion import told

log = structlog.get_logger("typeface.discord")


PRESSES = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})


class Client(discord.Client):
    """Asks for direct messages only (no privileged intent) and caches neither messages nor members."""

    def __init__(self, handlers: Handlers, limits: Limits) -> None:
        super().__init__(
            intents=discord.Intents(dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            http_trace=paced(limits),
            guild_ready_timeout=0.0,  # without the guilds intent no guild is sent that could be waited for
        )
        self._typeface = handlers
        self.tree = build_tree(self, handlers)

    async def setup_hook(self) -> None:
        """Tell Discord our commands, before anyone can use them."""
        await self.tree.set_translator(Texts())
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Presses and forms; commands go through the tree."""
        if interaction.type in PRESSES:
            await self._typeface.press(interaction)

    async def on_message(self, message: discord.Message) -> None:
        await self._typeface.message(message)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """The library's own would print what the event holds; the error's message could, too."""
        error = sys.exception()
        log.error("discord_event_broke", event_method=event_method, error=told(error) if error else None)

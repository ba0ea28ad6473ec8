"""Keeps ids and tokens out of what the library logs: its warnings name addresses, and those name people."""

from __future__ import annotations

import logging
import re

LOGGERS = ("client", "gateway", "http", "state", "webhook.async_", "app_commands.tree", "ui.view")
_SECRET = re.compile(r"(?<=/)[\w.-]{40,}(?=/|\b)|\d{15,20}")


class Redaction(logging.Filter):
    """Writes "..." in place of ids and interaction tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRET.sub("...", record.getMessage()), None
        # We do without that intent on purpose: interactions bring along all that we need of a guild.
        return "Guilds intent seems to be disabled" not in record.msg


def redact() -> None:
    """Set the filter on the library's loggers, once."""
    for name in LOGGERS:
        logger = logging.getLogger(f"discord.{name}")
        if not any(isinstance(item, Redaction) for item in logger.filters):
            logger.addFilter(Redaction())

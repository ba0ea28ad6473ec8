"""What a log may hold of an error that nobody expected."""

from __future__ import annotations

from traceback import format_tb


def told(error: BaseException) -> str:
    """The kind of an error and where it was raised. Its message stays out: it may be about a person."""
    return f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}"

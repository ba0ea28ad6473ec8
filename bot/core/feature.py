"""What one feature adds to the conversation: its answers to commands, buttons, words and outcomes. All pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.effects import Known, Outcome
from bot.core.events import Command
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State

Args = tuple[str, ...]


@dataclass(frozen=True)
class Feature:
    """`commands` by name, `presses` by action, `answers` by the outcome's class.

    `words` answers what is typed while `State.waiting` says so; None leaves it to the usual understanding of words.
    """

    commands: Mapping[str, Callable[[State, Command, Known], Turn]] = field(default_factory=dict)
    presses: Mapping[Action, Callable[[State, Args, Known], Turn]] = field(default_factory=dict)
    answers: Mapping[type[Outcome], Callable[[State, Any, Known], Turn]] = field(default_factory=dict)
    words: Mapping[str, Callable[[State, str, Known], Turn | None]] = field(default_factory=dict)

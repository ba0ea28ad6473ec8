"""What carries effects out. A hand has a function for each class of effect that it knows; `service` calls them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.effects import Ask, Job, Outcome, Quick
from bot.core.replies import Progress
from bot.core.run import Run


@dataclass(frozen=True)
class Hand:
    """`quick` is done before the state is saved, `asks` after it; a job tells how far it is, and last its outcome."""

    quick: Mapping[type[Quick], Callable[[Run, Any], Awaitable[None]]] = field(default_factory=dict)
    asks: Mapping[type[Ask], Callable[[Run, Any], Awaitable[Outcome]]] = field(default_factory=dict)
    jobs: Mapping[type[Job], Callable[[Run, Any], AsyncGenerator[Progress | Outcome]]] = field(
        default_factory=dict
    )

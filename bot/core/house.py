"""What the people who run the bot have set, for everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class House:
    """Faces are kept for `retention_seconds`; `owners` are platforms and the people's ids there."""

    retention_seconds: int = 24 * 3600
    match_chart: str = "opposite"
    owners: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)

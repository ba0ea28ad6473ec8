"""What the admins of a server or group set, and what they can look up about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db.errors import Rejected

Tag = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
"""What stands for a channel or a role: `Store.tag` makes it, and nobody can read it back."""
Uses = Annotated[int, Field(ge=0, le=10_000)]


class CommunitySettings(BaseModel):
    """One community's settings; what nobody has set is as the house has it.

    Attributes:
        channels: where the bot answers; empty means everywhere.
        quota: uses a day (UTC) for everyone; None means no limit.
        role_quotas: uses a day for those who have the role; the largest counts, also above `quota`.
        cooldown: seconds between two uses of one person.
        pack: the pack whose faces are shown; None is the server's own choice.
        match_chart: who goes with whom; None is the house's chart.
        retention_hours: how long faces and makings are kept; None is the house's time.
        spoiler: pictures are covered until they are tapped.
        public: whether results are for everyone at once; None is the platform's habit.
        paused: what people are told while the bot answers nobody; None while it answers.
        locale: the language of those whose own is not known.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    channels: Annotated[tuple[Tag, ...], Field(max_length=200, strict=False)] = ()
    quota: Uses | None = None
    role_quotas: Annotated[dict[Tag, Uses], Field(max_length=50)] = {}
    cooldown: Annotated[int, Field(ge=0, le=86_400)] = 0
    pack: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    match_chart: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    retention_hours: Annotated[int, Field(ge=1, le=24 * 365)] | None = None
    spoiler: bool = False
    public: bool | None = None
    paused: Annotated[str, Field(max_length=500)] | None = None
    locale: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None

    def answers_in(self, channel: str) -> bool:
        """Whether the bot answers in the channel of that tag."""
        return not self.channels or channel in self.channels

    def quota_of(self, roles: Collection[str]) -> int | None:
        """Uses a day for somebody with roles of these tags; None means no limit."""
        own = [limit for role, limit in self.role_quotas.items() if role in roles]
        return max(own, default=self.quota)

    def changed(self, key: str, value: Any) -> "CommunitySettings":
        """With one value set.

        Raises:
            Rejected: there is no such setting, or it does not take the value.
        """
        if key not in CommunitySettings.model_fields:
            raise Rejected(f"There is no setting {key!r}.")
        try:
            return CommunitySettings.model_validate({**self.model_dump(), key: value})
        except ValidationError:
            raise Rejected(f"The setting {key!r} does not take this value.") from None


NOTHING_SET = CommunitySettings()
"""Where nobody has set anything."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change: when, by whom (a tag that is good in this community alone; empty for the forgotten), what, from, to."""

    at: datetime
    who: str
    key: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Block:
    """Somebody whom the community does not serve, told by a tag alone."""

    tag: str
    since: datetime

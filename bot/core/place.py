"""Where somebody is, who they are there, and what the admins of the place have set."""

from __future__ import annotations

from dataclasses import dataclass

from db.community import NOTHING_SET, CommunitySettings


@dataclass(frozen=True)
class Place:
    """A chat in a server or group; without `community` a chat that nobody else has a say in.

    `admin` and `owner` are as the platform tells them with this very event. `channel` and `roles` are tags, as settings
    hold them (`db.areas.communities`). `packs` are the packs that there are to choose from, `pack` is the one that is
    used here; None while the server's are not known.
    """

    community: bool = False
    settings: CommunitySettings = NOTHING_SET
    admin: bool = False
    owner: bool = False
    blocked: bool = False
    channel: str = ""
    roles: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    pack: str | None = None

    @property
    def quota(self) -> int | None:
        """Uses a day of the person who is here; None means no limit."""
        return self.settings.quota_of(self.roles)

    def seconds(self, house: int) -> int:
        """How long faces and pictures are kept; `house` says it where the place does not."""
        hours = self.settings.retention_hours
        return house if hours is None else hours * 3600


NOWHERE = Place()

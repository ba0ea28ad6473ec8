"""What a bench is asked for, checked before torch is loaded and minutes are spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from inference.commands import given
from inference.commands.bench.effort import Effort
from inference.settings import Settings, SettingsError

STARTER = "starter"
SIZES = (256, 512, 1024)  # of the networks with random weights


@dataclass(frozen=True)
class Asked:
    """What the command line says beside the settings.

    Attributes:
        config: `starter` for the first pack of the settings; 256, 512 or 1024 for random weights of that size.
        photo: with a face, to be sent through the server.
        plot: folder for PNGs; made where it is not there.
        effort: how much is measured.
    """

    config: str = STARTER
    photo: Path | None = None
    plot: Path | None = None
    effort: Effort = field(default_factory=Effort)


def check(asked: Asked, settings: Settings, *, pack_given: bool) -> None:
    """Whether all of it can be measured; makes the folder for plots.

    Raises:
        SettingsError: no such configuration, options that exclude one another, or a file or folder that is not there.
        PhotoError: the photo shows no usable face, or several.
        PackError: the pack does not tell how it cuts photos.
    """
    known(asked.config)
    if pack_given and asked.config != STARTER:
        raise SettingsError(
            f"--config {asked.config} measures random weights, --pack a pack: leave one away."
        )
    if asked.photo is not None and asked.config != STARTER:
        raise SettingsError(
            "--photo goes through a server, which needs a pack in a folder: leave --config away."
        )
    if "," in settings.device:
        raise SettingsError("The bench measures one device: name a single one.")
    if asked.photo is not None:
        given.portraits(settings, [asked.photo])
    if asked.plot is not None:
        _make(asked.plot)


def known(config: str) -> None:
    """Raises SettingsError when there is no such configuration."""
    if config not in (STARTER, *map(str, SIZES)):
        raise SettingsError(
            f"There is no configuration {config}; take {STARTER}, {', '.join(map(str, SIZES))}."
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be the folder for plots: {error.strerror}.") from None

"""What can go wrong while a data set is made.

PreparingError    the whole: one sentence for the person at the terminal, exit code 2
Refused           one photo: a reason of `REASONS`, a line in the report
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from training.errors import TrainingError
from training.writing import not_written

REASONS: Final = {
    "unreadable": "the file cannot be opened",
    "bad_image": "not an image, or a broken one",
    "too_large": "too many bytes or pixels",
    "crashed": "reading it ended the process that read it",
    "no_face": "no face was found",
    "many_faces": "several faces of about the same weight",
    "too_small": "the face has too few pixels",
    "cut": "the face, or the frame around it, leaves the photo",
    "turned": "the face is turned away",
    "unsure": "the detector is not sure: hidden, smeared, or no face",
    "blurred": "not sharp",
    "duplicate": "the same picture is there already",
    "enough_of_one": "enough pictures of this person are there",
}


REMEDIES: Final = {
    "too_large": "shrink them before",
    "no_face": "--detector cnn finds more; --detector none takes pictures that are framed already as they are",
    "many_faces": "--many best takes the most confident face of each",
    "too_small": "--enlarged lets them be blown up further, a smaller --size less far",
    "cut": "--outside lets the frame leave further; pictures that are framed already want --detector none",
    "turned": "--turned takes more of them",
    "unsure": "--sure takes more of them, --detector cnn looks more closely",
    "blurred": "--sharp takes more of them",
    "enough_of_one": "--most-of-one takes more of them",
}
"""What to change where many photos are refused for one reason."""


class PreparingError(TrainingError):
    """The data set cannot be made; the text is a sentence for the person who asked."""


class Refused(Exception):
    """One photo cannot be used; `reason` is a key of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the disk says into a sentence.

    Raises:
        PreparingError: something under `target` could not be written.
    """
    try:
        yield
    except OSError as error:
        raise PreparingError(not_written(target, error)) from error

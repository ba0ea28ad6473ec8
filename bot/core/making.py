"""How a picture was made, as small JSON: what a short code stands for, and what makes the picture again.

It holds no pixels and no latent; of a person's face only the id under which the store keeps it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from bot.core.blend import WHOLE
from bot.core.mbti import GENDERS, TYPES
from bot.core.portrait import MatchFace, Portrait, Wanted
from bot.core.state import read_blend

VERSION = 1
MOST = 16
Kind = Literal["face", "all", "looks", "surprise", "film", "card"]


@dataclass(frozen=True)
class Made:
    """One picture, sheet, film or card, and the faces that are on it, without what belongs to one moment.

    `line` is what a person wrote on a card, `pack` the set of faces that drew it: nothing before it is drawn, and for
    what was kept before packs were told.
    """

    kind: Kind
    faces: tuple[Portrait, ...]
    line: str = field(default="", repr=False)
    pack: str = ""

    @property
    def open(self) -> bool:
        """Nothing of a person is in it."""
        return not self.line and all(face.face is None for face in self.faces)


def of(wanted: Wanted) -> Portrait:
    """The face that is to be seen, without what belongs to one moment."""
    match wanted:
        case Portrait():
            return Portrait(wanted.type, wanted.gender, wanted.blend, wanted.face)
        case MatchFace():
            return Portrait(wanted.partners[0], wanted.gender)
    raise AssertionError(wanted)


def to_json(made: Made) -> str:
    body: dict[str, Any] = {
        "version": VERSION,
        "kind": made.kind,
        "faces": [_told(face) for face in made.faces],
    }
    if made.line:
        body["line"] = made.line
    if made.pack:
        body["pack"] = made.pack
    return json.dumps(body, separators=(",", ":"))


def _told(face: Portrait) -> dict[str, Any]:
    blend = {name: value for name, value in asdict(face.blend).items() if value != getattr(WHOLE, name)}
    return {"type": face.type, "gender": face.gender, "face": face.face, "blend": blend}


def from_json(text: str) -> Made | None:
    """None for what a later version wrote, or what cannot be read."""
    try:
        body = json.loads(text)
        if body["version"] != VERSION or body["kind"] not in get_args(Kind):
            return None
        faces, line, pack = tuple(map(_read, body["faces"])), body.get("line", ""), body.get("pack", "")
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    good = 1 <= len(faces) <= MOST and isinstance(line, str) and isinstance(pack, str)
    return Made(body["kind"], faces, line, pack) if good else None


def _read(told: Any) -> Portrait:
    face = told["face"]
    if told["type"] not in TYPES or told["gender"] not in GENDERS or not isinstance(face, str | None):
        raise ValueError("no face")
    return Portrait(told["type"], told["gender"], read_blend(told["blend"]), face)

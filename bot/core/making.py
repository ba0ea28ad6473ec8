"""How a picture was made, as small JSON: what a short code stands for, and what makes the picture again.

It holds no pixels and no latent; of a person's face only the id under which the store keeps it.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.core.blend import Blend
from bot.core.effects import MatchFace, Portrait, Wanted
from bot.core.mbti import GENDERS, TYPES
from bot.core.state import read_blend

VERSION = 1


def of(wanted: Wanted) -> Portrait | None:
    """The face that is to be seen, without what belongs to one moment; None for what cannot be told so."""
    match wanted:
        case Portrait():
            return Portrait(wanted.type, wanted.gender, wanted.blend, wanted.face)
        case MatchFace():
            return Portrait(wanted.partners[0], wanted.gender)
    return None


def to_json(made: Portrait) -> str:
    blend = {name: value for name, value in asdict(made.blend).items() if value != getattr(Blend(), name)}
    body = {"version": VERSION, "type": made.type, "gender": made.gender, "face": made.face, "blend": blend}
    return json.dumps(body, separators=(",", ":"))


def from_json(text: str) -> Portrait | None:
    """None for what a later version wrote, or what cannot be read."""
    try:
        body = json.loads(text)
        if body["version"] != VERSION or body["type"] not in TYPES or body["gender"] not in GENDERS:
            return None
        if not isinstance(body["face"], str | None):
            return None
        return Portrait(body["type"], body["gender"], read_blend(body["blend"]), body["face"])
    except (ValueError, TypeError, KeyError):
        return None

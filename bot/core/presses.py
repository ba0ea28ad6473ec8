"""What our buttons carry: an action, its arguments and whose button it is, in at most 64 bytes of ASCII.

`1.TAG.ACTION.ARG...`: the tag says for whom the button was made. It keeps honest people off each other's
buttons; it is no signature, and need not be: a press acts on the presser's own conversation alone, and
arguments are checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s

from bot.core.events import Person
from bot.core.mbti import GENDERS, TYPES
from bot.core.replies import MAX_PAYLOAD_BYTES
from bot.core.wording import AUTO, LOCALES

NAME = "[A-Za-z0-9_-]{1,25}"
"""What the name of a pack or a chart looks like that fits on a button."""
_VERSION = "1"
_TAG = re.compile("[0-9a-f]{8}")


class Action(StrEnum):
    """What a button does. The values are carried by buttons in old messages: keep them."""

    BEGIN = "begin"
    TYPES = "types"
    TYPE = "type"
    TYPE_AS = "typeas"
    GENDER = "gender"
    AGREE = "agree"
    DECLINE = "decline"
    SELFIE = "selfie"
    AGAIN = "again"
    MORE_ME = "me"
    MORE_TYPE = "more"
    SHAPE = "shape"
    COLOURS = "colours"
    UNDO = "undo"
    SHOW = "show"
    MATCH = "match"
    MATCH_GENDER = "meet"
    OTHER_MATCH = "other"
    RETRY = "retry"
    CANCEL = "cancel"
    PICK = "pick"
    HELP = "help"
    PRIVACY = "privacy"
    FORGET = "forget"
    FORGET_SURE = "forgotten"
    MY_DATA = "mydata"
    COMPOSE = "compose"
    PLACE = "place"
    OTHER_PHOTO = "photo"
    REVEAL = "reveal"
    REVEAL_SURE = "revealed"
    REDO = "redo"
    PLAIN = "plain"
    MIX = "mix"
    EDIT = "edit"
    MOVE = "move"
    UNEDITED = "unedited"
    LOOKS = "looks"
    LOOK = "look"
    SURPRISE = "dice"
    SEED = "seed"
    ALL = "all"
    MADE = "made"
    GALLERY = "gallery"
    PAGE = "page"
    RECALL = "recall"
    TOSS = "toss"
    TOSS_SURE = "tossed"
    ORIGINAL = "png"
    SHARE = "link"
    UNSHARE = "unlink"
    PUBLIC = "public"
    QUIZ = "quiz"
    ANSWER = "answer"
    QUIZ_BACK = "back"
    QUIZ_ON = "on"
    QUIZ_PAUSE = "pause"
    QUIZ_ANEW = "anew"
    QUIZ_RESULT = "result"
    LANGUAGE = "language"
    ADMIN = "admin"
    SET = "set"
    ROLE = "role"
    PAUSE = "break"
    UNBLOCK = "unblock"
    BLOCKS = "blocks"
    LOG = "log"
    STATS = "stats"
    COUNT = "count"
    PUBLISH = "publish"
    FILM = "film"
    FILM_AS = "filmed"
    US_AGREE = "agreed"
    US_MIX = "share"
    US_END = "end"
    CARD = "card"
    HEALTH = "health"
    WITHDRAW = "withdraw"
    PHOTO_ORIGINAL = "photopng"


_ACTIONS = frozenset(Action)
_GENDER, _COUNT, _TOKEN = "|".join(GENDERS), "[0-9]{1,9}", "[0-9a-f]{8}"
_NAME, _SEED, _CODE = "[a-z0-9-]{0,32}", "[0-9]{1,10}", "[0-9A-Z]{4,12}"
FARTHEST = 999
"""In tenths, as far as a face is moved along a direction."""
_PAIR = "[A-Za-z0-9_-]{12}"  # as wide as ids were before they were codes
_ARGUMENTS: dict[Action, tuple[str, ...]] = {
    Action.TYPE: ("|".join(TYPES),),
    Action.TYPE_AS: ("|".join(TYPES), _GENDER),
    Action.GENDER: (_GENDER,),
    Action.MATCH_GENDER: (_GENDER,),
    Action.SHAPE: ("[01]",),
    Action.COLOURS: ("[01]",),
    Action.SHOW: (_COUNT,),
    Action.RETRY: ("photo|type|blend|match|compose|film",),
    Action.CANCEL: (_COUNT,),
    Action.PICK: (_TOKEN, "[0-9]{1,2}"),
    Action.PLACE: (_TOKEN, "[0-9]{1,2}"),
    Action.REVEAL: (_COUNT, _TOKEN),
    Action.REVEAL_SURE: (_COUNT, _TOKEN),
    Action.PHOTO_ORIGINAL: (_COUNT, _TOKEN),
    Action.MIX: ("open|weight|shape|features|colours", "[0-9]{1,2}"),
    Action.EDIT: (_NAME,),
    Action.MOVE: (_NAME, "-?[0-9]{1,3}"),
    Action.LOOK: ("[0-9]{1,2}",),
    Action.SURPRISE: (_SEED,),
    Action.SEED: (_SEED,),
    Action.MADE: (_CODE,),
    Action.GALLERY: ("[0-9]{1,4}",),
    Action.PAGE: ("[0-9]{1,4}",),
    Action.RECALL: (_CODE,),
    Action.TOSS: (_CODE,),
    Action.TOSS_SURE: (_CODE,),
    Action.ORIGINAL: (_CODE,),
    Action.SHARE: (_CODE,),
    Action.UNSHARE: (_CODE,),
    Action.PUBLIC: ("[01]",),
    Action.ANSWER: (_SEED, "1?[0-9]", "[0-4]"),
    Action.QUIZ_BACK: (_SEED, "1?[0-9]"),
    Action.QUIZ_ANEW: (_SEED,),
    Action.LANGUAGE: ("|".join((*LOCALES, AUTO)),),
    Action.ADMIN: ("[a-z-]{1,20}",),
    Action.SET: ("[a-z-]{1,20}", NAME),
    Action.ROLE: ("[0-9a-f]{16}", "house|[0-9]{1,4}"),
    Action.UNBLOCK: (_TAG.pattern,),
    Action.BLOCKS: ("[0-9]{1,4}",),
    Action.LOG: ("[0-9]{1,4}",),
    Action.STATS: ("[0-9]{1,3}", "sheet|csv|json"),
    Action.COUNT: ("[01]",),
    Action.PUBLISH: (_CODE,),
    Action.FILM_AS: ("mp4|webp",),
    Action.US_AGREE: (_PAIR,),
    Action.US_MIX: (_PAIR, "[0-9]{1,2}"),
    Action.US_END: (_PAIR,),
}
"""What each argument of an action looks like; actions that are not here take none."""


OPEN = frozenset({Action.US_AGREE, Action.US_MIX, Action.US_END})
"""Buttons that are for several people: who may press them is decided by what they do."""


@dataclass(frozen=True)
class Pressed:
    """A payload that follows the rules; `mine` tells whether the button was made for the presser."""

    action: Action
    args: tuple[str, ...]
    mine: bool


def tag(person: Person) -> str:
    """Eight hexadecimal digits that stay the same for a person."""
    return blake2s(f"{person.platform}\0{person.id}".encode(errors="replace"), digest_size=4).hexdigest()


def carried(name: str) -> str:
    """What stands for the name of a direction on a button: itself, unless a button cannot carry it."""
    return name if re.fullmatch(_NAME, name) else blake2s(name.encode(), digest_size=8).hexdigest()


def _valid(action: Action, args: tuple[str, ...]) -> bool:
    patterns = _ARGUMENTS.get(action, ())
    return len(args) == len(patterns) and all(
        re.fullmatch(p, arg) for p, arg in zip(patterns, args, strict=True)
    )


def encode(person: Person, action: Action, *args: str) -> str:
    """The payload of `person`'s button."""
    assert _valid(action, args), (action, args)
    payload = ".".join((_VERSION, tag(person), action, *args))
    assert len(payload.encode("ascii")) <= MAX_PAYLOAD_BYTES, payload
    return payload


def decode(person: Person, payload: str) -> Pressed | None:
    """What `person` pressed; None for a payload that we never made."""
    if len(payload) > MAX_PAYLOAD_BYTES or not payload.isascii():
        return None
    version, *rest = payload.split(".")
    if version != _VERSION or len(rest) < 2 or not _TAG.fullmatch(rest[0]) or rest[1] not in _ACTIONS:
        return None
    action, args = Action(rest[1]), tuple(rest[2:])
    mine = action in OPEN or rest[0] == tag(person)
    return Pressed(action, args, mine) if _valid(action, args) else None

"""What stands under a face: whose it is, and how it was made. Pure."""

from __future__ import annotations

from bot.core import looks
from bot.core.blend import UNIT, Blend
from bot.core.effects import Arg, Known, Line
from bot.core.making import Made
from bot.core.portrait import Portrait

LETTERS = ("ei", "sn", "tf", "jp")
"""The directions from one letter of a type to its opposite."""
NAMED = ("smile", "age", "gender", "hair", "fringe", "glasses", "turn", "skin", *LETTERS)
"""The directions that have a name in every language, in the order in which they are offered."""
_NUMBERED = "sefa-"
"""Before the numbers of directions that were found in the model and mean what they show."""
_LAYERS = ("coarse", "middle", "fine")
"""`sefa-coarse-1` moves these layers only."""


def direction(name: str) -> Line:
    """What it is called; one that has no name here is called what the pack calls it."""
    if name in NAMED:
        return Line(f"direction-{name}")
    if name.startswith(_NUMBERED):
        layers, _, number = name.removeprefix(_NUMBERED).rpartition("-")
        key = f"direction-numbered-{layers}" if layers in _LAYERS else "direction-numbered"
        return Line(key, {"number": number})
    return Line("button-plain", {"text": name})


def rank(name: str) -> tuple[int, str]:
    """Named ones first, then the pack's own, then numbers."""
    if name in NAMED:
        return NAMED.index(name), ""
    return len(NAMED) + name.startswith(_NUMBERED), name


def group(name: str) -> Line | None:
    """What it is folded under where many are offered at once; what people look for by name is not."""
    if name in LETTERS:
        return Line("directions-letters")
    return Line("directions-more") if name.startswith(_NUMBERED) else None


def signed(tenths: int) -> str:
    """`+1.5`, `−0.5`, `0`."""
    return f"{tenths / UNIT:+.1f}".replace("-", "−") if tenths else "0"


def alt(wanted: Portrait) -> Line:
    """What somebody who does not see the picture is told."""
    if wanted.face:
        return Line("alt-blend", {"type": wanted.type, "percent": wanted.blend.weight})
    return Line(f"alt-type-{wanted.gender}", {"type": wanted.type})


def picture(made: Made) -> Line:
    """What somebody who does not see it is told of a picture, a sheet, a card or a film."""
    first, last = made.faces[0], made.faces[-1]
    mine = any(face.face for face in made.faces)
    match made.kind:
        case "face":
            return alt(first)
        case "card":
            return Line("alt-card-mine" if mine else "alt-card", {"type": first.type, "match": last.type})
        case "film":
            return Line("alt-film-mine" if mine else "alt-film", {"first": first.type, "last": last.type})
    return Line(f"alt-sheet-{made.kind}", {"type": first.type})


def told(made: Made) -> Line:
    """What kind of picture it is, and of whom."""
    mine = "-mine" if made.kind == "film" and any(face.face for face in made.faces) else ""
    return Line(f"made-{made.kind}{mine}", {"first": made.faces[0].type, "last": made.faces[-1].type})


def face(wanted: Portrait, known: Known) -> tuple[Line, ...]:
    """How much is whose, and what was changed."""
    mine = (_blend(wanted),) if wanted.face else (Line("type-caption", {"type": wanted.type}),)
    return (*mine, *made_of(wanted.blend, known))


def _blend(wanted: Portrait) -> Line:
    """What is kept is the person's own, and the weight holds for the rest."""
    blend = wanted.blend
    args: dict[str, Arg] = {"type": wanted.type, "percent": blend.weight}
    flags = {"shape": blend.keep_shape, "features": blend.keep_features, "colours": blend.keep_colours}
    kept = tuple(Line(f"kept-{name}") for name, is_kept in flags.items() if is_kept)
    if len(kept) == len(flags):
        return Line("blend-caption-own", args)
    if kept:
        return Line("blend-caption-kept", {**args, "kept": kept})
    return Line("blend-caption", {**args, "mine": 100 - blend.weight})


def made_of(blend: Blend, known: Known) -> tuple[Line, ...]:
    """The look, the seed and the edits, if there are any."""
    look = (Line("look-caption", {"look": looks.name(known.looks, blend.look)}),) if blend.look else ()
    seed = () if blend.seed is None else (Line("seed-caption", {"seed": str(blend.seed)}),)
    if not blend.edits:
        return (*look, *seed)
    edits = tuple(
        Line("edit-amount", {"direction": direction(name), "amount": signed(amount)})
        for name, amount in blend.edits
    )
    return (*look, *seed, Line("edits-caption", {"edits": edits}))

"""How a person's face and a type's face become one: parameters in, an expression out. Tune the blend here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from inference.wire import EditFace, Face, Gender, LabelFace, LayerGroup, MixFace

START, STEP, LOW, HIGH = 50, 15, 5, 95
"""Hundredths of the type's face: the first blend, one press of a button, and the ends."""
STRENGTH: dict[LayerGroup, float] = {"coarse": 1.0, "middle": 1.0, "fine": 1.0}
"""How strongly each group of layers follows the weight: coarse is shape, middle are features, fine are colours."""
PEOPLE_PSI = 0.5
"""How far people that are drawn by a seed are from the type's average."""
MAX_EDITS = 8
UNIT = 10
"""Edits are counted in tenths of a direction's unit."""


@dataclass(frozen=True)
class Blend:
    """`weight` is in hundredths of the type's face; what is kept stays the person's own.

    `look` and `seed` say which face of the type it is: its average in one of the pack's looks, or the person of
    that type that a seed draws. `edits` are directions and how far the face is moved along them, in tenths.
    """

    weight: int = START
    keep_shape: bool = False
    keep_colours: bool = False
    keep_features: bool = False
    look: int = 0
    seed: int | None = None
    edits: tuple[tuple[str, int], ...] = ()

    def towards_type(self) -> Blend:
        return replace(self, weight=min(HIGH, self.weight + STEP))

    def towards_person(self) -> Blend:
        return replace(self, weight=max(LOW, self.weight - STEP))

    def keeping(self, parts: Mapping[str, bool]) -> Blend:
        """With parts of the face ("shape", "features", "colours") kept, or blended again."""
        return replace(
            self,
            keep_shape=parts.get("shape", self.keep_shape),
            keep_features=parts.get("features", self.keep_features),
            keep_colours=parts.get("colours", self.keep_colours),
        )

    def amount(self, direction: str) -> int:
        """How far the face is moved along `direction`, in tenths."""
        return dict(self.edits).get(direction, 0)

    def edited(self, direction: str, amount: int) -> Blend:
        """Moved along `direction` by `amount` in all; of too many directions the first is given up."""
        others = tuple((name, by) for name, by in self.edits if name != direction)
        return replace(self, edits=(*others, (direction, amount))[-MAX_EDITS:] if amount else others)

    def within(self, looks: int, directions: Collection[str]) -> Blend:
        """Without what another pack had: a look beyond the first `looks`, edits along other directions."""
        edits = tuple((name, by) for name, by in self.edits if name in directions)
        return replace(self, look=self.look if self.look < looks else 0, edits=edits)

    def plain(self) -> Blend:
        """Without edits, on the type's average."""
        return replace(self, look=0, seed=None, edits=())


WHOLE = Blend()
"""Half and half, with nothing kept. How a picture was made is told by what differs from this: leave it as it is."""
FIRST = Blend(keep_colours=True)
"""Every face begins like this: a type is a shape and an expression, and leaves people their colours."""


def of_type(blend: Blend) -> Blend:
    """How a type's face was made, for the person who comes into it: of them as much is kept as at first."""
    kept = {name: getattr(FIRST, name) for name in ("keep_shape", "keep_colours", "keep_features")}
    return replace(blend, **kept)


def _weights(blend: Blend) -> dict[LayerGroup, float]:
    kept = {"coarse": blend.keep_shape, "middle": blend.keep_features, "fine": blend.keep_colours}
    return {
        group: min(1.0, round(blend.weight / 100 * strength, 4))
        for group, strength in STRENGTH.items()
        if not kept[group]
    }


def type_face(label: str, gender: Gender, blend: Blend) -> LabelFace:
    """The type's face: its average, or a person of that type."""
    if blend.seed is None:
        return LabelFace(label=label, gender=gender, look=blend.look)
    return LabelFace(label=label, gender=gender, look=blend.look, seed=blend.seed, psi=PEOPLE_PSI)


def _mixed(person: Face, kind: Face, blend: Blend) -> Face:
    weights = _weights(blend)
    if len(weights) == len(STRENGTH) and len(set(weights.values())) == 1:
        return MixFace(a=person, b=kind, layers="all", weight=next(iter(weights.values())))
    for group, weight in weights.items():
        person = MixFace(a=person, b=kind, layers=group, weight=weight)
    return person


def expression(person: Face | None, kind: Face, blend: Blend) -> Face:
    """The person's face, if there is one, moved towards the type's on the layers that are not kept; then edited."""
    face = kind if person is None else _mixed(person, kind, blend)
    for direction, amount in blend.edits:
        face = EditFace(face=face, direction=direction, amount=amount / UNIT)
    return face

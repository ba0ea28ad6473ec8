"""How a person's face and a type's face become one: parameters in, an expression out. Tune the blend here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.wire import Face, LayerGroup, MixFace

START, STEP, LOW, HIGH = 50, 15, 5, 95
"""Hundredths of the type's face: the first blend, one press of a button, and the ends."""
STRENGTH: dict[LayerGroup, float] = {"coarse": 1.0, "middle": 1.0, "fine": 1.0}
"""How strongly each group of layers follows the weight: coarse is the face's shape, fine are its colours."""


@dataclass(frozen=True)
class Blend:
    """`weight` is in hundredths of the type's face; what is kept stays the person's own."""

    weight: int = START
    keep_shape: bool = False
    keep_colours: bool = False

    def towards_type(self) -> Blend:
        return replace(self, weight=min(HIGH, self.weight + STEP))

    def towards_person(self) -> Blend:
        return replace(self, weight=max(LOW, self.weight - STEP))


def _weights(blend: Blend) -> dict[LayerGroup, float]:
    kept = {"coarse": blend.keep_shape, "fine": blend.keep_colours}
    return {
        group: min(1.0, round(blend.weight / 100 * strength, 4))
        for group, strength in STRENGTH.items()
        if not kept.get(group)
    }


def expression(person: Face, kind: Face, blend: Blend) -> MixFace:
    """The person's face moved towards the type's on every group of layers that is not kept."""
    weights = _weights(blend)
    if len(weights) == len(STRENGTH) and len(set(weights.values())) == 1:
        return MixFace(a=person, b=kind, layers="all", weight=next(iter(weights.values())))
    mixed = person
    for group, weight in weights.items():
        mixed = MixFace(a=mixed, b=kind, layers=group, weight=weight)
    assert isinstance(mixed, MixFace)
    return mixed

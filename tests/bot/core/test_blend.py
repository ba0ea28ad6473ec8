import pytest

from bot.core.blend import FIRST, HIGH, LOW, START, STEP, Blend, expression
from inference.wire import Face, LabelFace, LatentFace, MixFace, RenderRequest

PERSON, KIND = LatentFace(data="AAAA"), LabelFace(label="ENFP")


def moved(blend: Blend) -> dict[str, float]:
    """Which layers are moved towards the type, and how far."""
    face: Face = expression(PERSON, KIND, blend)
    found: dict[str, float] = {}
    while isinstance(face, MixFace):
        assert face.b == KIND
        found[str(face.layers)] = face.weight
        face = face.a
    assert face == PERSON
    return found


def test_the_first_blend_is_half_and_half_and_leaves_a_persons_colours_alone() -> None:
    assert moved(FIRST) == dict.fromkeys(("coarse", "middle"), START / 100)
    assert moved(FIRST.keeping({"colours": False})) == {"all": START / 100}


@pytest.mark.parametrize(
    ("blend", "groups"),
    [
        (Blend(65, keep_shape=True), {"middle", "fine"}),
        (Blend(65, keep_colours=True), {"coarse", "middle"}),
        (Blend(65, keep_shape=True, keep_colours=True), {"middle"}),
    ],
)
def test_what_is_kept_stays_the_persons(blend: Blend, groups: set[str]) -> None:
    assert moved(blend) == dict.fromkeys(groups, 0.65)


def test_the_weight_moves_in_steps_and_stays_within_its_ends() -> None:
    blend = Blend()
    assert blend.towards_type().weight == START + STEP
    assert blend.towards_person().weight == START - STEP
    for _ in range(20):
        blend = blend.towards_type()
    assert blend.weight == HIGH
    for _ in range(20):
        blend = blend.towards_person()
    assert blend.weight == LOW


def test_the_server_takes_every_expression() -> None:
    for blend in (FIRST, Blend(), Blend(LOW, True), Blend(HIGH, True, True)):
        assert RenderRequest(face=expression(PERSON, KIND, blend)).asked

from inference.compose.subject import origins
from inference.wire import EditFace, LabelFace, LatentFace, MixFace, SeedFace

ANNA, BEN, CLEO = (LatentFace(data=text) for text in ("anna", "benn", "cleo"))
TYPE = LabelFace(label="ENFP")


def test_a_blend_comes_from_its_person() -> None:
    assert origins(MixFace(a=ANNA, b=TYPE)) == [ANNA]
    assert origins(EditFace(face=MixFace(a=TYPE, b=ANNA), direction="smile", amount=1)) == [ANNA]


def test_two_people_are_both_named_and_each_once() -> None:
    both = MixFace(a=MixFace(a=ANNA, b=BEN), b=MixFace(a=ANNA, b=CLEO))
    assert origins(both) == [ANNA, BEN]


def test_a_projection_itself_and_a_type_come_from_nobody() -> None:
    assert origins(ANNA) == origins(TYPE) == origins(SeedFace(seed=1)) == []

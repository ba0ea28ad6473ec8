import base64
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine.engine import Engine
from inference.errors import BadLatent, BadRequest, UnknownDirection, UnknownLabel, UnknownLook
from inference.packs.loader import LoadedPack
from inference.wire import EditFace, Face, FacePicture, LabelFace, LatentFace, MixFace, SeedFace
from tests.inference.packs import tiny

ENFP = LabelFace(label="ENFP", gender="female")
ISTJ = LabelFace(label="ISTJ", gender="male")
SEED = SeedFace(seed=3, psi=1)

genders = st.sampled_from(["female", "male", "either"])
seeds = st.integers(0, 2**32 - 1)
psis = st.floats(0, 2, allow_nan=False)
leaves: st.SearchStrategy[Face] = st.one_of(
    st.builds(
        LabelFace,
        label=st.sampled_from(["ENFP", "ISTJ"]),
        gender=genders,
        seed=seeds,
        psi=psis,
        look=st.integers(0, 1),
    ),
    st.builds(SeedFace, seed=seeds, gender=genders, psi=psis),
)
layers = st.one_of(
    st.sampled_from(["coarse", "middle", "fine", "all"]), st.lists(st.integers(0, 7), max_size=8)
)


def _grow(faces: st.SearchStrategy[Face]) -> st.SearchStrategy[Face]:
    return st.one_of(
        st.builds(MixFace, a=faces, b=faces, layers=layers, weight=st.floats(0, 1)),
        st.builds(EditFace, face=faces, direction=st.just("smile"), amount=st.floats(-10, 10)),
    )


faces = st.recursive(leaves, _grow, max_leaves=5)


@settings(max_examples=60, deadline=None)
@given(face=faces)
def test_every_expression_has_a_latent_that_survives_the_wire(engine: Engine, face: Face) -> None:
    latent = engine.latent(face)
    assert latent.shape == (8, 16)
    assert torch.equal(latent, engine.latent(face))
    again = engine.latent(engine.encode_latent(latent))
    assert torch.allclose(latent, again, rtol=1e-3, atol=1e-3)
    assert torch.equal(again, engine.latent(engine.encode_latent(again)))


@settings(max_examples=30, deadline=None)
@given(a=leaves, b=leaves, layers=layers, weight=st.floats(0, 1))
def test_a_mix_moves_the_named_layers_by_its_weight(
    engine: Engine, a: Face, b: Face, layers: Any, weight: float
) -> None:
    group = {"coarse": [0, 1, 2], "middle": [3, 4, 5, 6], "fine": [7], "all": list(range(8))}
    named = group[layers] if isinstance(layers, str) else layers
    first, second = engine.latent(a), engine.latent(b)
    mixed = engine.latent(MixFace(a=a, b=b, layers=layers, weight=weight))
    for index in range(8):
        share = weight if index in named else 0
        wanted = first[index] + share * (second[index] - first[index])
        assert torch.allclose(mixed[index], wanted, atol=1e-5)


def test_the_ends_of_a_mix_are_its_faces(engine: Engine) -> None:
    for weight, end in ((0, ENFP), (1, ISTJ)):
        mixed = engine.latent(MixFace(a=ENFP, b=ISTJ, weight=weight))
        assert torch.allclose(mixed, engine.latent(end), atol=1e-6)


def test_psi_0_is_the_labels_own_latent(engine: Engine, pack: LoadedPack) -> None:
    assert torch.equal(engine.latent(ENFP), pack.labels["ENFP", "female"])
    seeded = LabelFace(label="ENFP", gender="female", seed=5, psi=0)
    assert torch.equal(engine.latent(seeded), pack.labels["ENFP", "female"])
    assert torch.equal(engine.latent(SeedFace(seed=1, gender="male", psi=0)), pack.means["male"])


def test_psi_scales_the_way_from_the_class_mean(engine: Engine, pack: LoadedPack) -> None:
    centre = pack.labels["ENFP", "male"]
    half = engine.latent(LabelFace(label="ENFP", gender="male", seed=9, psi=0.5)) - centre
    whole = engine.latent(LabelFace(label="ENFP", gender="male", seed=9, psi=1)) - centre
    assert torch.allclose(half * 2, whole, atol=1e-5)
    person = engine.latent(SeedFace(seed=9, gender="male", psi=1))
    assert torch.allclose(person - pack.means["male"], whole, atol=1e-5)


def test_a_seed_is_the_official_tools_z(engine: Engine, pack: LoadedPack) -> None:
    z = torch.from_numpy(np.random.RandomState(9).randn(1, 16))
    w = pack.generator.mapping(z, torch.tensor([[0.0, 1.0]]))[0]
    assert torch.allclose(engine.latent(SeedFace(seed=9, gender="male", psi=1)), w, atol=1e-5)


def test_people_of_a_class_centre_on_it(engine: Engine, pack: LoadedPack) -> None:
    people = [engine.latent(LabelFace(label="ISTJ", gender="female", seed=s, psi=1))[0] for s in range(300)]
    centre = pack.labels["ISTJ", "female"][0]
    off = (torch.stack(people).mean(dim=0) - centre) / tiny.spread(pack)
    assert off.abs().max() < 0.3


def test_either_draws_women_and_men(engine: Engine, pack: LoadedPack) -> None:
    for seed in range(2):
        gender = ("female", "male")[seed]
        own = engine.latent(SeedFace(seed=seed, gender=gender, psi=1)) - pack.means[gender]
        either = engine.latent(SeedFace(seed=seed, psi=1)) - pack.means["either"]
        assert torch.allclose(own, either, atol=1e-6)


def test_a_look_wears_the_same_shift(engine: Engine, pack: LoadedPack) -> None:
    plain = engine.latent(LabelFace(label="ENFP", gender="either"))
    other = engine.latent(LabelFace(label="ENFP", gender="either", look=1))
    assert torch.allclose(other - plain, pack.looks[1]["either"] - pack.means["either"], atol=1e-6)


def test_an_edit_moves_along_the_direction(engine: Engine, pack: LoadedPack) -> None:
    moved = engine.latent(EditFace(face=SEED, direction="smile", amount=-2))
    assert torch.allclose(moved, engine.latent(SEED) - 2 * pack.directions["smile"])


def _data(values: np.ndarray[Any, np.dtype[Any]]) -> LatentFace:
    return LatentFace(data=base64.b64encode(values.astype("<f2").tobytes()).decode())


@pytest.mark.parametrize(
    ("face", "error"),
    [
        (LabelFace(label="XXXX"), UnknownLabel),
        (LabelFace(label="enfp"), UnknownLabel),
        (LabelFace(label="ENFP", look=2), UnknownLook),
        (LabelFace(label="ENFP", psi=0.5), BadRequest),
        (EditFace(face=SEED, direction="frown", amount=1), UnknownDirection),
        (MixFace(a=SEED, b=SEED, layers=[8]), BadRequest),
        (LatentFace(data="not base64!"), BadLatent),
        (LatentFace(data=""), BadLatent),
        (LatentFace(data="ü" * 8), BadLatent),
        (_data(np.zeros(127)), BadLatent),
        (_data(np.full(128, np.nan)), BadLatent),
        (_data(np.full(128, np.inf)), BadLatent),
        (_data(np.full(128, 6e4)), BadLatent),
    ],
)
def test_what_the_pack_has_not_is_refused(engine: Engine, face: Face, error: type[BadRequest]) -> None:
    for asked in (face, MixFace(a=SEED, b=face)):
        with pytest.raises(error):
            engine.picture(FacePicture(face=asked))


def test_a_latent_that_is_not_finite_is_not_sent(engine: Engine) -> None:
    for value in (float("nan"), float("inf"), 1e9):
        with pytest.raises(BadLatent):
            engine.encode_latent(torch.full((8, 16), value))

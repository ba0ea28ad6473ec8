"""The encoder's training on tiny made-up pictures: it learns, goes on where it stopped, and goes into a pack."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from inference.errors import PackError
from inference.networks.encoder.config import EncoderConfig
from inference.packs.loader import LoadedPack, load
from tests.inference.packs import tiny
from tests.training.test_loops import differing
from training.augment.camera import framed_and_lit, worn
from training.datasets.faces import FaceSet, FaceSource, load_faces
from training.errors import SettingError
from training.export.parts import bumped
from training.export.trained import add_trained
from training.loops.checkpoint import LATEST, CheckpointError, load_checkpoint
from training.loops.encoder import EncoderTrainer
from training.loops.generated import Generated
from training.loops.optimisers import pace
from training.loops.part import Photos
from training.loops.part_run import PartPlan, PartRun, Shown
from training.recipes.encoder import EncoderTraining

SMALL = EncoderTraining(photos=4, samples=2, rate=3e-3, ema_kimg=0.01, precision="float32")
NETWORK = EncoderConfig(32, 8, 16, widths=(8, 16, 16), blocks=(1, 1, 1), pyramid=16, summary=8)


def _trainer(pack: LoadedPack, photos: Photos, **changes: Any) -> EncoderTrainer:
    return EncoderTrainer(replace(SMALL, **changes), pack, photos, NETWORK)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def pack(folder: Path) -> LoadedPack:
    return load(folder)


@pytest.fixture(scope="module")
def held_out(source: FaceSource) -> torch.Tensor:
    return load_faces(source, 32, validation=True).images.float() / 127.5 - 1


class Reachable:
    """Photos that the generator can make, so that what remains is the encoder's error."""

    def __init__(self, pack: LoadedPack) -> None:
        self.generated = Generated(pack)

    def batch(self, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.generated.batch(size, (0.5, 1.0), 0.0)[0].clamp(-1, 1), torch.zeros(size, 2)


def test_it_learns(pack: LoadedPack) -> None:
    photos = Reachable(pack)
    trainer = _trainer(pack, photos)
    held_out = photos.batch(12)[0]
    before = trainer.judge(held_out)
    for index in range(40):
        trainer.step(index / 40)
    assert trainer.judge(held_out) < 0.8 * before


def test_half_precision_trains_the_encoder_alone(pack: LoadedPack, faces: FaceSet) -> None:
    trainer = _trainer(pack, faces, precision="bfloat16")
    start = {name: value.clone() for name, value in trainer.encoder.state_dict().items()}
    fixed = [value.clone() for value in pack.generator.parameters()]
    terms = trainer.step(0.5)
    assert set(terms) == {"unlike", "pull", "codes"}
    assert all(torch.isfinite(value).all() for value in trainer.encoder.parameters())
    assert differing(start, trainer.encoder.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(fixed, pack.generator.parameters(), strict=True))


def test_it_goes_on_where_it_stopped(folder: Path, faces: FaceSet) -> None:
    whole, first = (_trainer(load(folder), faces) for _ in range(2))
    torch.manual_seed(SMALL.seed)
    for index in range(4):
        whole.step(index / 4)
    torch.manual_seed(SMALL.seed)
    for index in range(2):
        first.step(index / 4)
    state = first.state_dict()
    second = _trainer(load(folder), faces)
    second.load_state_dict(state)
    for index in (2, 3):
        second.step(index / 4)
    assert differing(whole.state_dict(), second.state_dict()) == []


def test_a_run_writes_what_a_pack_takes(
    folder: Path, faces: FaceSet, held_out: torch.Tensor, tmp_path: Path
) -> None:
    said: list[str] = []
    plan = PartPlan(tmp_path / "run", kimg=0.03, tick_kimg=0.012, about={"hardware": "none"})
    PartRun(_trainer(load(folder), faces), plan, Shown(held_out), said.append).go()
    assert json.loads(said[0])["kimg"] == pytest.approx(0.01)
    assert "held-out loss" in said[-1]
    with Image.open(tmp_path / "run" / "sheet-00000.png") as sheet:
        assert sheet.height == 2 * 2 * 32
    pack = tiny.write(tmp_path / "tiny")
    (pack / "CARD.md").write_text("# tiny 1\n\nA card.\n\n**Encoder.** An older one.\n\nIts end.\n")
    assert add_trained("encoder", tmp_path / "run" / LATEST, pack) == "2"
    loaded = load(pack)
    assert loaded.manifest.version == "2"
    assert loaded.manifest.provenance["encoder"]["kimg"] == 0.0
    assert loaded.encoder is not None
    trained = load_checkpoint(tmp_path / "run" / LATEST)["average"]
    assert torch.equal(loaded.encoder.basis, trained["basis"])
    photo = held_out[:1]
    again = _trainer(load(folder), faces)
    again.take_over(load_checkpoint(tmp_path / "run" / LATEST))
    assert torch.allclose(loaded.encoder(photo), again.average(photo), atol=0.02)
    card = (pack / "CARD.md").read_text()
    assert card.startswith("# tiny 2\n\nA card.\n\nIts end.\n\n**Encoder.** From a photo")


def test_a_run_is_resumed_and_another_one_taken_over(
    folder: Path, faces: FaceSet, held_out: torch.Tensor, tmp_path: Path
) -> None:
    def run(out: str, kimg: float, other: Path | None = None) -> PartRun:
        plan = PartPlan(tmp_path / out, kimg=kimg)
        running = PartRun(_trainer(load(folder), faces), plan, Shown(held_out), lambda _: None)
        running.resume(other)
        running.go()
        return running

    run("one", 0.012)
    assert run("one", 0.018).trainer.iteration == 3
    first = load_checkpoint(tmp_path / "one" / LATEST)
    other = _trainer(load(tiny.write(tmp_path / "newer", seed=3)), faces, seed=9)
    other.take_over(first)
    assert other.iteration == 0
    assert torch.equal(other.encoder.basis, first["encoder"]["basis"]), "coordinates go with the weights"
    assert run("two", 0.006, tmp_path / "one" / LATEST).trainer.iteration == 1


def test_a_pack_s_network_is_taken_over(
    folder: Path, faces: FaceSet, held_out: torch.Tensor, tmp_path: Path
) -> None:
    PartRun(_trainer(load(folder), faces), PartPlan(tmp_path / "run", kimg=0.012), Shown(held_out)).go()
    pack = tiny.write(tmp_path / "pack")
    running = PartRun(_trainer(load(folder), faces), PartPlan(tmp_path / "on", kimg=0), Shown(held_out))
    with pytest.raises(SettingError, match="has no encoder"):
        running.resume(pack)
    add_trained("encoder", tmp_path / "run" / LATEST, pack)
    running.resume(pack)
    loaded = load(pack).encoder
    assert loaded is not None
    for network in (running.trainer.network, running.trainer.average):
        assert differing(network.state_dict(), loaded.state_dict()) == []
    assert running.trainer.iteration == 0
    running.about["before"] = 70.8  # as of a longer run
    running.go()
    again = PartRun(_trainer(load(folder), faces), PartPlan(tmp_path / "on", kimg=0.012), Shown(held_out))
    again.resume()
    again.go()
    add_trained("encoder", tmp_path / "on" / LATEST, pack)
    assert "0.0 thousand pictures (after 70.8 thousand of a run before)" in (pack / "CARD.md").read_text()
    third = PartRun(_trainer(load(folder), faces), PartPlan(tmp_path / "third", kimg=1), Shown(held_out))
    third.resume(pack)
    assert third.about["before"] == 70.8
    manifest = json.loads((pack / "manifest.json").read_text())
    manifest["provenance"]["encoder"] = "by hand"
    (pack / "manifest.json").write_text(json.dumps(manifest))
    third.resume(pack)
    assert third.about["before"] == 0
    usual = EncoderTrainer(SMALL, load(folder), faces)
    assert usual.encoder.config != loaded.config
    other = PartRun(usual, PartPlan(tmp_path / "other", kimg=0.012), Shown(held_out))
    other.resume(pack)
    assert usual.encoder.config == loaded.config, "it stays as small as it is"
    other.go()
    assert differing(usual.average.state_dict(), loaded.state_dict()), "it is this one that learns"
    fewer = replace(loaded.config, num_ws=loaded.config.num_ws - 1)
    strange = PartRun(
        EncoderTrainer(SMALL, load(folder), faces, fewer), PartPlan(tmp_path / "no", kimg=1), Shown(held_out)
    )
    with pytest.raises(CheckpointError, match="another size"):
        strange.resume(pack)


def test_an_encoder_of_another_shape_leaves_the_pack_as_it_was(
    folder: Path, faces: FaceSet, held_out: torch.Tensor, tmp_path: Path
) -> None:
    plan = PartPlan(tmp_path / "run", kimg=0.006)
    PartRun(_trainer(load(folder), faces), plan, Shown(held_out), lambda _: None).go()
    state = load_checkpoint(tmp_path / "run" / LATEST)
    state["network"]["num_ws"] = 7
    torch.save(state, tmp_path / "odd.pt")
    pack = tiny.write(tmp_path / "tiny")
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    with pytest.raises(PackError):
        add_trained("encoder", tmp_path / "odd.pt", pack)
    assert {path.name: path.read_bytes() for path in pack.iterdir()} == before


def test_samples_are_what_their_codes_render_to(pack: LoadedPack) -> None:
    torch.manual_seed(0)
    images, codes = Generated(pack).batch(6, (0.5, 1.0), mixing=1.0)
    assert torch.allclose(pack.generator.synthesis(codes, noise="const"), images)
    assert all(not torch.equal(code[0], code[-1]) for code in codes), "layers of two people"
    _, plain = Generated(pack).batch(6, (0.5, 1.0), mixing=0.0)
    assert all(torch.allclose(code[0], code[-1]) for code in plain)


def test_faults_keep_the_face(faces: FaceSet) -> None:
    torch.manual_seed(0)
    photos = faces.batch(8)[0]
    moved = framed_and_lit(photos)
    bad = worn(moved, p=1.0)
    for images, most in ((moved, 0.3), (bad, 0.4)):
        assert images.shape == photos.shape
        assert images.abs().max() <= 1.3
        assert 0.005 < (images - photos).abs().mean() < most
    assert torch.equal(worn(photos, p=0.0), photos)


def test_the_rate_rises_and_ends_at_nothing() -> None:
    assert 0 < pace(0.0, 0.03) < pace(0.015, 0.03) < pace(0.03, 0.03)
    assert pace(0.03, 0.03) == pytest.approx(1, rel=0.01) and pace(0.0, 0.0) == 1
    assert pace(1.0, 0.03) == pytest.approx(0, abs=1e-9) == pace(1.5, 0.03)


@pytest.mark.parametrize(("before", "after"), [("0.1.0", "0.1.1"), ("7", "8"), ("1.9", "1.10"), ("x", "x.1")])
def test_versions_go_up(before: str, after: str) -> None:
    assert bumped(before) == after

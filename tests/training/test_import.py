"""`typeface-training import`: packs from foreign checkpoints, which the engine draws with."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result
from typer.testing import CliRunner

from inference.engine.engine import Engine
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.packs.loader import LoadedPack, load
from inference.wire import FacePicture, LabelFace, SeedFace
from tests.golden.vectors import FOLDER, arrays
from tests.inference.packs import tiny
from tests.inference.packs.foreign import official_file, rosinality_file
from training import __main__ as cli

OFFICIAL = FOLDER / "official_tiny_nosrc.pkl"
LICENCE = ["--licence", "CC0-1.0"]


def import_(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["import", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packs") / "official"
    options = ["--name", "tiny-official", "--attribution", "nobody", "--framing-padding", "0.5"]
    result = import_(OFFICIAL, "--out", out, *LICENCE, *options)
    assert result.exit_code == 0, result.output
    return out


def test_an_official_pack_draws_the_official_picture(official: Path) -> None:
    """Seed 5 at psi 1, by the engine, against what the official tools would write."""
    pack = load(official)
    drawn = Engine(pack).picture(FacePicture(face=SeedFace(seed=5, psi=1)))
    wanted = arrays("official_tiny_expected")["img_force_fp32"][0]
    levels = (wanted * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    assert drawn.shape == (16, 16, 3)
    assert np.abs(drawn.astype(int) - levels.astype(int)).max() <= 1


def test_the_pack_tells_where_it_is_from(official: Path) -> None:
    manifest = load(official).manifest
    assert (manifest.name, manifest.licence, manifest.framing.padding) == ("tiny-official", "CC0-1.0", 0.5)
    assert [(label.label, label.gender) for label in manifest.labels] == [("mean", "either")]
    assert manifest.provenance["kind"] == "stylegan2-ada-pytorch"
    assert manifest.provenance["attribution"] == "nobody"
    assert len(manifest.provenance["file_sha256"]) == 64
    assert manifest.features.blocks == 2, "a network of 16 px has no more"
    card = (official / "CARD.md").read_text(encoding="utf-8")
    assert "official_tiny_nosrc.pkl" in card and "CC0-1.0" in card


def test_its_features_are_the_discriminators_first_blocks(official: Path) -> None:
    pack, image = load(official), torch.randn(2, 3, 16, 16)
    wanted = arrays("official_tiny_expected")
    judge = Discriminator(pack.features.config).eval()
    judge.load_state_dict({k.removeprefix("sdD/"): v for k, v in wanted.items() if k.startswith("sdD/")})
    with torch.no_grad():
        for one, other in zip(pack.features(image), judge.features(image, 2), strict=True):
            assert torch.allclose(one, other, atol=2e-2)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generator, LoadedPack]:
    """Three classes with names, one of them worn by women."""
    folder = tmp_path_factory.mktemp("classes")
    torch.manual_seed(1)
    config = GeneratorConfig(
        z_dim=8, c_dim=3, w_dim=8, resolution=16, mapping_layers=2, channel_base=128, channel_max=8
    )
    judge = DiscriminatorConfig(c_dim=3, resolution=16, channel_base=128, channel_max=8)
    generator = Generator(config).eval().requires_grad_(False)
    file = official_file.write(folder / "classes.pkl", generator, Discriminator(judge))
    names = ["--label", "ENFP:female", "--label", "ENFP:male", "--label", "ISTJ"]
    result = import_(file, "--out", folder / "pack", *LICENCE, *names)
    assert result.exit_code == 0, result.output
    return generator, load(folder / "pack")


def test_each_class_is_a_label_at_the_mean_of_its_own_people(classes: tuple[Generator, LoadedPack]) -> None:
    generator, pack = classes
    z = torch.from_numpy(np.random.RandomState(123).randn(10_000, 8))
    for index, key in enumerate([("ENFP", "female"), ("ENFP", "male"), ("ISTJ", "either")]):
        mean = generator.mapping.codes(z, torch.eye(3)[index].expand(10_000, 3)).mean(dim=0)
        found = pack.labels[key]  # type: ignore[index]
        assert torch.allclose(found[0], mean, atol=2e-3)
        assert torch.equal(found, found[:1].expand_as(found))
    assert not torch.allclose(pack.labels["ENFP", "female"], pack.labels["ENFP", "male"], atol=1e-2)


def test_people_of_a_class_are_drawn_by_its_condition(classes: tuple[Generator, LoadedPack]) -> None:
    generator, pack = classes
    face = LabelFace(label="ENFP", gender="male", psi=1, seed=4)
    z = torch.from_numpy(np.random.RandomState(4).randn(1, 8))
    wanted = generator.mapping(z, torch.eye(3)[1:2])[0]
    assert torch.allclose(Engine(pack).latent(face), wanted, atol=5e-3)


def test_without_a_discriminator_another_pack_lends_its_features(tmp_path: Path) -> None:
    generator, judge = rosinality_file.networks()
    file = rosinality_file.write(tmp_path / "550000.pt", generator)
    refused = import_(file, "--out", tmp_path / "pack", *LICENCE)
    assert refused.exit_code == 2
    assert "no selfie found" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["550000.pt"], "nothing is half-written"
    lender = tiny.write(tmp_path / "lender")
    lent = import_(file, "--out", tmp_path / "pack", *LICENCE, "--features", lender)
    assert lent.exit_code == 0, lent.output
    pack = load(tmp_path / "pack")
    assert pack.w_avg.abs().max() > 0, "measured, since the file has none"
    z = torch.from_numpy(np.random.RandomState(3).randn(1, 12))
    wanted = generator(z, noise="const")[0].mul(127.5).add(128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0)
    drawn = Engine(pack).picture(FacePicture(face=SeedFace(seed=3, psi=1)))
    assert np.abs(drawn.astype(int) - wanted.numpy().astype(int)).max() <= 1
    assert Engine(pack).start([drawn], 2).steps == 2, "its selfies can be projected"
    whole = rosinality_file.write(tmp_path / "whole.pt", generator, judge)
    assert import_(whole, "--out", tmp_path / "second", *LICENCE).exit_code == 0
    assert load(tmp_path / "second").manifest.features.blocks == 3


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--licence", " "], "licence"),
        ([*LICENCE, "--name", "Not A Name"], "name"),
        ([*LICENCE, "--label", "ENFP", "--label", "ISTJ"], "2 labels are given; the checkpoint has 1"),
        ([*LICENCE, "--label", "ENFP:dog"], "gender"),
    ],
)
def test_what_no_pack_can_be_is_refused(tmp_path: Path, options: list[str], says: str) -> None:
    result = import_(OFFICIAL, "--out", tmp_path / "pack", *options)
    assert result.exit_code == 2
    assert says in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_hostile_or_tensorflow_pickle_makes_no_pack(tmp_path: Path) -> None:
    path = tmp_path / "ffhq.pkl"
    for data, says in (
        (b"\x80\x03cdnnlib.tflib.network\nNetwork\n.", "TensorFlow"),
        (b"\x80\x03cos\nsystem\n(X\x05\x00\x00\x00falsetR.", "os.system"),
    ):
        path.write_bytes(data)
        result = import_(path, "--out", tmp_path / "pack", *LICENCE)
        assert result.exit_code == 2
        assert says in result.output
        assert len(result.output.strip().splitlines()) == 1
        assert [entry.name for entry in tmp_path.iterdir()] == ["ffhq.pkl"]


def test_there_is_no_import_without_a_licence(tmp_path: Path) -> None:
    assert import_(OFFICIAL, "--out", tmp_path / "pack").exit_code == 2
    assert "--licence" in import_("--help").output


def test_the_manifest_names_every_files_hash(official: Path) -> None:
    files = json.loads((official / "manifest.json").read_text())["files"]
    assert {entry["path"] for entry in files.values()} | {"manifest.json", "CARD.md"} == {
        path.name for path in official.iterdir()
    }

"""From a short run on made-up pictures to a pack that loads, by the command line."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.packs.loader import LoadedPack, load
from tests.inference.packs import tiny
from training import __main__ as cli
from training.config import GanConfig
from training.datasets.faces import FaceSource, load_faces
from training.evaluation.probes import fit_age, lightness, ridge, skin_colour
from training.export import contact_sheet
from training.export.axes import LAYERS, AxisSearch, on_layers, try_moves
from training.export.latents import measure
from training.export.levelling import Scene, levelled
from training.export.looks import LOOKS, conditional_mean
from training.export.parts import bumped
from training.export.replacing import replacing
from training.export.types import TYPES, signs, type_latents, type_shifts
from training.recipes import starter
from training.writing import NotWritten


def test_sixteen_types_and_their_letters() -> None:
    wanted = {"".join(letters) for letters in itertools.product("EI", "SN", "TF", "JP")}
    assert set(TYPES) == wanted
    assert len(TYPES) == 16
    assert signs("ENFP").tolist() == [1.0, -1.0, -1.0, -1.0]


def test_type_latents_step_along_the_axes_on_the_first_layers() -> None:
    axes = torch.randn(4, 8)
    means = {"female": torch.randn(8), "male": torch.randn(8)}
    shifts = type_shifts(axes, strength=0.5)
    latents = type_latents(means, dict.fromkeys(means, shifts), num_ws=10)
    assert len(latents) == 48
    shift = latents["ISTJ.male"] - means["male"]
    torch.testing.assert_close(shift[:LAYERS], (0.5 * (signs("ISTJ") @ axes)).expand(LAYERS, 8))
    torch.testing.assert_close(shift[LAYERS:], torch.zeros(10 - LAYERS, 8))
    both = (latents["ISTJ.male"] + latents["ISTJ.female"]) / 2
    torch.testing.assert_close(latents["ISTJ.either"], both)


def test_on_layers_keeps_leading_axes() -> None:
    wide = on_layers(torch.ones(5, 3), num_ws=8)
    assert wide.shape == (5, 8, 3)
    assert wide.sum(dim=(0, 2)).tolist() == [15.0] * LAYERS + [0.0] * (8 - LAYERS)


def test_looks_move_what_they_should_and_nothing_else() -> None:
    torch.manual_seed(0)
    x = torch.randn(4000, 3)
    read = torch.stack([x[:, 0], x[:, 1] - 0.8 * x[:, 0]], dim=1)  # light, and how old: less where light
    found = conditional_mean(x, read, torch.tensor([1.3, 0.0]))
    torch.testing.assert_close(found, torch.tensor([1.3, 1.04, 0.0]), atol=0.1, rtol=0)
    older = conditional_mean(x, read, torch.tensor([0.0, 1.5]))
    torch.testing.assert_close(older, torch.tensor([0.0, 1.92, 0.0]), atol=0.1, rtol=0)


def test_types_leave_the_skin_alone(pack: LoadedPack) -> None:
    generator, probes = pack.generator, {"skin": skin_colour}
    statistics = measure(generator, 200)
    moves = try_moves(generator, statistics, probes, AxisSearch(samples=200))
    steps = type_shifts(statistics.residuals[0, :4], strength=0.5)
    scene = Scene(generator, statistics.means["female"], probes)
    base = scene.read(torch.zeros(1, pack.manifest.w_dim))
    before, after = ((scene.read(s) - base).abs().mean() for s in (steps, levelled(steps, scene, moves)))
    assert float(after) < 0.2 * float(before)


def test_ridge_finds_a_line() -> None:
    torch.manual_seed(0)
    x, slope = torch.randn(200, 3), torch.tensor([[1.0], [-2.0], [0.5]])
    torch.testing.assert_close(ridge(x, x @ slope, strength=1e-3), slope, rtol=1e-3, atol=1e-3)


def test_age_probe_reads_the_right_numbers_off_its_own_pictures(source: FaceSource) -> None:
    faces = load_faces(source, 32)
    images = faces.images.float() / 127.5 - 1
    guesses = fit_age(faces)(images)[:, 0]
    assert float(torch.corrcoef(torch.stack([guesses, faces.ages]))[0, 1]) > 0.5


def test_lightness_ranks_pictures() -> None:
    assert lightness(torch.tensor([-0.5, 0.5])[:, None, None, None].expand(2, 3, 32, 32)).tolist() == [
        -0.5,
        0.5,
    ]


@pytest.fixture(scope="module")
def pack_folder(source: FaceSource, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a handful of iterations and export, both by the command line."""
    folder = tmp_path_factory.mktemp("export")
    options = ["--data", str(source.archive), "--manifest", str(source.manifest)]
    run, pack = str(folder / "run"), folder / "pack"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(starter, "config", tiny_recipe)
        trained = CliRunner().invoke(
            cli.app,
            ["train", "starter", *options, "--out", run, "--kimg", "0.05"],
            catch_exceptions=False,
        )
    assert trained.exit_code == 0, trained.output
    named = ["export", "--run", run, "--out", str(pack), "--version", "1.2.3"]
    exported = CliRunner().invoke(cli.app, [*named, *options], catch_exceptions=False)
    assert exported.exit_code == 0, exported.output
    return pack


def tiny_recipe(*_: int, **__: bool) -> GanConfig:
    return GanConfig(
        generator=GeneratorConfig(
            z_dim=40, c_dim=2, w_dim=40, resolution=32, mapping_layers=2, channel_base=128, channel_max=8
        ),
        discriminator=DiscriminatorConfig(c_dim=2, resolution=32, channel_base=128, channel_max=8),
        batch=4,
        augment_p=0.2,
        noise="none",
    )


@pytest.fixture(scope="module")
def pack(pack_folder: Path) -> LoadedPack:
    return load(pack_folder)


def test_the_pack_loads_and_holds_all_types(pack: LoadedPack) -> None:
    assert pack.manifest.version == "1.2.3"
    assert len(pack.labels) == 48
    assert pack.labels["ENFP", "female"].shape == (8, 40)
    assert pack.manifest.illustrative
    assert [look.name for look in pack.manifest.looks] == ["mean", *LOOKS]
    assert set(pack.directions) == {"ei", "sn", "tf", "jp"}


def test_without_noise_in_training_the_pack_renders_without(pack: LoadedPack) -> None:
    ws = pack.w_avg[None]
    const, none = (pack.generator.synthesis(ws, noise=mode) for mode in ("const", "none"))
    assert torch.equal(const, none)


def test_types_can_be_found_anew(pack_folder: Path, source: FaceSource, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(pack_folder, folder)
    before = load(folder)
    command = [
        "types",
        "--pack",
        str(folder),
        "--data",
        str(source.archive),
        "--manifest",
        str(source.manifest),
    ]
    result = CliRunner().invoke(cli.app, [*command, "--strength", "0.2"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    after = load(folder)
    assert after.manifest.version == bumped(before.manifest.version)
    face, mean = ("ENFP", "male"), before.means["male"]
    near, far = ((each.labels[face] - mean).norm() for each in (after, before))
    assert 0 < float(near) < 0.7 * float(far)
    card = (folder / "CARD.md").read_text(encoding="utf-8")
    assert card.count("**Types.**") == 1 and "moved 0.2 standard deviations" in card
    assert "which errs by" in card


def test_types_need_women_and_men(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "pack", conditions=[{}, {}])
    result = CliRunner().invoke(cli.app, ["types", "--pack", str(folder)])
    assert result.exit_code == 2
    assert "women and men" in result.output


def test_types_differ_and_either_lies_between(pack: LoadedPack) -> None:
    one, other = pack.labels["ENFP", "male"], pack.labels["INFP", "male"]
    assert not torch.allclose(one, other)
    assert torch.equal(one[LAYERS:], other[LAYERS:])
    torch.testing.assert_close(
        pack.labels["ENFP", "either"], (one + pack.labels["ENFP", "female"]) / 2, rtol=1e-4, atol=1e-5
    )
    image = pack.generator.synthesis(torch.stack([one, other]), noise="const")
    assert float((image[0] - image[1]).abs().max()) > 1e-3


def test_a_pack_is_whole_or_as_before(tmp_path: Path) -> None:
    out = tmp_path / "packs" / "pack"
    with replacing(out) as fresh:
        (fresh / "manifest").write_text("old")
        assert not out.exists()
    (out / "notes").write_text("kept")
    with pytest.raises(NotWritten, match="disk"), replacing(out) as fresh:
        (fresh / "manifest").write_text("half")
        raise OSError("disk full")
    assert (out / "manifest").read_text() == "old"
    with replacing(out) as fresh:
        (fresh / "manifest").write_text("new")
        assert (out / "manifest").read_text() == "old"
    assert {path.name: path.read_text() for path in out.iterdir()} == {"manifest": "new", "notes": "kept"}
    assert list(out.parent.iterdir()) == [out], "nothing is left beside it"


def test_the_card_tells_the_run(pack_folder: Path) -> None:
    card = (pack_folder / "CARD.md").read_text(encoding="utf-8")
    assert "FairFace (Karkkainen & Joo, 2021), CC BY 4.0" in card
    assert "illustrative" in card
    assert "0.1 thousand pictures" in card or "0.05 thousand pictures" in card
    assert "${" not in card


def test_the_sheet_is_drawn(pack_folder: Path, tmp_path: Path) -> None:
    """Two rows of types, one of looks, two of people, and a line of names below each."""
    out = tmp_path / "sheet.png"
    result = CliRunner().invoke(cli.app, ["sheet", "--pack", str(pack_folder), "--out", str(out)])
    assert result.exit_code == 0, result.output
    with Image.open(out) as sheet:
        assert sheet.width == 16 * 32 * 2
        rows, rest = divmod(sheet.height, 32 * 2 + 20)
        assert rows >= 5 and not rest


@pytest.mark.parametrize("labels", [["\ud55c\uad6d \ubc30\uc6b0"], [f"L{i}" for i in range(20)]])
def test_a_sheet_of_any_labels(tmp_path: Path, labels: list[str]) -> None:
    """Labels that are no types, of no gender, and a generator without classes."""
    folder = tiny.write(tmp_path / "pack")
    told = json.loads((folder / "manifest.json").read_text())
    key = told["labels"][0]["key"]
    told["labels"] = [{"label": name, "gender": "either", "key": key} for name in labels]
    (folder / "manifest.json").write_text(json.dumps(told))
    out = tmp_path / "sheet.png"
    contact_sheet.draw(folder, out)
    with Image.open(out) as sheet:
        assert sheet.height == (-(-len(labels) // 16) + 3) * (32 * 2 + 20)
        pixels = np.asarray(sheet.convert("RGB"))
        last = pixels[-4 * 84 : -3 * 84 - 20, -64:]
    assert last.min() == 255, "what a row lacks is white"

"""Average faces of a tiny pack: by projection, by class, and into the pack."""

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from inference.engine.engine import Engine
from inference.packs import loader
from inference.packs import manifest as manifests
from tests.inference.packs import tiny
from training.__main__ import app
from training.averages import projected
from training.averages.run import NUMBERS, SHEET, WORK, AveragePlan, Averages
from training.export.latents import render
from training.loops.samples import class_mean

CLASSES = (("ENFP", "female"), ("ENFP", "male"))
CONDITIONS = [{"label": label, "gender": gender} for label, gender in CLASSES]


def silent(things: Iterable[Any], _: str) -> Iterable[Any]:
    return things


def write_set(path: Path, counts: tuple[int, ...] = (5, 6), side: int = 32, broken: int = 0) -> Path:
    dice = np.random.RandomState(4)
    classes = [index for index, count in enumerate(counts) for _ in range(count)]
    pictures = [
        {"file": f"{i}.png", "class": c, "person": f"p{i}", "split": "train", "source": f"{i:064x}"}
        for i, c in enumerate(classes)
    ]
    told = {"format": 1, "size": side, "classes": [{"label": n, "gender": g} for n, g in CLASSES]}
    with zipfile.ZipFile(path, "w") as archive:
        for i, label in enumerate(classes):
            data = io.BytesIO()
            pixels = dice.randint(0, 90, (side, side, 3)) + 120 * label
            Image.fromarray(pixels.astype(np.uint8)).save(data, "PNG")
            archive.writestr(f"{i}.png", b"no picture" if i < broken else data.getvalue())
        archive.writestr("dataset.json", json.dumps(told | {"pictures": pictures}))
    return path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "pack", conditions=CONDITIONS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set.zip")


def average(data: Path, pack: Path, out: Path, *more: object) -> Result:
    command = ["average", "--data", data, "--pack", pack, "--out", out, "--steps", 1, *more]
    return CliRunner().invoke(app, [*map(str, command)], catch_exceptions=False)


def test_a_projected_average_is_the_mean_of_what_the_engine_finds(
    data: Path, pack: Path, tmp_path: Path
) -> None:
    made = Averages(AveragePlan(data, pack, tmp_path / "out", methods=("projection",), steps=1)).make(silent)
    engine, found = Engine(loader.load(pack)), []
    with zipfile.ZipFile(data) as archive:
        for i in range(5):
            with Image.open(io.BytesIO(archive.read(f"{i}.png"))) as picture:
                search = engine.start([np.asarray(picture)], 1)
            engine.advance([search])
            found.append(search.latent())
    torch.testing.assert_close(
        made[0][0].latent, torch.stack(found).mean(dim=0).detach(), atol=1e-4, rtol=1e-4
    )
    assert made[0][1].own is not None and made[0][1].others is None, "no other label of women"


def test_both_are_shown_and_what_was_found_is_not_sought_again(
    data: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first = average(data, pack, out)
    assert first.exit_code == 0, first.output
    told = json.loads((out / NUMBERS).read_bytes())
    assert [(row["label"], row["method"]) for row in told["averages"]] == [
        (f"ENFP:{gender}", method) for gender in ("female", "male") for method in ("projection", "class")
    ]
    with Image.open(out / SHEET) as sheet:
        assert sheet.height == 2 * (2 * 32 + 20), "what each was made by, below it"
        assert 40 < sheet.width - 2 * 2 * 32 < 120, "the names"
    assert len(list((out / WORK).rglob("*.latent"))) == 11
    half = next((out / WORK).rglob("*.latent"))
    half.write_bytes(half.read_bytes()[:40])
    sought = []

    def counted(self: projected.Projector, pixels: torch.Tensor) -> torch.Tensor:
        sought.append(pixels)
        return torch.zeros(8, 16)

    monkeypatch.setattr(projected.Projector, "latent", counted)
    assert average(data, pack, out).exit_code == 0
    assert len(sought) == 1, "only the one that was cut off"


def test_a_class_is_the_mean_of_w_over_z(data: Path, pack: Path, tmp_path: Path) -> None:
    made = Averages(AveragePlan(data, pack, tmp_path / "out", methods=("class",))).make(silent)
    generator = loader.load(pack).generator
    for index, (each, _) in enumerate(made):
        torch.testing.assert_close(each.latent, class_mean(generator, index, 10_000, 123))


def test_a_broken_photo_is_a_line(pack: Path, tmp_path: Path) -> None:
    data = write_set(tmp_path / "set.zip", broken=2)
    result = average(data, pack, tmp_path / "out", "--method", "projection")
    assert result.exit_code == 0, result.output
    assert "1.png is broken" in result.output
    assert [file for file, _ in json.loads((tmp_path / "out" / NUMBERS).read_bytes())["failed"]] == [
        "0.png",
        "1.png",
    ]
    none = write_set(tmp_path / "none.zip", broken=5)
    assert average(none, pack, tmp_path / "other", "--method", "projection").exit_code == 2


def test_a_fine_tuned_model_draws_its_types_average(data: Path, pack: Path, tmp_path: Path) -> None:
    tiny.write(tmp_path / "tuned" / "ENFP.male", seed=9)
    plan = AveragePlan(
        data, pack, tmp_path / "out", tuned=tmp_path / "tuned", methods=("projection",), steps=1
    )
    averages = Averages(plan)
    (women, _), (men, _) = averages.make(silent)
    base, tuned = loader.load(pack).generator, loader.load(tmp_path / "tuned" / "ENFP.male").generator
    torch.testing.assert_close(women.picture, render(base, women.latent[None])[0])
    torch.testing.assert_close(men.picture, render(tuned, men.latent[None])[0])
    usable = averages.usable([women, men])
    assert torch.equal(usable[0].latent, women.latent)
    assert not torch.equal(usable[1].latent, men.latent), "projected into the pack that ships"


def of_width(path: Path, w_dim: int, seed: int) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny.GENERATOR, "w_dim", w_dim)
        return tiny.write(path, seed)


@pytest.mark.parametrize(
    ("women", "tuned", "says"),
    [
        (12, {}, None),
        (12, {"ENFP.female": 12, "ENFP.male": 16}, None),
        (
            12,
            {"ENFP.female": 16},
            "the model of ENFP:female has 32 px, 3 colours and 8 codes of 16; its base has",
        ),
        (
            12,
            {"ENFP.male": 12},
            "the model of ENFP:male has 32 px, 3 colours and 8 codes of 12; its base has",
        ),
        (12, {"ENFP": 16}, "the model of ENFP:female has"),
        (
            12,
            {"ENTP.male": 16},
            "no fine-tuned model is named after a type of the set: there are ENTP:male, and",
        ),
    ],
)
def test_every_model_must_fit_the_base_of_its_own_gender(
    women: int, tuned: dict[str, int], says: str | None, data: Path, pack: Path, tmp_path: Path
) -> None:
    more: list[object] = [
        "--method",
        "projection",
        "--base-female",
        of_width(tmp_path / "women", women, seed=3),
    ]
    for name, width in tuned.items():
        of_width(tmp_path / "tuned" / name, width, seed=5)
    more += ["--tuned", tmp_path / "tuned"] if tuned else []
    result = average(data, pack, tmp_path / "out", *more)
    if says is None:
        assert result.exit_code == 0, result.output
    else:
        assert (result.exit_code, says in result.output) == (2, True), result.output
        assert not (tmp_path / "out").exists()


def test_a_type_without_a_model_of_its_own_is_told(data: Path, pack: Path, tmp_path: Path) -> None:
    tiny.write(tmp_path / "tuned" / "ENFP.male", seed=9)
    result = average(data, pack, tmp_path / "out", "--method", "projection", "--tuned", tmp_path / "tuned")
    assert result.exit_code == 0, result.output
    assert "ENFP:female: no fine-tuned model is named after it: the base draws it" in result.output
    assert "ENFP:male: no" not in result.output


def test_averages_become_the_packs_labels(data: Path, pack: Path, tmp_path: Path) -> None:
    result = average(data, pack, tmp_path / "out", "--write", "projection")
    assert result.exit_code == 0, result.output
    after = loader.load(pack)
    assert after.manifest.version == "2"
    assert after.manifest.illustrative, "ISTJ is still of no data"
    assert after.manifest.provenance["averages"]["counts"] == {"ENFP:female": 5, "ENFP:male": 6}
    both = (after.labels["ENFP", "female"] + after.labels["ENFP", "male"]) / 2
    assert torch.equal(after.labels["ENFP", "either"], both)
    told = json.loads((pack / manifests.FILE).read_bytes())
    told["labels"] = [entry for entry in told["labels"] if entry["label"] == "ENFP"]
    (pack / manifests.FILE).write_text(json.dumps(told))
    assert average(data, pack, tmp_path / "out", "--write", "class").exit_code == 0
    assert not loader.load(pack).manifest.illustrative


@pytest.mark.parametrize(
    ("counts", "side", "says"),
    [((2, 6), 32, "ENFP:female (2)"), ((0, 0), 32, "has no pictures"), ((5, 6), 16, "the pack draws 32")],
)
def test_a_set_that_cannot_be_averaged_is_a_sentence(
    pack: Path, tmp_path: Path, counts: tuple[int, int], side: int, says: str
) -> None:
    result = average(write_set(tmp_path / "set.zip", counts, side), pack, tmp_path / "out")
    assert (result.exit_code, says in result.output) == (2, True), result.output
    assert not (tmp_path / "out").exists()


def test_models_that_do_not_fit_are_a_sentence(data: Path, pack: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert average(data, pack, tmp_path / "out", "--tuned", tmp_path / "empty").exit_code == 2
    plain = tiny.write(tmp_path / "plain")
    result = average(data, plain, tmp_path / "out", "--method", "class")
    assert (result.exit_code, "learnt none of these labels" in result.output) == (2, True)
    result = average(data, plain, tmp_path / "out", "--method", "class", "--write", "projection")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_no_steps_are_not_the_usual_number_of_steps(pack: Path, tmp_path: Path) -> None:
    engine, pixels = Engine(loader.load(pack)), np.zeros((2, 2, 3), np.uint8)
    none, usual, as_many = (
        projected.Projector(engine, tmp_path, n)._place(pixels) for n in (0, None, engine.steps)
    )
    assert none != usual == as_many

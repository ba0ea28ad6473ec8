"""Directions of a tiny network, found where they are known."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut
from torch import Tensor
from typer.testing import CliRunner

from inference import alignment
from inference.errors import PackError
from inference.packs import loader
from inference.packs import manifest as manifests
from tests.inference.packs import tiny
from tests.training.preparing.people import as_bytes
from training.__main__ import app
from training.directions import adding, finding
from training.directions.factorised import factorise, style_weights
from training.directions.finding import Found
from training.directions.fitting import effects, fit
from training.directions.labelled import Labelled, from_prepared
from training.directions.reach import learn, reach
from training.directions.reading import RULES, fit_reader
from training.errors import DataError
from training.export.latents import render
from training.loops.samples import seeded_codes, to_uint8

STARTER = Path(__file__).parents[2] / "inference" / "starter"


def silent(things: Iterable[Any], _: str) -> Iterable[Any]:
    return things


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> loader.LoadedPack:
    return loader.load(tiny.write(tmp_path_factory.mktemp("packs") / "tiny"))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough of everything for a network of random weights."""
    monkeypatch.setattr(finding, "_SAMPLES", 150)
    monkeypatch.setattr(finding, "_PEOPLE", 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "tiny")


def test_factorised_directions_are_what_the_styles_react_to_most(pack: loader.LoadedPack) -> None:
    assert not len(factorise(pack.generator, "fine", 3)), "at 32 px only a colour layer reads the last code"
    for group, (first, end) in {"all": (0, 8), "coarse": (0, 3), "middle": (3, 7)}.items():
        found = factorise(pack.generator, group, 3)
        on = torch.zeros(8, dtype=torch.bool)
        on[first:end] = True
        assert not found[:, ~on].any()
        units = found[:, first]
        torch.testing.assert_close(units @ units.t(), torch.eye(3), atol=1e-5, rtol=0)
        rows = [w / w.norm(dim=1, keepdim=True) for i, w in style_weights(pack.generator) if first <= i < end]
        stacked = torch.cat(rows)
        answers = (stacked @ units.t()).norm(dim=0)
        strongest = torch.linalg.svdvals(stacked)[:3]
        torch.testing.assert_close(answers, strongest, atol=1e-4, rtol=1e-4)


def test_every_styled_convolution_is_stacked_by_the_code_that_it_reads(pack: loader.LoadedPack) -> None:
    weights = style_weights(pack.generator)
    assert [index for index, _ in weights] == [0, 1, 2, 3, 4, 5, 6]
    ws = torch.zeros(1, 8, 16)
    for index, weight in weights:
        moved = ws.clone()
        moved[0, index] = weight[0] * 100
        assert not torch.equal(*[pack.generator.synthesis(each, noise="const") for each in (ws, moved)])


def test_what_goes_along_with_a_label_is_not_taken_for_it(pack: loader.LoadedPack) -> None:
    """Two labels that go together in the data: each direction moves its own reading by one, the other by none."""
    dice = torch.Generator().manual_seed(3)
    a = torch.randn(400, 2, generator=dice)
    a[:, 1] = 0.7 * a[:, 0] + 0.7 * a[:, 1]
    causes = torch.randn(2, 8 * 16, generator=dice)
    codes = (
        pack.w_avg + (a @ causes + 0.1 * torch.randn(400, 8 * 16, generator=dice)).reshape(400, 8, 16) * 0.05
    )
    images = render(pack.generator, codes)
    weights = torch.linalg.lstsq(images.flatten(1), a).solution

    class Known:
        def __call__(self, drawn: Tensor) -> Tensor:
            return drawn.flatten(1) @ weights

    found = fit(pack.generator, Known(), codes, a, codes[:24])  # type: ignore[arg-type]
    torch.testing.assert_close(found.effects, torch.eye(2), atol=0.1, rtol=0)
    assert float(found.shown.min()) > 0.5


def test_effects_are_those_of_one_unit() -> None:
    people, vector = torch.randn(5, 3, 4), torch.randn(1, 3, 4)
    moved = effects(lambda ws: ws.sum(dim=(1, 2))[:, None], vector, people, 2.0)
    torch.testing.assert_close(moved, vector.sum().reshape(1, 1))


def _face(mouth: float = -0.2, top: float = -0.8, bridge: float = 0.3, cheeks: float = 0.3) -> Tensor:
    image = torch.full((1, 3, 64, 64), cheeks)
    image[:, :, :6] = top
    image[:, :, 41:49, 24:40] = mouth
    image[:, :, 18:21, 28:36] = bridge
    return image


@pytest.mark.parametrize(
    ("rule", "more", "less"),
    [
        ("smile", _face(mouth=0.9), _face(mouth=-0.3)),
        ("fringe", _face(top=-0.9), _face(top=0.4)),
        ("hair", _face(top=0.2), _face(top=-0.9)),
        ("skin", _face(cheeks=0.6), _face(cheeks=-0.4)),
        ("glasses", _face(bridge=-0.9), _face(bridge=0.3)),
    ],
)
def test_rules_see_what_they_are_named_after(rule: str, more: Tensor, less: Tensor) -> None:
    assert float(RULES[rule](more)) > float(RULES[rule](less)) + 0.2


def test_a_turned_head_is_seen_and_its_mirror_image_is_the_other_way() -> None:
    chip = np.array(alignment.align(Image.fromarray(astronaut()), alignment.Framing(128)))
    columns = np.arange(128)
    warped = chip[
        :, (columns - 8 * np.exp(-(((columns - 64) / 20) ** 2))).round().astype(int)
    ]  # the nose goes right
    image = torch.from_numpy(warped).permute(2, 0, 1)[None].float() / 127.5 - 1
    there, back = float(RULES["turn"](image)), float(RULES["turn"](image.flip(3)))
    assert there > 0.03
    assert back < -0.03


def test_a_reader_learns_labels_and_counts_in_deviations() -> None:
    dice = torch.Generator().manual_seed(0)
    images = torch.rand(200, 3, 64, 64, generator=dice) * 0.2
    age = torch.rand(200, generator=dice)
    images[:, :, 20:40, 20:40] += age[:, None, None, None]
    reader, values = fit_reader(torch.split(images, 64), {"age": age})
    assert reader.names == ["age", *RULES]
    read = reader(images)
    assert float(torch.corrcoef(torch.stack([read[:, 0], age]))[0, 1]) > 0.8
    torch.testing.assert_close(read[:, 1:].std(dim=0), torch.ones(6), atol=0.1, rtol=0)  # pixels are clamped
    torch.testing.assert_close(values[:, 0], (age - age.mean()) / age.std())


def test_a_direction_reaches_as_far_as_faces_stay_usual(pack: loader.LoadedPack) -> None:
    codes = pack.generator.mapping(seeded_codes(1, 300, 16), torch.eye(2)[torch.arange(300) % 2]).detach()
    usual = learn(pack.features, [render(pack.generator, codes)])
    crowd = pack.w_avg + 0.3 * (codes[:16] - pack.w_avg) + 0.5 * tiny.spread(pack)
    low, high = reach(pack, usual, tiny.spread(pack) * 0.01, [crowd])
    assert (low, high) == (-3, 3), "a small step changes little"
    low, high = reach(pack, usual, tiny.spread(pack), [crowd])
    assert -3 < low < 0 < high < 3

    def odd(amount: float) -> float:
        return float(usual.oddness(render(pack.generator, crowd + amount * tiny.spread(pack))).median())

    allowed = max(usual.middle, 1.1 * odd(0))
    assert odd(high) <= allowed < odd(high + 0.25)


def test_named_directions_of_drawn_people_without_an_encoder(pack: loader.LoadedPack) -> None:
    drawn = render(pack.generator, pack.w_avg + torch.randn(150, 1, 16) * tiny.spread(pack))
    images = torch.from_numpy(to_uint8(drawn)).permute(0, 3, 1, 2)
    found = finding.named(pack, Labelled(images, {"gender": (torch.arange(150) % 2).float()}), silent, 2)
    assert [each.name for each in found] == ["gender", *RULES]
    for each in found:
        assert each.vector.shape == (8, 16)
        assert each.low <= 0 <= each.high
        assert len(each.how) <= 500


def _found(name: str = "smile", scale: float = 1.0) -> Found:
    return Found(name, torch.full((8, 16), scale), -1.5, 2.0, "by hand", (0.1, 0.2), 0.5, 0.1)


def test_directions_go_into_the_pack_and_replace_their_namesakes(folder: Path) -> None:
    generator = (folder / "generator.safetensors").read_bytes()
    assert adding.add_directions(folder, [_found(), _found("age", 2.0)]) == "2"
    after = loader.load(folder)
    assert [each.name for each in after.manifest.directions] == ["smile", "age"]
    assert torch.equal(after.directions["smile"], torch.ones(8, 16))
    assert (after.manifest.directions[0].low, after.manifest.directions[0].high) == (-1.5, 2.0)
    assert after.manifest.provenance["directions"]["age"]["identity"] == [0.1, 0.2]
    assert (folder / "generator.safetensors").read_bytes() == generator
    assert (folder / adding.SHEET).stat().st_size > 1000
    assert "**Directions.** smile, age: " in (card := (folder / "CARD.md").read_text("utf-8"))
    assert f"`{adding.SHEET}` shows each" in card
    adding.add_directions(folder, [_found("glasses"), _found("age")])
    card = (folder / "CARD.md").read_text("utf-8")
    assert "**Directions.** smile, glasses, age: " in card, "all that there are"
    assert f"`{adding.SHEET}` shows glasses, age, from" in card


def test_directions_that_are_added_at_once_are_all_on_the_card(folder: Path) -> None:
    names = [f"d{i}" for i in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda name: adding.add_directions(folder, [_found(name)]), names))
    told = (folder / "CARD.md").read_text("utf-8").partition("**Directions.** ")[2].partition(":")[0]
    assert sorted(told.split(", ")) == [*names, "smile"]


def test_a_direction_that_cannot_be_drawn_leaves_the_pack_as_it_was(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(PackError, match="not finite"):
        adding.add_directions(folder, [_found(scale=float("nan"))])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(folder.parent.iterdir()) == [folder]


def test_the_command_adds_numbered_ones_and_can_only_look(folder: Path, tmp_path: Path) -> None:
    run, before = CliRunner(), manifests.read(folder)
    sheet = tmp_path / "sheet.png"
    asked = ["directions", "--pack", str(folder), "--numbered", "1", "--people", "2", "--sheet", str(sheet)]
    looked = run.invoke(app, [*asked, "--no-write"])
    assert looked.exit_code == 0, looked.output
    assert manifests.read(folder) == before
    with Image.open(sheet) as drawn:
        assert drawn.height % (2 * 2 * 32) == 0
        assert 40 < drawn.width - 9 * 2 * 32 < 200, "the directions' names"
    added = run.invoke(app, [*asked, "--take", "sefa-1", "--take", "sefa-fine-1"])
    assert added.exit_code == 0, added.output
    assert {"sefa-1"} <= {each.name for each in manifests.read(folder).directions}


@pytest.mark.parametrize("given", [[], ["--data", "no-such.zip"]])
def test_the_command_says_what_is_missing(folder: Path, given: list[str]) -> None:
    answer = CliRunner().invoke(app, ["directions", "--pack", str(folder), *given])
    assert answer.exit_code == 2
    assert "photos" in answer.output or "no-such.zip" in answer.output


def _set(path: Path, count: int, gender: str = "female") -> Path:
    classes = [{"label": "A", "gender": gender}, {"label": "A", "gender": "male"}]
    pictures = [
        {"file": f"{i}.png", "class": i % 2, "person": f"{i}", "split": "train", "source": ""}
        for i in range(count)
    ]
    told = {"format": 1, "size": 32, "classes": classes, "pictures": pictures}
    with zipfile.ZipFile(path, "w") as file:
        for i in range(count):
            file.writestr(f"{i}.png", as_bytes(Image.new("RGB", (32, 32), (i, i, i)), "PNG"))
        file.writestr("dataset.json", json.dumps(told))
    return path


def test_labels_come_from_a_set_and_from_a_table_beside_it(tmp_path: Path) -> None:
    data, table = _set(tmp_path / "a.zip", 120), tmp_path / "hats.csv"
    table.write_text(
        "file, hat \n" + "".join(f"{i}.png,{i % 3 == 0:d}\n" for i in range(110)), encoding="utf-8"
    )
    photos = from_prepared(data, 32, table)
    assert photos.images.shape == (110, 3, 32, 32), "of ten the table knows nothing"
    assert photos.labels["gender"].tolist() == [float(i % 2) for i in range(110)]
    assert photos.labels["hat"].tolist() == [float(i % 3 == 0) for i in range(110)]


def test_sets_that_teach_nothing_are_a_sentence(tmp_path: Path) -> None:
    table = tmp_path / "odd.csv"
    table.write_text("file,hat\n1.png,much\n", encoding="utf-8")
    with pytest.raises(DataError, match="is no table of labels"):
        from_prepared(_set(tmp_path / "a.zip", 2), 32, table)
    with pytest.raises(DataError, match="2 photos have"):
        from_prepared(tmp_path / "a.zip", 32)
    only_men = from_prepared(_set(tmp_path / "b.zip", 120, gender="male"), 32)
    assert only_men.labels == {}, "all alike"


@pytest.mark.parametrize("name", ["smile", "fringe", "skin", "turn"])
def test_the_starter_packs_directions_do_what_they_say(name: str) -> None:
    starter = loader.load(STARTER)
    ends = next(each for each in starter.manifest.directions if each.name == name)
    faces = torch.stack([starter.means["female"], starter.means["male"]])
    amounts = (ends.low, 0.0, ends.high)
    seen = [RULES[name](render(starter.generator, faces + at * starter.directions[name])) for at in amounts]
    assert bool((seen[0] < seen[1]).all() and (seen[1] < seen[2]).all())

import math
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from inference.errors import PackError
from inference.networks.identity import IdentityConfig
from inference.packs.loader import load
from tests.inference.packs import tiny
from training.__main__ import app
from training.augment.views import views
from training.datasets.faces import FaceSource
from training.datasets.people import People, load_people
from training.export.identity import add_identity
from training.loops.checkpoint import LATEST
from training.loops.identity import IdentityTrainer, told_apart, train
from training.losses.contrast import nt_xent
from training.recipes.identity import IdentityTraining

NETWORK = IdentityConfig(resolution=32, size=16, widths=(8, 16), squeezed=8, dim=8)
CONFIG = IdentityTraining(network=NETWORK, batch=12, iterations=40, warm=0.1)


@pytest.fixture(scope="module")
def people(source: FaceSource) -> People:
    return load_people(source.archive, source.manifest, 48)


def _unit(*rows: tuple[float, float]) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.tensor(rows, dtype=torch.float32), dim=1)


def test_contrast_is_the_papers_formula() -> None:
    first, second = _unit((1, 0), (0, 1)), _unit((1, 1), (-1, 2))
    views = torch.cat([first, second])
    like = (views @ views.T / 0.5).exp()
    terms = [-math.log(like[i, (i + 2) % 4] / (like[i].sum() - like[i, i])) for i in range(4)]
    found = nt_xent(first, second, torch.tensor([0, 1]), 0.5)
    assert found.item() == pytest.approx(sum(terms) / 4, rel=1e-5)


def test_contrast_is_small_when_partners_meet_and_strangers_part() -> None:
    ends, people = _unit((1, 0), (-1, 0)), torch.tensor([0, 1])
    assert nt_xent(ends, ends, people, 0.1) < 1e-3
    assert nt_xent(ends, ends.flip(0), people, 0.1) > 10


def test_other_pictures_of_one_person_are_no_strangers() -> None:
    same = _unit((1, 0), (1, 0))
    assert nt_xent(same, same, torch.tensor([5, 5]), 0.1).item() == pytest.approx(0, abs=1e-6)
    assert nt_xent(same, same, torch.tensor([5, 6]), 0.1).item() == pytest.approx(math.log(3), rel=1e-5)


def test_a_view_is_another_picture_of_the_same_size_and_range() -> None:
    torch.manual_seed(0)
    images = torch.rand(6, 3, 48, 48) * 2 - 1
    first, second = views(images, 32), views(images, 32)
    assert first.shape == (6, 3, 32, 32)
    assert first.abs().max() <= 1
    assert torch.isfinite(first).all()
    assert (first - second).abs().mean(dim=(1, 2, 3)).min() > 0.01


def test_a_pair_is_one_person_and_nobody_stands_on_both_sides(source: FaceSource, people: People) -> None:
    torch.manual_seed(0)
    first, second, who = people.pairs(40)
    assert first.shape == second.shape == (40, 3, 48, 48)
    shown = people.images.float() / 127.5 - 1
    for picture, person in zip(second, who, strict=True):
        mine = (shown == picture).all(dim=3).all(dim=2).all(dim=1)
        assert person in people.people[mine]
    assert any(not torch.equal(a, b) for a, b in zip(first, second, strict=True)), "some have two photos"
    assert len(people) + len(load_people(source.archive, source.manifest, 48, "validation")) == 49


def test_it_learns_to_tell_faces_apart_and_goes_on_where_it_stopped(people: People, tmp_path: Path) -> None:
    lines: list[str] = []
    trainer = IdentityTrainer(CONFIG, people)
    before = told_apart(trainer.network, people)
    train(trainer, tmp_path, None, lines.append)
    assert trainer.iteration == CONFIG.iterations
    assert told_apart(trainer.network, people) > before
    again = IdentityTrainer(CONFIG, people)
    train(again, tmp_path, None, lines.append)
    assert again.iteration == CONFIG.iterations
    assert "resumed at iteration 40" in lines
    pairs = zip(trainer.network.parameters(), again.network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_run_that_was_stopped_ends_like_one_that_was_not(people: People, tmp_path: Path) -> None:
    whole, first, second = (IdentityTrainer(CONFIG, people) for _ in range(3))
    torch.manual_seed(3)
    losses = [whole.step() for _ in range(4)]
    torch.manual_seed(3)
    parts = [first.step() for _ in range(2)]
    second.load_state_dict(first.state_dict())
    assert [*parts, second.step(), second.step()] == losses


def test_a_trained_network_goes_into_a_pack(people: People, tmp_path: Path) -> None:
    pack = tiny.write(tmp_path / "pack")
    trainer = IdentityTrainer(CONFIG, people)
    train(trainer, tmp_path / "run", 0, lambda _: None)
    before = load(pack)
    version = add_identity(tmp_path / "run" / LATEST, pack)
    after = load(pack)
    assert before.identity is None and after.identity is not None
    assert after.manifest.version == version != before.manifest.version
    image = torch.rand(1, 3, 32, 32)
    assert torch.allclose(after.identity(image), trainer.network(image), atol=1e-2)


def test_a_network_for_another_resolution_leaves_the_pack_as_it_was(people: People, tmp_path: Path) -> None:
    pack = tiny.write(tmp_path / "pack")
    config = IdentityTraining(network=IdentityConfig(), batch=2)
    train(IdentityTrainer(config, people), tmp_path / "run", 0, lambda _: None)
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    with pytest.raises(PackError, match="identity"):
        add_identity(tmp_path / "run" / LATEST, pack)
    assert {path.name: path.read_bytes() for path in pack.iterdir()} == before


def test_the_command_trains_and_tells(source: FaceSource, tmp_path: Path) -> None:
    options = {"--data": source.archive, "--manifest": source.manifest, "--out": tmp_path / "run"}
    given = [str(part) for pair in options.items() for part in pair]
    told = CliRunner().invoke(app, ["identity", *given, "--minutes", "0"])
    assert told.exit_code == 0, told.output
    assert "held out, found among" in told.output
    assert (tmp_path / "run" / LATEST).exists()

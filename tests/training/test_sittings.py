"""What a run tells of what came before: hardware of all sittings, pictures of all runs."""

from pathlib import Path

import pytest

from training.config import GanConfig
from training.datasets.faces import FaceSet
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.loops.gan import GanTrainer
from training.loops.run import Run, RunPlan
from training.loops.sittings import sat_on, shown
from training.transfer import beginning, sources
from training.transfer.beginning import Wish


def test_all_hardware_is_told_in_order() -> None:
    told: dict[str, object] = {"hardware": "A"}
    for now, wanted in (("A", "A"), ("B", "A, then B"), ("B", "A, then B"), ("A", "A, then B, then A")):
        told = sat_on({"hardware": now, "recipe": "x"}, told)
        assert told == {"hardware": wanted, "recipe": "x"}
    assert sat_on({"recipe": "x"}, {"hardware": "A"}) == {"recipe": "x", "hardware": "A"}
    assert sat_on({"recipe": "x"}, {}) == {"recipe": "x"}


@pytest.mark.parametrize(
    ("kimg", "about", "all_of_it"),
    [(2.5, {"before": 10}, 12.5), (None, {}, 0), ("many", {"before": []}, 0), (2, "x", 2)],
)
def test_pictures_add_up(kimg: object, about: object, all_of_it: float) -> None:
    assert shown(kimg, about) == all_of_it


def test_a_run_of_a_run_of_a_run(config: GanConfig, faces: FaceSet, tmp_path: Path) -> None:
    start = None
    for name, before in (("one", None), ("two", 0.1), ("three", 0.2)):
        begun = beginning.plan(config, Wish(start), tmp_path / name)
        assert begun.about.get("before") == before
        trainer = GanTrainer(begun.config, faces)
        begun.fill(trainer)
        Run(trainer, RunPlan(tmp_path / name, max_kimg=0.1, about=begun.about)).go()
        start = tmp_path / name
    again = beginning.plan(config, Wish(), tmp_path / "three")
    assert again.about["before"] == load_checkpoint(tmp_path / "three" / LATEST)["about"]["before"] == 0.2


def test_a_checkpoint_that_counts_in_words_is_read(config: GanConfig, faces: FaceSet, tmp_path: Path) -> None:
    state = GanTrainer(config, faces).state_dict() | {"images": "many", "about": {"before": "few"}}
    save_checkpoint(tmp_path / LATEST, state)
    assert sources.read(tmp_path).kimg == 0

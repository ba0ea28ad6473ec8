"""The training loop: formulas, phases, resuming to the bit, signals."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from inference.networks.stylegan2.generator import Generator
from tests.golden.vectors import formulas
from training.config import GanConfig, Loss
from training.datasets.faces import FaceSet
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.loops.ema import ema_beta, update_ema
from training.loops.gan import GanTrainer
from training.loops.run import Run, RunPlan
from training.loops.samples import class_mean, sample_rows, seeded_codes


@pytest.mark.parametrize("row", formulas("ema_beta"))
def test_ema_beta(row: dict[str, float]) -> None:
    found = ema_beta(int(row["batch"]), row["ema_kimg"], int(row["cur_nimg"]), row["ramp"])
    assert found == pytest.approx(row["beta"], rel=1e-9)


def test_ema_moves_parameters_and_copies_buffers() -> None:
    average, model = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    with torch.no_grad():
        model.weight.fill_(3.0)
        model.running_mean.fill_(5.0)  # type: ignore[union-attr]
    update_ema(average, model, 0.75)
    assert average.weight.tolist() == [1.5, 1.5]
    assert torch.equal(average.running_mean, model.running_mean)  # type: ignore[arg-type]


def flat(state: object, name: str = "") -> dict[str, object]:
    if isinstance(state, dict):
        return {k: v for key, part in state.items() for k, v in flat(part, f"{name}.{key}").items()}
    if isinstance(state, list):
        return {k: v for i, part in enumerate(state) for k, v in flat(part, f"{name}.{i}").items()}
    return {name: state}


def differing(one: object, other: object) -> list[str]:
    left, right = flat(one), flat(other)
    assert left.keys() == right.keys()
    return [
        name
        for name, value in left.items()
        if not (torch.equal(value, right[name]) if isinstance(value, Tensor) else value == right[name])  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("loss", ["logistic", "relativistic"])
def test_resuming_is_bit_identical_to_never_stopping(
    config: GanConfig, faces: FaceSet, out: Path, loss: Loss
) -> None:
    config = replace(config, loss=loss)
    whole = GanTrainer(config, faces)
    for _ in range(9):
        terms = whole.step()
    first = GanTrainer(config, faces)
    for _ in range(4):
        first.step()
    save_checkpoint(out / LATEST, first.state_dict())
    torch.manual_seed(999)
    second = GanTrainer(config, faces)
    second.load_state_dict(load_checkpoint(out / LATEST))
    for _ in range(5):
        again = second.step()
    assert differing(whole.state_dict(), second.state_dict()) == []
    assert terms == again
    assert differing(whole.state_dict(), first.state_dict())
    assert float(whole.augment.p) != config.augment_p


def test_every_phase_runs_at_its_interval(config: GanConfig, faces: FaceSet) -> None:
    trainer = GanTrainer(config, faces)
    names = [set(trainer.step()) for _ in range(5)]
    main = {"g_fake", "d_fake", "d_real", "p"}
    assert names == [main | {"g_path", "d_r1"}, main, main, main, main | {"g_path", "d_r1"}]


def test_a_relativistic_run_pairs_faces_of_one_condition(
    config: GanConfig, faces: FaceSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = GanTrainer(replace(config, loss="relativistic"), faces)
    judged: list[Tensor] = []
    watched = trainer.discriminator.forward

    def forward(images: Tensor, c: Tensor, **more: bool) -> Tensor:
        judged.append(c)
        return watched(images, c, **more)  # type: ignore[no-any-return]

    monkeypatch.setattr(trainer.discriminator, "forward", forward)
    names = [set(trainer.step()) for _ in range(5)]
    main = {"g_pair", "d_pair", "p"}
    assert names == [main | {"g_path", "d_r1", "d_r2"}, *[main] * 3, main | {"g_path", "d_r1", "d_r2"}]
    assert all(torch.equal(one, other) for one, other in zip(judged[::2], judged[1::2], strict=True))
    assert len({tuple(map(tuple, c.tolist())) for c in judged}) > 1


def test_phases_leave_the_other_network_alone(config: GanConfig, faces: FaceSet) -> None:
    trainer = GanTrainer(config, faces)
    judge = {k: v.clone() for k, v in trainer.discriminator.state_dict().items()}
    trainer._train_generator()
    assert differing(trainer.discriminator.state_dict(), judge) == []
    assert all(p.requires_grad and p.grad is None for p in trainer.discriminator.parameters())
    maker = {k: v.clone() for k, v in trainer.generator.named_parameters()}
    trainer._train_discriminator([faces.batch(4)])
    assert differing(dict(trainer.generator.named_parameters()), maker) == []
    assert differing(trainer.discriminator.state_dict(), judge)


def test_configuration_survives_a_checkpoint(config: GanConfig, faces: FaceSet, out: Path) -> None:
    save_checkpoint(out / LATEST, GanTrainer(config, faces).state_dict())
    assert GanConfig.from_dict(load_checkpoint(out / LATEST)["config"]) == config
    assert [file.name for file in out.iterdir()] == [LATEST]


def test_a_signal_ends_a_run_with_a_checkpoint(config: GanConfig, faces: FaceSet, out: Path) -> None:
    class Interrupting(GanTrainer):
        def step(self) -> dict[str, float]:
            terms = super().step()
            if self.iteration == 3:
                os.kill(os.getpid(), signal.SIGTERM)
            return terms

    before = signal.getsignal(signal.SIGTERM)
    Run(Interrupting(config, faces), RunPlan(out)).go()
    assert load_checkpoint(out / LATEST)["iteration"] == 3
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_sheet_has_every_class(config: GanConfig) -> None:
    """Few classes at two strengths; many at one, each row of its own class."""
    for classes, rows in ((0, 2), (2, 4), (7, 7)):
        torch.manual_seed(0)
        generator = Generator(replace(config.generator, c_dim=classes)).eval()
        pictures = sample_rows(generator, 3)
        assert pictures.shape == (rows * 3, 3, 32, 32)
        assert torch.equal(pictures, sample_rows(generator, 3))
    z = seeded_codes(6, 3, config.generator.z_dim)
    ws = generator.mapping(z, torch.eye(7)[6].expand(3, -1), track=False)
    last = generator.synthesis(class_mean(generator, 6).lerp(ws, 0.7), noise="const")
    torch.testing.assert_close(pictures[-3:], last)


def test_a_run_goes_on_with_the_options_that_are_asked_for_now(config: GanConfig, faces: FaceSet) -> None:
    first = GanTrainer(config, faces)
    first.step()
    second = GanTrainer(replace(config, lr=0.001, r1_interval=2, optimiser="adamw"), faces)
    wanted = [{**adam.state_dict()["param_groups"][0]} for adam in (second.g_adam, second.d_adam)]
    second.load_state_dict(first.state_dict())
    found = [adam.state_dict()["param_groups"][0] for adam in (second.g_adam, second.d_adam)]
    assert found == wanted and wanted[1]["betas"] != first.d_adam.param_groups[0]["betas"]
    assert differing(second.d_adam.state_dict()["state"], first.d_adam.state_dict()["state"]) == []

"""Starting from weights of every kind, with other classes, and at twice the resolution."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch
from torch import Tensor
from typer.testing import CliRunner

from inference.errors import PackError
from inference.networks.ops.resample import downsample2d, make_filter, upsample2d
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.packs import loader
from inference.settings import STARTER
from tests.golden.vectors import FOLDER, OUTPUT, arrays, off
from tests.inference.packs import tiny
from tests.inference.packs.foreign import rosinality_file
from training import __main__ as cli
from training.config import GanConfig
from training.datasets.faces import FaceSet, FaceSource, load_faces
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.loops.gan import GanTrainer
from training.recipes import starter
from training.transfer.beginning import Wish, plan
from training.transfer.conditions import kin
from training.transfer.errors import TransferError
from training.transfer.sources import Source
from training.transfer.widening import widened

TAPS = (1.0, 3.0, 3.0, 1.0)


@pytest.fixture
def recipe(config: GanConfig) -> GanConfig:
    """Computed in float32: what is compared is the weights."""
    return replace(config, precision="float32")


@pytest.fixture
def base(recipe: GanConfig, faces: FaceSet, tmp_path: Path) -> Path:
    """A run of three iterations; average and generator differ."""
    trainer = GanTrainer(replace(recipe, ema_kimg=5.0, ema_ramp=None), faces)
    for _ in range(3):
        trainer.step()
    save_checkpoint(tmp_path / "base" / LATEST, {**trainer.state_dict(), "seconds": 1.0, "about": {}})
    return tmp_path / "base"


def networks(run: Path) -> tuple[Generator, Generator, Discriminator]:
    state = load_checkpoint(run / LATEST)
    config = GanConfig.from_dict(state["config"])
    found = Generator(config.generator), Generator(config.generator), Discriminator(config.discriminator)
    for network, name in zip(found, ("average", "generator", "discriminator"), strict=True):
        network.load_state_dict(state[name])
        network.eval().requires_grad_(False)
    return found


def begun(recipe: GanConfig, wish: Wish, out: Path, faces: FaceSet) -> GanTrainer:
    found = plan(recipe, wish, out)
    trainer = GanTrainer(found.config, faces)
    found.fill(trainer)
    return trainer


@torch.no_grad()
def pictures(generator: Generator, z: Tensor, label: int | None = None) -> Tensor:
    c = torch.eye(generator.config.c_dim)[[label] * len(z)] if label is not None else None
    ws = generator.mapping(z, c, track=False)
    return generator.synthesis(ws, noise="none")


def test_from_a_run_weights_are_loaded_and_the_rest_is_fresh(
    recipe: GanConfig, base: Path, out: Path, faces: FaceSet
) -> None:
    trainer = begun(recipe, Wish(start=base), out, faces)
    for mine, its in zip(
        (trainer.average, trainer.generator, trainer.discriminator), networks(base), strict=True
    ):
        state = its.state_dict()
        assert all(torch.equal(value, state[name]) for name, value in mine.state_dict().items())
    assert trainer.iteration == 0
    assert not trainer.g_adam.state and not trainer.d_adam.state
    assert trainer.config.ema_ramp is None
    assert trainer.config.ada is not None and trainer.config.ada.kimg == 1.0
    before = trainer.average.synthesis.b4.const.clone()
    trainer.step()
    kept = trainer.generator.synthesis.b4.const.detach().lerp(before, 0.5 ** (4 / 50))
    torch.testing.assert_close(trainer.average.synthesis.b4.const, kept)


def test_a_slow_controller_is_hurried(recipe: GanConfig, base: Path, out: Path) -> None:
    assert recipe.ada is not None
    slow = replace(recipe, ada=replace(recipe.ada, kimg=500.0))
    found = plan(slow, Wish(start=base), out).config.ada
    assert found is not None and found.kimg == 100.0
    assert plan(slow, Wish(), out).config == slow


def test_from_a_checkpoint_file_of_a_run(recipe: GanConfig, base: Path, out: Path, faces: FaceSet) -> None:
    trainer = begun(recipe, Wish(start=base / LATEST), out, faces)
    z = torch.randn(2, 8)
    assert off(pictures(trainer.average, z, 1), pictures(networks(base)[0], z, 1)) < 1e-6


def test_from_a_pack_with_its_networks_shape(recipe: GanConfig, tmp_path: Path, faces: FaceSet) -> None:
    """The pack is wider than the recipe; its features are the first blocks, the rest of D is fresh."""
    pack = tiny.write(tmp_path / "pack")
    trainer = begun(recipe, Wish(start=pack), tmp_path / "run", faces)
    assert trainer.config.generator.channel_max == 32
    torch.manual_seed(0)
    z, image = torch.randn(2, 16), torch.randn(2, 3, 32, 32)
    source = loader.load(pack)
    assert off(pictures(trainer.average, z, 0), pictures(source.generator, z, 0)) < 1e-6
    with torch.no_grad():
        mine, its = trainer.discriminator.features(image, 2), source.features(image)
    assert all(off(one, other) < 1e-5 for one, other in zip(mine, its, strict=True))
    assert trainer.step()["d_real"] > 0


def test_from_an_official_pickle(recipe: GanConfig, source: FaceSource, tmp_path: Path) -> None:
    """An unconditional network learns two classes: at first both draw what it drew."""
    small = replace(
        recipe,
        generator=replace(recipe.generator, resolution=16),
        discriminator=replace(recipe.discriminator, resolution=16),
    )
    trainer = begun(small, Wish(start=FOLDER / "official_tiny_nosrc.pkl"), tmp_path, load_faces(source, 16))
    wanted = arrays("official_tiny_expected")
    assert trainer.config.generator.conv_clamp == 256
    assert trainer.config.generator.num_fp16_res == 0
    for label in range(2):
        with torch.no_grad():
            ws = trainer.average.mapping(wanted["z"], torch.eye(2)[label : label + 1], track=False)
            assert off(ws, wanted["ws"]) < OUTPUT
            assert off(trainer.average.synthesis(ws, noise="const"), wanted["img_force_fp32"]) < OUTPUT
    assert torch.isfinite(torch.tensor(list(trainer.step().values()))).all()
    assert trainer.generator.mapping.fc0.weight[:, 32:].abs().max() > 0, "the condition begins to count"


def test_from_rosinality(recipe: GanConfig, tmp_path: Path, faces: FaceSet) -> None:
    generator, judge = rosinality_file.networks()
    file = rosinality_file.write(tmp_path / "550000.pt", generator, judge)
    plain = replace(
        recipe,
        generator=replace(recipe.generator, c_dim=0),
        discriminator=replace(recipe.discriminator, c_dim=0),
    )
    trainer = begun(plain, Wish(start=file), tmp_path / "run", faces)
    z, image = torch.randn(2, 12), torch.randn(4, 3, 32, 32)
    assert off(pictures(trainer.average, z), pictures(generator, z)) < 1e-5
    with torch.no_grad():
        assert (trainer.discriminator(image) - judge(image)).abs().max() < 1e-5


def test_a_class_that_never_counted_can_go(recipe: GanConfig, base: Path, out: Path, faces: FaceSet) -> None:
    """With one embedding for all classes, the network without classes draws the same."""
    state = load_checkpoint(base / LATEST)
    for name in ("average", "generator"):
        state[name]["mapping.embed.weight"].zero_()
        state[name]["mapping.embed.bias"].normal_()
    save_checkpoint(base / LATEST, state)
    z = torch.randn(3, 8)
    wanted = pictures(networks(base)[0], z, 0)
    for classes in (0, 5):
        other = replace(
            recipe,
            generator=replace(recipe.generator, c_dim=classes),
            discriminator=replace(recipe.discriminator, c_dim=classes),
        )
        trainer = begun(other, Wish(start=base), out, faces)
        for label in [None] if not classes else [0, 4]:
            assert off(pictures(trainer.average, z, label), wanted) < OUTPUT
        judged = trainer.discriminator.state_dict()["b16.conv0.weight"]
        assert torch.equal(judged, networks(base)[2].state_dict()["b16.conv0.weight"])


def learning(recipe: GanConfig, classes: int) -> GanConfig:
    return replace(
        recipe,
        generator=replace(recipe.generator, c_dim=classes),
        discriminator=replace(recipe.discriminator, c_dim=classes),
    )


@pytest.fixture
def genders(recipe: GanConfig, base: Path, faces: FaceSet) -> Path:
    """A run that learnt women and men, who look different, and tells so."""
    state = load_checkpoint(base / LATEST)
    for name in ("average", "generator"):
        state[name]["mapping.embed.weight"].normal_()
    state["about"] = {"counts": {"female": 24, "male": 24}}
    save_checkpoint(base / LATEST, state)
    return base


def test_types_begin_as_their_gender(
    recipe: GanConfig, genders: Path, out: Path, faces: FaceSet, tmp_path: Path
) -> None:
    z = torch.randn(3, 8)
    old, _, judge = networks(genders)
    women, men = (pictures(old, z, label) for label in (0, 1))
    assert off(women, men) > 1e-3
    types = ("ENFP:female", "ENFP:male", "ISTJ:male")
    trainer = begun(learning(recipe, 3), Wish(start=genders, classes=types), out, faces)
    for label, wanted in enumerate((women, men, men)):
        assert off(pictures(trainer.average, z, label), wanted) < OUTPUT
    image, c = torch.randn(4, 3, 32, 32), torch.eye(3)[[0, 0, 1, 2]]
    with torch.no_grad():
        seen, wanted = trainer.discriminator(image, c), judge(image, torch.eye(2)[[0, 0, 1, 1]])
    assert (seen - wanted).abs().max() < 1e-5
    alone = begun(learning(recipe, 0), Wish(start=genders, classes=types[:1]), tmp_path / "alone", faces)
    assert off(pictures(alone.average, z), women) < OUTPUT
    named = Wish(start=genders, classes=("male", "female"))
    turned = begun(recipe, named, tmp_path / "turned", faces)
    assert off(pictures(turned.average, z, 0), men) < OUTPUT


def test_kin_are_found_by_name_then_by_gender() -> None:
    before = ("ENFP:female", "ENFP:male", "cats")
    assert kin(("ENFP:male", "ISTJ:female", "cats", "dogs"), before) == [[1], [0], [2], [0, 1, 2]]
    assert kin((), before) is None and kin(("ENFP:male",), ()) is None


def doubled(recipe: GanConfig) -> GanConfig:
    return replace(
        recipe,
        generator=replace(recipe.generator, resolution=64, channel_max=16),  # the source's widths win
        discriminator=replace(recipe.discriminator, resolution=64, channel_max=16),
    )


@pytest.fixture
def wide(recipe: GanConfig, faces: FaceSet, tmp_path: Path) -> Path:
    """A run whose network has enough channels to grow."""
    recipe = replace(
        recipe,
        generator=replace(recipe.generator, channel_base=512),
        discriminator=replace(recipe.discriminator, channel_base=512),
    )
    trainer = GanTrainer(recipe, faces)
    for _ in range(3):
        trainer.step()
    with torch.no_grad():
        trainer.discriminator.b32.fromrgb.bias.normal_()
    save_checkpoint(tmp_path / "wide" / LATEST, {**trainer.state_dict(), "seconds": 1.0, "about": {}})
    return tmp_path / "wide"


def test_a_grown_network_begins_as_the_old_one(
    recipe: GanConfig, wide: Path, out: Path, source: FaceSource
) -> None:
    trainer = begun(doubled(recipe), Wish(grow_from=wide), out, load_faces(source, 64))
    old, _, judge = networks(wide)
    assert (trainer.config.generator.resolution, trainer.config.generator.channel_max) == (64, 8)
    z, taps = torch.randn(3, 8), make_filter(TAPS)
    large = pictures(trainer.average, z, 1)
    assert large.shape == (3, 3, 64, 64)
    assert off(large, upsample2d(pictures(old, z, 1), taps)) < 1e-6, "but for the layout in memory"
    image, c = torch.rand(4, 3, 64, 64) * 2 - 1, torch.eye(2)[[0, 1, 0, 1]]
    with torch.no_grad():
        assert (
            off(trainer.discriminator.features(image, 2)[1], judge.features(downsample2d(image, taps), 1)[0])
            < 1e-5
        )
        seen = trainer.discriminator(image, c)
        assert (seen - judge(downsample2d(image, taps), c)).abs().max() < 1e-5
        assert (seen - judge(downsample2d(image.flip(0), taps), c)).abs().max() > 1e-5


def test_a_pack_grows_by_what_it_has(recipe: GanConfig, tmp_path: Path, source: FaceSource) -> None:
    """A generator, and the first blocks of a discriminator."""
    folder = tiny.write(tmp_path / "pack")
    trainer = begun(doubled(recipe), Wish(grow_from=folder), tmp_path / "run", load_faces(source, 64))
    pack, taps = loader.load(folder), make_filter(TAPS)
    z, image = torch.randn(2, 16), torch.rand(2, 3, 64, 64) * 2 - 1
    assert off(pictures(trainer.average, z, 0), upsample2d(pictures(pack.generator, z, 0), taps)) < 1e-5
    with torch.no_grad():
        mine, its = trainer.discriminator.features(image, 3), pack.features(downsample2d(image, taps))
    assert all(off(one, other) < 1e-4 for one, other in zip(mine[1:], its, strict=True))


def test_the_starter_pack_grows(out: Path) -> None:
    begun = plan(starter.config(128), Wish(grow_from=STARTER, freeze_g=64), out)
    assert begun.config.generator.resolution == 128
    assert begun.config.generator.w_dim == loader.load(STARTER).manifest.w_dim
    assert begun.config.r1_gamma == 4 * starter.config(64).r1_gamma


def test_a_wide_network_grows_too() -> None:
    small, large = (starter.config(side, wide=True).generator for side in (128, 256))
    assert (small.w_dim, small.channel_base, small.channel_max) == (256, 8192, 256)
    assert large == replace(small, resolution=256)


def test_a_grown_network_learns_in_every_new_layer(
    recipe: GanConfig, wide: Path, out: Path, source: FaceSource
) -> None:
    trainer = begun(doubled(recipe), Wish(grow_from=wide), out, load_faces(source, 64))
    new = {
        f"{kind}.{name}": value.clone()
        for kind in ("generator", "discriminator")
        for name, value in getattr(trainer, kind).named_parameters()
        if "b64." in name
    }
    assert len(new) > 15
    for _ in range(3):
        trainer.step()
    for name, value in new.items():
        assert not torch.equal(
            value, trainer.__dict__[name.split(".")[0]].get_parameter(name.partition(".")[2])
        ), name


def test_a_widened_network_begins_as_the_old_one(
    recipe: GanConfig, wide: Path, out: Path, faces: FaceSet
) -> None:
    trainer = begun(recipe, Wish(start=wide, widen=3), out, faces)
    assert trainer.config.generator.channel_max == 24
    average, generator, judge = networks(wide)
    torch.manual_seed(0)
    z = torch.randn(3, 8)
    assert off(pictures(trainer.average, z, 1), pictures(average, z, 1)) < 1e-5
    assert off(pictures(trainer.generator, z, 1), pictures(generator, z, 1)) < 1e-5
    image, c = torch.rand(8, 3, 32, 32) * 2 - 1, torch.eye(2)[[0, 1] * 4]
    with torch.no_grad():
        seen, before = trainer.discriminator(image, c), judge(image, c)
    assert (seen - before).abs().max() < 0.1 * before.std(), "but for what the deviation sees"


def test_a_widened_run_goes_on_and_another_is_not_widened(
    recipe: GanConfig, base: Path, out: Path, faces: FaceSet
) -> None:
    found = plan(recipe, Wish(start=base, widen=2), out)
    trainer = GanTrainer(found.config, faces)
    found.fill(trainer)
    save_checkpoint(out / LATEST, {**trainer.state_dict(), "seconds": 1.0, "about": found.about})
    for wish in (Wish(start=base, widen=2), Wish(widen=2), Wish()):
        again = plan(recipe, wish, out)
        assert (again.config.generator.channel_max, again.about["widened"]) == (16, 2)
    for folder, wish in ((base, Wish(start=base, widen=2)), (out, Wish(start=base, widen=3))):
        with pytest.raises(TransferError, match="has begun; to widen it take another folder"):
            plan(recipe, wish, folder)


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
def test_discriminators_of_all_kinds_judge_as_before(architecture: Literal["skip", "resnet", "orig"]) -> None:
    torch.manual_seed(0)
    config = DiscriminatorConfig(resolution=32, channel_base=512, channel_max=16, architecture=architecture)
    old, generator = Discriminator(config), GeneratorConfig(resolution=32, channel_base=128, channel_max=8)
    weights = Generator(generator).state_dict()
    source = widened(Source("old", generator, weights, weights, config, old.state_dict()), 2)
    assert source.discriminator_config is not None
    new = Discriminator(source.discriminator_config)
    new.load_state_dict(source.discriminator)
    image = torch.rand(8, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        seen, before = new(image), old(image)
    assert (seen - before).abs().max() < 0.05 * before.std()
    with pytest.raises(TransferError, match="groups of channels"):
        widened(replace(source, discriminator_config=replace(config, mbstd_channels=2)), 2)


def test_a_pack_is_widened_and_grows(recipe: GanConfig, tmp_path: Path, source: FaceSource) -> None:
    folder = tiny.write(tmp_path / "pack")
    wish = Wish(grow_from=folder, widen=2)
    trainer = begun(doubled(recipe), wish, tmp_path / "run", load_faces(source, 64))
    pack, taps = loader.load(folder), make_filter(TAPS)
    z = torch.randn(2, 16)
    assert trainer.config.generator.channel_max == 2 * pack.generator.config.channel_max
    assert off(pictures(trainer.average, z, 0), upsample2d(pictures(pack.generator, z, 0), taps)) < 1e-5


def test_a_widened_network_learns_in_every_new_channel(
    recipe: GanConfig, wide: Path, out: Path, faces: FaceSet
) -> None:
    trainer = begun(recipe, Wish(start=wide, widen=2), out, faces)
    old = networks(wide)
    for kind, before in (("generator", old[1]), ("discriminator", old[2])):
        mine = getattr(trainer, kind)
        first = {name: value.clone() for name, value in mine.named_parameters()}
        grown = {name for name, value in before.named_parameters() if value.shape != first[name].shape}
        assert len(grown) > 15
        for _ in range(3):
            trainer.step()
        for name in grown:
            moved, now = mine.get_parameter(name).detach() != first[name], before.get_parameter(name)
            assert moved[len(now) :].any() or len(now) == len(moved), f"{name}: rows"
            if now.ndim > 1 and now.shape[1] != moved.shape[1]:
                assert moved[: len(now), now.shape[1] :].any(), f"{name}: columns"


@pytest.mark.parametrize(
    ("resolution", "wish", "says"),
    [
        (64, "start", r"base is of 32 px, this run of 64; --grow-from base doubles it"),
        (16, "start", r"is of 32 px, this run of 16$"),
        (32, "grow_from", r"is of 32 px and grows to 64, not to the 32 of this run"),
        (64, "grow_from", r"the new block at 64 px has 2 channels; to grow it needs 6"),
    ],
)
def test_other_sizes_are_refused(  # noqa: PLR0917 - fixtures
    recipe: GanConfig, base: Path, out: Path, source: FaceSource, resolution: int, wish: str, says: str
) -> None:
    other = replace(
        recipe,
        generator=replace(recipe.generator, resolution=resolution),
        discriminator=replace(recipe.discriminator, resolution=resolution),
    )
    with pytest.raises(TransferError, match=says):
        begun(other, Wish(**{wish: base}), out, load_faces(source, resolution))


def test_wishes_that_cannot_be(recipe: GanConfig, base: Path, out: Path, tmp_path: Path) -> None:
    for wish, says in (
        (Wish(start=base, grow_from=base), "not both"),
        (Wish(start=tmp_path / "nothing"), "no run, checkpoint or pack"),
        (Wish(freeze_d=11), "0 to 10 layers"),
        (Wish(freeze_g=32), "one of 4, 8, 16 px"),
        (Wish(freeze_g=5), "one of 4, 8, 16 px"),
        (Wish(freeze_d=4), "hold what was learnt before; say --from what"),
        (Wish(freeze_g=8), "hold what was learnt before; say --from what"),
        (Wish(widen=2), "say --from what"),
        (Wish(start=base, widen=2, freeze_d=4), "new channels have to learn"),
        (Wish(start=tiny.write(tmp_path / "pack"), freeze_d=8), "first 7 layers of its discriminator"),
    ):
        with pytest.raises(TransferError, match=says):
            plan(recipe, wish, out)
    (tmp_path / "odd.pt").write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(PackError, match="broken"):
        plan(recipe, Wish(start=tmp_path / "odd.pt"), out)


def test_what_a_pack_has_of_its_discriminator_can_be_held(
    recipe: GanConfig, out: Path, tmp_path: Path
) -> None:
    assert plan(recipe, Wish(start=tiny.write(tmp_path / "pack"), freeze_d=7), out).config.freeze_d == 7


def test_freezeg_begins_with_the_average(recipe: GanConfig, base: Path, out: Path, faces: FaceSet) -> None:
    trainer = begun(recipe, Wish(start=base, freeze_g=8), out, faces)
    average, generator, _ = networks(base)
    mine = trainer.generator.state_dict()
    for name, shown, trained in (
        ("synthesis.b8.conv1.weight", average, generator),
        ("synthesis.b16.conv1.weight", generator, average),
    ):
        assert torch.equal(mine[name], shown.state_dict()[name])
        assert not torch.equal(mine[name], trained.state_dict()[name])


def test_the_command_goes_on_as_it_began(
    recipe: GanConfig, base: Path, out: Path, source: FaceSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter, "config", lambda *_, **__: recipe)
    files = ["--data", str(source.archive), "--manifest", str(source.manifest), "--out", str(out)]
    weights = ["--from", str(base), "--freeze-d", "4", "--freeze-g", "8"]
    for kimg, more in (("0.008", weights), ("0.016", [])):
        command = ["train", "starter", *files, "--kimg", kimg, *more]
        result = CliRunner().invoke(cli.app, command, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    state, before = load_checkpoint(out / LATEST), load_checkpoint(base / LATEST)
    config = GanConfig.from_dict(state["config"])
    assert (state["iteration"], config.freeze_d, config.freeze_g) == (4, 4, 8)
    assert (state["about"]["from"], config.ema_ramp) == ("base", None)
    for name in ("b32.conv0.weight", "b32.skip.weight"):
        assert torch.equal(state["discriminator"][name], before["discriminator"][name])
    assert torch.equal(
        state["generator"]["synthesis.b8.conv0.weight"], before["average"]["synthesis.b8.conv0.weight"]
    )
    refused = CliRunner().invoke(
        cli.app, ["train", "starter", *files[:-1], str(out / "x"), "--grow-from", str(base)]
    )
    assert refused.exit_code == 2
    assert "grows to 64, not to the 32 of this run" in refused.output
    assert not (out / "x").exists()


def test_a_new_mapping_learns_and_one_of_before_keeps_its_rate(out: Path) -> None:
    """Weights of the mapping are stored divided by it: another one would be another network."""
    assert starter.config().generator.lr_multiplier == 0.3
    for wish in (Wish(start=STARTER), Wish(start=STARTER, widen=2)):
        assert plan(starter.config(64), wish, out).config.generator.lr_multiplier == 0.01
    assert plan(starter.config(128), Wish(grow_from=STARTER), out).config.generator.lr_multiplier == 0.01


def test_a_run_of_a_cpu_that_goes_on_in_16_bits_is_bounded(
    recipe: GanConfig, base: Path, faces: FaceSet
) -> None:
    bounded = replace(
        recipe,
        generator=replace(recipe.generator, conv_clamp=256.0),
        discriminator=replace(recipe.discriminator, conv_clamp=256.0),
    )
    found = plan(replace(bounded, precision="float16"), Wish(), base).config
    assert (found.generator.conv_clamp, found.discriminator.conv_clamp) == (256, 256)
    save_checkpoint(base / LATEST, {**GanTrainer(found, faces).state_dict(), "seconds": 1.0, "about": {}})
    again = plan(recipe, Wish(), base).config
    assert (again.generator.conv_clamp, again.discriminator.conv_clamp) == (256, 256)

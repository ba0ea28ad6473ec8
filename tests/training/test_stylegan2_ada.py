"""The authors' configurations, number by number, and what options make of them."""

import pytest

from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from training.errors import SettingError
from training.recipes.stylegan2_ada import Name, Shape, Wishes, config, numbers


@pytest.mark.parametrize(
    ("resolution", "batch", "gamma"),
    [(64, 32, 0.0256), (128, 32, 0.1024), (256, 16, 0.8192), (512, 8, 6.5536), (1024, 4, 52.4288)],
)
def test_auto_follows_the_resolution(resolution: int, batch: int, gamma: float) -> None:
    found = config("auto", Shape(resolution), Wishes())
    assert (found.batch, found.r1_gamma) == (batch, pytest.approx(gamma))
    assert found.ema_kimg == batch * 10 / 32
    assert (found.ema_ramp, found.generator.mapping_layers, found.at_once) == (0.05, 2, None)
    assert found.lr == (0.002 if resolution == 1024 else 0.0025)
    assert found.generator.channel_base == (32768 if resolution >= 512 else 16384)
    assert found.discriminator.mbstd_group_size == min(batch, 4)


def test_auto_follows_the_processes() -> None:
    found = numbers("auto", 256, 4)
    assert (found.batch, found.group, found.ema_kimg) == (64, 4, 20.0)
    assert numbers("auto", 1024, 8).group == 4
    assert numbers("auto", 1024, 4, batch=8).group == 2


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("stylegan2", (32, 4, 32768, 0.002, 10, 10, 4)),
        ("paper256", (64, 8, 16384, 0.0025, 1, 20, 8)),
        ("paper512", (64, 8, 32768, 0.0025, 0.5, 20, 8)),
        ("paper1024", (32, 4, 32768, 0.002, 2, 10, 4)),
    ],
)
def test_the_papers_numbers(name: Name, wanted: tuple[float, ...]) -> None:
    found = config(name, Shape(256), Wishes())
    base, group = found.generator.channel_base, found.discriminator.mbstd_group_size
    numbers = (found.batch, group, base, found.lr, found.r1_gamma, found.ema_kimg, found.at_once)
    assert numbers == wanted
    assert (found.ema_ramp, found.generator.mapping_layers) == (None, 8)


@pytest.mark.parametrize("name", ["auto", "stylegan2", "paper256", "paper512", "paper1024"])
def test_what_all_have(name: Name) -> None:
    found = config(name, Shape(64, c_dim=3), Wishes())
    assert (found.r1_interval, found.path_interval, found.path_weight, found.style_mixing) == (16, 4, 2, 0.9)
    assert (found.augment, found.augment_p, found.noise, found.optimiser) == ("bgc", 0, "random", "adam")
    assert found.ada is not None
    assert (found.ada.target, found.ada.kimg, found.ada.interval) == (0.6, 500, 4)
    assert (found.generator.z_dim, found.generator.w_dim, found.generator.channel_max) == (512, 512, 512)
    assert (found.discriminator.mapping_layers, found.discriminator.c_dim) == (8, 3)


@pytest.mark.parametrize(
    ("name", "resolution", "g", "d"),
    [("auto", 256, 23_191_522, 24_001_089), ("paper256", 256, 24_767_458, 24_001_089)],
)
def test_networks_have_the_authors_size(name: Name, resolution: int, g: int, d: int) -> None:
    found = config(name, Shape(resolution), Wishes())
    assert sum(p.numel() for p in Generator(found.generator).parameters()) == g
    assert sum(p.numel() for p in Discriminator(found.discriminator).parameters()) == d


def test_sixteen_bits_are_for_the_four_highest_resolutions_and_clamped() -> None:
    found = config("auto", Shape(256), Wishes(precision="float16"))
    assert (found.low_from, found.generator.conv_clamp, found.discriminator.conv_clamp) == (32, 256, 256)
    assert config("auto", Shape(32), Wishes(precision="float16")).low_from == 8
    assert config("auto", Shape(256), Wishes()).generator.conv_clamp is None


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes(aug="noaug", p=0.2), "--p is the probability of --aug fixed"),
        (Wishes(aug="fixed"), "--aug fixed needs its probability"),
        (Wishes(aug="fixed", p=0.2, target=0.5), "--target is what --aug ada aims at"),
    ],
)
def test_options_that_do_not_go_together(wishes: Wishes, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        config("auto", Shape(64), wishes)


def test_options_overrule() -> None:
    found = config("auto", Shape(64), Wishes(batch=8, gamma=0.5, aug="fixed", p=0.3, augpipe="bg", seed=7))
    assert (found.batch, found.r1_gamma, found.ada, found.augment_p) == (8, 0.5, None, 0.3)
    assert (found.augment, found.seed, found.ema_kimg) == ("bg", 7, 2.5)
    bounded = config("auto", Shape(64), Wishes(p=0.3, rate=0.001))
    assert bounded.ada is not None
    assert (bounded.ada.limit, bounded.augment_p, bounded.lr) == (0.3, 0.0, 0.001)
    noaug = config("auto", Shape(64), Wishes(aug="noaug"))
    assert (noaug.ada, noaug.augment_p) == (None, 0.0)

"""The discriminator against the numbers of the official one, and its first blocks alone."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import Discriminator, DiscriminatorFeatures
from tests.golden.vectors import GRADIENT, OUTPUT, arrays, off, off_norm, state

CONFIGS: dict[str, dict[str, Any]] = {
    "D32": {"resolution": 32, "channel_base": 1024, "channel_max": 64},
    "D64c": {"resolution": 64, "c_dim": 32, "channel_base": 1024, "channel_max": 64},
}


def load(name: str, values: dict[str, Tensor]) -> Discriminator:
    network = Discriminator(DiscriminatorConfig(**CONFIGS[name]))
    network.load_state_dict(state(values))
    return network


@pytest.mark.parametrize("name", CONFIGS)
def test_logits_of_whole_and_part_batches(name: str) -> None:
    values = arrays(name)
    network = load(name, values)
    for key, n in (("logits", None), ("logits_first4", 4), ("logits_first2", 2), ("logits_first1", 1)):
        found = network(values["img"][:n], values["c"][:n])
        torch.testing.assert_close(found, values[key], rtol=0, atol=1e-5)


def test_orig_architecture_with_large_groups() -> None:
    values = arrays("D32_orig_c10")
    config = DiscriminatorConfig(
        resolution=32, c_dim=10, channel_base=256, channel_max=16, architecture="orig", mbstd_group_size=32
    )
    network = Discriminator(config)
    network.load_state_dict(state(values))
    torch.testing.assert_close(network(values["img"], values["c"]), values["logits"], rtol=0, atol=1e-5)


def compare(network: Discriminator, values: dict[str, Tensor], prefix: str) -> None:
    names = [key.removeprefix(prefix) for key in values if key.startswith(prefix)]
    assert len(names) >= 7
    for name in names:
        found = network.get_parameter(name).grad
        assert found is not None
        assert off_norm(found[:8], values[prefix + name]) < GRADIENT, name


@pytest.mark.parametrize("name", CONFIGS)
def test_gradients_of_the_loss(name: str) -> None:
    values = arrays(name)
    network = load(name, values)
    loss = F.softplus(-network(values["img"][:4], values["c"][:4])).mean()
    torch.autograd.backward(loss)
    assert off(loss, values["loss_real"]) < OUTPUT
    compare(network, values, "grad/")


@pytest.mark.parametrize("name", CONFIGS)
def test_features_are_the_first_blocks_and_do_not_look_across_the_batch(name: str) -> None:
    values = arrays(name)
    network = load(name, values)
    part = DiscriminatorFeatures.cut(network, 3)
    sides = [level.shape[-1] for level in part(values["img"])]
    assert sides == [network.config.resolution // 2**k for k in (1, 2, 3)]
    whole = network.features(values["img"], 3)
    for mine, its in zip(part(values["img"]), whole, strict=True):
        assert torch.equal(mine, its)
    for alone, batch in zip(part(values["img"][:1]), whole, strict=True):
        assert off(alone, batch[:1]) < OUTPUT


def test_low_precision_is_near() -> None:
    values = arrays("D32")
    network = load("D32", values)
    exact = network(values["img"])
    network.use_low_precision(torch.bfloat16, 8)
    assert not torch.equal(network(values["img"]), exact)
    assert float((network(values["img"]) - exact).detach().abs().max()) < 0.05
    torch.testing.assert_close(network(values["img"], force_fp32=True), exact)

"""Losses and their gradients of both orders against golden vectors."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from tests.golden.vectors import GRADIENT, OUTPUT, arrays, off, off_norm, state
from training.losses.adversarial import (
    discriminator_terms,
    generator_terms,
    paired_discriminator_terms,
    paired_generator_terms,
)
from training.losses.path_length import path_length_terms, path_lengths
from training.losses.r1 import gradient_penalty, r1_terms, r2_terms


@pytest.mark.parametrize(("name", "c_dim"), [("D32", 0), ("D64c", 32)])
def test_r1_to_the_second_order(name: str, c_dim: int) -> None:
    values = arrays(name)
    side = values["img"].shape[-1]
    network = Discriminator(
        DiscriminatorConfig(c_dim=c_dim, resolution=side, channel_base=1024, channel_max=64)
    )
    network.load_state_dict(state(values))
    images = values["img"][:4].clone().requires_grad_()
    logits = network(images, values["c"][:4])
    assert off(gradient_penalty(logits, images), values["r1_penalty"]) < OUTPUT
    (terms,) = r1_terms(logits, images, gamma=10.0).values()
    torch.autograd.backward(terms)
    assert off(terms, values["loss_r1_gamma10"]) < OUTPUT
    names = [key.removeprefix("r1grad/") for key in values if key.startswith("r1grad/")]
    assert len(names) >= 7
    for parameter in names:
        found = network.get_parameter(parameter).grad
        assert found is not None
        assert off_norm(found[:8], values[f"r1grad/{parameter}"]) < GRADIENT, parameter


def test_path_length_to_the_second_order() -> None:
    values, weights = arrays("G32_grads"), arrays("G32")
    generator = Generator(
        GeneratorConfig(z_dim=64, w_dim=64, resolution=32, channel_base=1024, channel_max=64)
    ).eval()
    generator.load_state_dict(state(weights))
    ws = generator.mapping(weights["z"][:2])
    lengths = path_lengths(generator.synthesis(ws, "const"), ws, values["pl_noise"])
    assert off(lengths, values["pl_lengths"]) < OUTPUT
    terms, average = path_length_terms(lengths, lengths.mean(), values["pl_mean_before"], weight=2.0)
    loss = terms["g_path"] * 4
    torch.autograd.backward(loss)
    assert off(average, values["pl_mean_after"]) < OUTPUT
    assert off(loss, values["pl_loss"]) < OUTPUT
    names = [key.removeprefix("plgrad/") for key in values if key.startswith("plgrad/")]
    assert len(names) == 10
    for name in names:
        assert off_norm(generator.get_parameter(name).grad, values[f"plgrad/{name}"]) < GRADIENT, name


def test_adversarial_terms_are_the_logarithms_they_stand_for() -> None:
    real, fake = torch.tensor([[2.0], [-1.0]]), torch.tensor([[0.5], [-3.0]])
    terms = discriminator_terms(real, fake)
    torch.testing.assert_close(terms["d_real"], -F.logsigmoid(real).mean())
    torch.testing.assert_close(terms["d_fake"], -(1 - fake.sigmoid()).log().mean())
    torch.testing.assert_close(generator_terms(fake)["g_fake"], -F.logsigmoid(fake).mean())


def test_relativistic_terms_compare_the_two_of_each_pair() -> None:
    """RpGAN (arXiv 2501.05441, section 2): what both gain by together is nothing."""
    real, fake = torch.tensor([[2.0], [-1.0]]), torch.tensor([[0.5], [-3.0]])
    apart = torch.tensor([1.5, 2.0])
    torch.testing.assert_close(paired_discriminator_terms(real, fake)["d_pair"], -F.logsigmoid(apart).mean())
    torch.testing.assert_close(paired_generator_terms(real, fake)["g_pair"], -F.logsigmoid(-apart).mean())
    torch.testing.assert_close(paired_generator_terms(real + 7, fake + 7), paired_generator_terms(real, fake))


def test_r1_of_a_linear_judge_is_its_slope() -> None:
    slope = torch.randn(3, 4, 4)
    images = torch.randn(5, 3, 4, 4, requires_grad=True)
    logits: Tensor = (images * slope).sum(dim=(1, 2, 3))[:, None]
    torch.testing.assert_close(gradient_penalty(logits, images), slope.square().sum().expand(5))
    for terms, name in ((r1_terms, "d_r1"), (r2_terms, "d_r2")):
        torch.testing.assert_close(terms(logits, images, 4.0)[name], 2 * slope.square().sum())

"""The encoder's family: sizes, forward, backward, save, load."""

import json

import pytest
import torch
from safetensors.torch import load, save

from inference.networks.encoder.config import EncoderConfig
from inference.networks.encoder.encoder import Encoder
from inference.networks.registry import build_encoder

TINY = EncoderConfig(32, 8, 16, widths=(8, 12, 16), blocks=(1, 1, 2), pyramid=8, summary=4)


def _trained(config: EncoderConfig) -> Encoder:
    """As if trained: every weight takes part."""
    encoder = Encoder(config)
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        encoder.mean.normal_()
        encoder.basis.normal_()
    return encoder


def test_round_trip() -> None:
    torch.manual_seed(0)
    encoder = _trained(TINY)
    images = torch.rand(3, 3, 32, 32) * 2 - 1
    codes = encoder(images)
    assert codes.shape == (3, 8, 16)
    assert torch.allclose(codes, encoder.mean + encoder.places(images) @ encoder.basis)
    codes.square().sum().backward()
    unused = [n for n, p in encoder.named_parameters() if p.grad is None or not p.grad.abs().any()]
    assert unused == []
    again = build_encoder(json.loads(json.dumps(TINY.to_dict())))
    again.load_state_dict(load(save(encoder.state_dict())))
    assert again.config == TINY
    assert torch.equal(again(images), codes)


def test_no_picture_sees_another() -> None:
    torch.manual_seed(1)
    encoder = _trained(TINY)
    images = torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        alone = torch.cat([encoder(image[None]) for image in images])
        assert torch.allclose(encoder(images), alone, atol=1e-4)
        assert not torch.allclose(alone[0], alone[1], atol=1e-3)


def test_an_untrained_one_answers_the_mean() -> None:
    encoder = Encoder(TINY)
    encoder.mean.normal_()
    assert torch.equal(encoder(torch.rand(1, 3, 32, 32))[0], encoder.mean.expand(8, 16))


@pytest.mark.parametrize(
    ("resolution", "widest", "w_dim", "num_ws", "megabytes"),
    [
        (16, 64, 128, 6, 5),
        (32, 64, 128, 8, 5),
        (64, 64, 128, 10, 5),
        (128, 256, 256, 12, 12),
        (256, 512, 512, 14, 12),
    ],
)
def test_it_is_as_large_as_its_generator_deserves(
    resolution: int, widest: int, w_dim: int, num_ws: int, megabytes: float
) -> None:
    config = EncoderConfig.of(resolution, num_ws, w_dim, widest)
    assert sum(config.groups) == num_ws
    encoder = Encoder(config)
    assert encoder(torch.zeros(1, 3, resolution, resolution)).shape == (1, num_ws, w_dim)
    size = 2 * sum(p.numel() for p in encoder.parameters()) / 1e6
    assert 0.5 * megabytes < size <= megabytes


@pytest.mark.parametrize(
    "changes", [{"blocks": [1, 1]}, {"widths": [8, 8], "blocks": [1, 1]}, {"resolution": 24}, {"nose": 1}]
)
def test_wrong_configurations_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"encoder|nose"):
        build_encoder(TINY.to_dict() | changes)

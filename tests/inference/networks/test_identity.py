import pytest
import torch

from inference.networks.identity import Identity, IdentityConfig
from inference.networks.registry import build_identity

TINY = {"resolution": 32, "size": 16, "widths": [8, 16], "squeezed": 8, "dim": 8}


def test_pictures_become_points_on_a_sphere_each_by_itself() -> None:
    torch.manual_seed(0)
    network = build_identity(TINY)
    images = torch.rand(3, 3, 32, 32) * 2 - 1
    found = network(images)
    assert found.shape == (3, 8)
    assert torch.allclose(found.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.allclose(network(images[1:2]), found[1:2], atol=1e-5), "nobody else in the batch matters"


def test_pictures_of_a_multiple_of_its_size_are_shrunk_first() -> None:
    torch.manual_seed(1)
    network = build_identity(TINY)
    small = torch.rand(1, 3, 16, 16)
    tiny = build_identity(TINY | {"resolution": 16})
    tiny.load_state_dict(network.state_dict())
    assert torch.allclose(
        network(small.repeat_interleave(2, 2).repeat_interleave(2, 3)), tiny(small), atol=1e-5
    )


def test_a_gradient_reaches_the_pictures() -> None:
    images = torch.rand(2, 3, 32, 32, requires_grad=True)
    (gradient,) = torch.autograd.grad(build_identity(TINY)(images)[:, 0].sum(), images)
    assert gradient.abs().sum() > 0


def test_a_configuration_goes_through_json_and_back() -> None:
    config = IdentityConfig.from_dict(TINY)
    assert IdentityConfig.from_dict(config.to_dict()) == config
    assert Identity(IdentityConfig()).config.resolution == 64


def test_it_is_small() -> None:
    assert sum(p.numel() for p in Identity(IdentityConfig()).parameters()) * 2 < 1.5e6, "bytes in float16"


@pytest.mark.parametrize(
    "changes", [{"size": 32}, {"resolution": 24}, {"widths": [8, 12]}, {"resolution": 8}, {"depth": 3}]
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises((ValueError, TypeError)):
        build_identity(TINY | changes)

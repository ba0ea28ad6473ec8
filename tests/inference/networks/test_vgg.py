from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from inference.errors import BadRequest
from inference.networks.vgg import Lpips, read_lpips

# Of torchvision's vgg16: where each convolution stands in `features`, and its channels.
VGG = {0: (3, 64), 2: (64, 64), 5: (64, 128), 7: (128, 128), 10: (128, 256), 12: (256, 256), 14: (256, 256)}
VGG |= {17: (256, 512), 19: (512, 512), 21: (512, 512), 24: (512, 512), 26: (512, 512), 28: (512, 512)}
LINS = (64, 128, 256, 512, 512)


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    """Names and shapes as published, made-up numbers; half precision keeps the file small."""
    torch.manual_seed(0)
    state: dict[str, Tensor] = {}
    for place, (narrow, wide) in VGG.items():
        state[f"features.{place}.weight"] = (torch.randn(wide, narrow, 3, 3) * (2 / 9 / narrow) ** 0.5).half()
        state[f"features.{place}.bias"] = torch.zeros(wide).half()
    for level, wide in enumerate(LINS):
        state[f"lin{level}.model.1.weight"] = torch.rand(1, wide, 1, 1).half()
    return state


@pytest.fixture(scope="module")
def network(weights: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Lpips:
    path = tmp_path_factory.mktemp("lpips") / "lpips.safetensors"
    save_file(weights, path)
    return read_lpips(path)


def test_equal_pictures_are_no_distance_apart_and_noise_is_further_the_more_it_is(network: Lpips) -> None:
    torch.manual_seed(1)
    a, noise = torch.rand(2, 3, 32, 32) * 2 - 1, torch.randn(2, 3, 32, 32)
    near, far = network(a, a + 0.05 * noise), network(a, a + 0.5 * noise)
    assert network(a, a).tolist() == [0, 0]
    assert near.shape == (2,)
    assert (near > 0).all() and (near < far).all()


def test_the_distance_is_the_papers(network: Lpips, weights: dict[str, Tensor]) -> None:
    """Equation 1, written out by another hand: sequential VGG16, then normalise, square, weigh, average."""
    torch.manual_seed(2)
    images = torch.rand(2, 3, 16, 16) * 2 - 1
    x = (images - torch.tensor([-0.030, -0.088, -0.188])[:, None, None]) / torch.tensor(
        [0.458, 0.448, 0.450]
    )[:, None, None]
    wanted = torch.zeros(())
    ends = {2: 0, 7: 1, 14: 2, 21: 3, 28: 4}
    for place in VGG:
        if place - 3 in ends:
            x = torch.nn.functional.max_pool2d(x, 2)
        kernel, bias = (weights[f"features.{place}.{name}"].float() for name in ("weight", "bias"))
        x = torch.relu(torch.nn.functional.conv2d(x, kernel, bias, padding=1))
        if place in ends:
            unit = torch.nn.functional.normalize(x, dim=1)
            weight = weights[f"lin{ends[place]}.model.1.weight"].float()[0]
            wanted = wanted + ((unit[0] - unit[1]).square() * weight).sum(dim=0).mean()
    assert network(images[:1], images[1:]).item() == pytest.approx(wanted.item(), rel=1e-4)


def test_a_gradient_reaches_the_picture(network: Lpips) -> None:
    torch.manual_seed(3)
    a = torch.rand(1, 3, 16, 16, requires_grad=True)
    network(a, torch.rand(1, 3, 16, 16)).sum().backward()
    assert a.grad is not None
    assert torch.isfinite(a.grad).all() and a.grad.abs().sum() > 0


def test_the_authors_own_names_are_read_from_a_checkpoint(
    weights: dict[str, Tensor], network: Lpips, tmp_path: Path
) -> None:
    slices = {0: 1, 2: 1, 5: 2, 7: 2, 10: 3, 12: 3, 14: 3, 17: 4, 19: 4, 21: 4, 24: 5, 26: 5, 28: 5}
    named = {f"lins.0.model.1.{name}": torch.zeros(1) for name in ("weight", "bias")}  # what else is in there
    for name, value in weights.items():
        place = name.split(".")[1]
        own = f"net.slice{slices[int(place)]}." if name.startswith("features") else ""
        named[name.replace("features.", own)] = value
    torch.save(named, tmp_path / "lpips.pt")
    read = read_lpips(tmp_path / "lpips.pt").state_dict()
    assert all(torch.equal(value, read[name]) for name, value in network.state_dict().items())


class _Spy:
    """Unpickled by a careless reader, it would run."""

    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a weights file ran code",))


def test_what_does_not_fit_is_refused_with_a_sentence(weights: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "bad.pt"
    for state, said in (
        (
            {name: value for name, value in weights.items() if name != "features.17.bias"},
            "lacks features.17.bias",
        ),
        (weights | {"lin2.model.1.weight": torch.ones(1, 255, 1, 1)}, "lin2.model.1.weight is"),
        (weights | {"features.0.bias": torch.full((64,), torch.nan)}, "not finite"),
        ([1, 2], "no table"),
        (_Spy(), "cannot be read"),
    ):
        torch.save(state, path)
        with pytest.raises(BadRequest, match=said):
            read_lpips(path)
    path.write_bytes(b"no weights")
    with pytest.raises(BadRequest, match="cannot be read"):
        read_lpips(path)
    with pytest.raises(BadRequest, match="cannot be read"):
        read_lpips(tmp_path / "nowhere.safetensors")

"""The network of FID, and what its file must hold."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inference.errors import BadRequest
from inference.networks.inception import Inception, read_inception


def made_up(path: Path, *, without: str = "", **changed: torch.Tensor) -> Path:
    """A file of the real names and shapes that is small: each tensor is one number, stretched."""
    torch.manual_seed(0)
    state = {
        name: torch.rand(1).mul(0.02).expand(value.shape)
        for name, value in Inception().state_dict().items()
        if not name.endswith("tracked")
    }
    state |= {"fc.weight": torch.zeros(1).expand(1008, 2048)} | changed
    state.pop(without, None)
    torch.save(state, path)
    return path


def test_it_is_inception_v3() -> None:
    """21,785,568 numbers without the classifier, as published implementations have (Keras: and no gain)."""
    network = Inception().eval()
    assert sum(p.numel() for p in network.parameters()) == 21_785_568
    names = set(network.state_dict())
    for name in (
        "Conv2d_1a_3x3.conv.weight",
        "Mixed_5b.branch3x3dbl_3.bn.running_var",
        "Mixed_6b.branch7x7dbl_5.conv.weight",
        "Mixed_7a.branch7x7x3_4.bn.bias",
        "Mixed_7c.branch3x3dbl_3b.conv.weight",
        "Mixed_7b.branch3x3_2a.conv.weight",
        "Mixed_7b.branch_pool.bn.weight",
    ):
        assert name in names
    with torch.no_grad():
        found = network(torch.rand(2, 3, 64, 64))
    assert found.shape == (2, 2048) and not torch.equal(found[0], found[1])


def test_a_file_is_read_by_its_names(tmp_path: Path) -> None:
    path = made_up(tmp_path / "inception.pth")
    assert path.stat().st_size < 2**20
    network = read_inception(path)
    state = torch.load(path, weights_only=True)
    assert torch.equal(network.Mixed_6b.branch7x7_2.conv.weight, state["Mixed_6b.branch7x7_2.conv.weight"])
    assert not any(p.requires_grad for p in network.parameters()) and not network.training


def test_a_wrong_file_is_a_sentence(tmp_path: Path) -> None:
    lacks = made_up(tmp_path / "a.pth", without="Mixed_7c.branch1x1.conv.weight")
    with pytest.raises(BadRequest, match=r"lacks Mixed_7c\.branch1x1\.conv\.weight.*not Inception"):
        read_inception(lacks)
    with pytest.raises(BadRequest, match="not finite"):
        read_inception(made_up(tmp_path / "b.pth", **{"Conv2d_1a_3x3.bn.bias": torch.full((32,), torch.nan)}))
    with pytest.raises(BadRequest, match=r"is \(3,\), not \(32,\)"):
        read_inception(made_up(tmp_path / "c.pth", **{"Conv2d_1a_3x3.bn.bias": torch.zeros(3)}))
    save_file({"x": torch.zeros(1)}, tmp_path / "d.safetensors")
    with pytest.raises(BadRequest, match="lacks"):
        read_inception(tmp_path / "d.safetensors")
    (tmp_path / "e.pth").write_bytes(lacks.read_bytes()[:5000])
    with pytest.raises(BadRequest, match="cannot be read"):
        read_inception(tmp_path / "e.pth")

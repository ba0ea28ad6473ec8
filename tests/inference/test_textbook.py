import torch

from inference.commands import textbook
from inference.networks.registry import build_generator
from tests.inference.packs import tiny


def test_it_draws_the_same_picture() -> None:
    torch.manual_seed(0)
    network = build_generator(tiny.GENERATOR | {"conv_clamp": 2.0}).eval().synthesis
    with torch.no_grad():
        for name, value in network.named_parameters():
            if name.endswith(("noise_strength", "bias")):
                value.normal_()
        ws = torch.randn(3, network.num_ws, network.config.w_dim)
        ours = network(ws, noise="const", force_fp32=True)
        assert textbook.apart(ours, textbook.synthesise(network, ws)) < 1e-5
        assert textbook.apart(ours, textbook.synthesise(network, ws.flip(0))) > 0.1

from collections.abc import Callable

import pytest
from torch import Tensor

from inference.networks.stylegan2.config import GeneratorConfig
from inference.networks.stylegan2.generator import Generator
from tests.golden.vectors import arrays, state

SMALL = GeneratorConfig(z_dim=64, w_dim=64, resolution=32, channel_base=1024, channel_max=64)


@pytest.fixture(scope="session")
def g32() -> dict[str, Tensor]:
    return arrays("G32")


@pytest.fixture
def small(g32: dict[str, Tensor]) -> Callable[[GeneratorConfig], Generator]:
    def build(config: GeneratorConfig = SMALL) -> Generator:
        generator = Generator(config).eval()
        generator.load_state_dict(state(g32))
        return generator

    return build

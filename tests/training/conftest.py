from pathlib import Path

import pytest

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from tests.training.pictures import write_archive
from training.config import AdaSettings, GanConfig
from training.datasets.faces import FaceSet, FaceSource, load_faces


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> FaceSource:
    return write_archive(tmp_path_factory.mktemp("faces"))


@pytest.fixture(scope="session")
def faces(source: FaceSource) -> FaceSet:
    return load_faces(source, 32)


@pytest.fixture
def config() -> GanConfig:
    """Every phase and every random choice within eight iterations."""
    return GanConfig(
        generator=GeneratorConfig(
            z_dim=8, c_dim=2, w_dim=8, resolution=32, mapping_layers=2, channel_base=128, channel_max=8
        ),
        discriminator=DiscriminatorConfig(c_dim=2, resolution=32, channel_base=128, channel_max=8),
        batch=4,
        r1_gamma=0.1,
        r1_interval=4,
        path_weight=2.0,
        path_interval=4,
        style_mixing=0.5,
        ema_kimg=0.05,
        augment="bgc",
        augment_p=0.3,
        ada=AdaSettings(kimg=1.0),
        precision="bfloat16",
        low_from=32,
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run"

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from inference.engine.engine import Engine, ProjectionSettings
from inference.packs.loader import LoadedPack, load
from tests.inference.packs import tiny


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny networks lose time to a second thread; on a busy machine ten times as much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> LoadedPack:
    folder: Path = tmp_path_factory.mktemp("packs") / "tiny"
    return load(tiny.write(folder))


@pytest.fixture(scope="session")
def engine(pack: LoadedPack) -> Engine:
    return Engine(pack, projection=ProjectionSettings(bank=8))

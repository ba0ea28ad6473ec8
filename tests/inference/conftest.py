from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
import torch

from inference.packs.loader import LoadedPack, load
from tests.inference import rig as rigs
from tests.inference.packs import tiny
from tests.inference.rig import Paced, Rig


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """As the commands have them: structlog's own tracebacks print the values of variables, which takes seconds."""
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, console])


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("served") / "tiny")


@pytest.fixture(scope="session")
def tiny_pack(tiny_folder: Path) -> LoadedPack:
    return load(tiny_folder)


@pytest.fixture(scope="session")
def quick(tiny_pack: LoadedPack) -> Paced:
    """Projects in 12 steps, some tenths of a second."""
    return Paced(tiny_pack, 12)


@pytest.fixture(scope="session")
def long(tiny_pack: LoadedPack) -> Paced:
    """Projects for longer than any test waits."""
    return Paced(tiny_pack, 100_000)


@pytest.fixture(scope="session")
def photo() -> bytes:
    return rigs.selfie()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Torch works in this thread as it does in the worker's: bits depend on the number."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest_asyncio.fixture
async def rig(quick: Paced) -> AsyncIterator[Rig]:
    async with rigs.serving(quick) as running:
        yield running


@pytest_asyncio.fixture
async def busy(long: Paced) -> AsyncIterator[Rig]:
    """A server whose jobs do not end by themselves; one may wait."""
    async with rigs.serving(long, queue=1, orphan_seconds=60) as running:
        yield running

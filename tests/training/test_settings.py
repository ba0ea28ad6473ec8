from collections.abc import Mapping

import pytest

from inference.settings import load
from training import settings
from training.errors import SettingError
from training.loops.machine import machine
from training.settings import cache


@pytest.mark.parametrize(
    "env", [{}, {"XDG_CACHE_HOME": "/x"}, {"XDG_CACHE_HOME": "/x", "TYPEFACE_CACHE": "/y"}]
)
def test_kernels_that_a_server_compiled_serve_a_training(env: Mapping[str, str]) -> None:
    assert cache(env) == load(env).cache


def test_what_runs_in_one_process_is_not_run_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ranks", lambda: (1, 2, 1))
    with pytest.raises(SettingError, match="runs in one process, and torchrun began 2"), machine("cpu"):
        pass

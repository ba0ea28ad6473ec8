from collections.abc import Mapping

import pytest

from inference.settings import load
from training.settings import cache


@pytest.mark.parametrize(
    "env", [{}, {"XDG_CACHE_HOME": "/x"}, {"XDG_CACHE_HOME": "/x", "TYPEFACE_CACHE": "/y"}]
)
def test_kernels_that_a_server_compiled_serve_a_training(env: Mapping[str, str]) -> None:
    assert cache(env) == load(env).cache

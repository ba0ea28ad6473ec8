from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import pytest

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.budget import Limits
from bot.adapters.telegram.desk import Paces
from bot.core.ports import Handler
from bot.core.turns import Rate
from bot.settings import TelegramSettings
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

NO_LIMITS = Limits(*[Rate(10**6, 1)] * 3)


class Launch(Protocol):
    def __call__(
        self,
        service: Handler,
        *,
        pace: float = 0.05,
        grace: float = 1.0,
        limits: Limits = NO_LIMITS,
        **settings: Any,
    ) -> AbstractAsyncContextManager[TelegramAdapter]: ...


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram(rates={}) as server:
        yield server


@pytest.fixture
def ann(telegram: Telegram) -> Someone:
    return telegram.person("Ann")


@pytest.fixture
def launch(telegram: Telegram) -> Launch:
    """Run an adapter against the double."""

    @asynccontextmanager
    async def run(
        service: Handler,
        *,
        pace: float = 0.05,
        grace: float = 1.0,
        limits: Limits = NO_LIMITS,
        **settings: Any,
    ) -> AsyncIterator[TelegramAdapter]:
        ours: dict[str, Any] = {"api_base": telegram.api_base, "file_base": telegram.file_base, **settings}
        token = ours.pop("token", telegram.token)
        adapter = TelegramAdapter(
            service,
            TelegramSettings(token, **ours),
            paces=Paces(pace, pace),
            limits=limits,
            grace=grace,
        )
        try:
            await adapter.start()
            yield adapter
        finally:
            await adapter.stop()

    return run

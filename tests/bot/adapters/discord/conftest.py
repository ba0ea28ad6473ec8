from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord.adapter import DiscordAdapter
from bot.core.ports import Handler
from bot.settings import DiscordSettings
from tests.doubles.discord.rates import Rates
from tests.doubles.discord.server import DiscordDouble


class Launch(Protocol):
    def __call__(
        self, service: Handler, *, edit_seconds: float = 0.0, grace: float = 1.0
    ) -> AbstractAsyncContextManager[DiscordAdapter]: ...


@pytest.fixture(autouse=True)
def _endpoints(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The adapter points the library at its endpoints; put the real ones back."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    yield


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble(rates=Rates(())) as server:
        yield server


@pytest.fixture
def settings(double: DiscordDouble) -> DiscordSettings:
    return DiscordSettings(double.token, double.api_base, double.gateway_url)


@pytest.fixture
def launch(settings: DiscordSettings) -> Launch:
    """Run an adapter against the double."""

    @asynccontextmanager
    async def run(
        service: Handler, *, edit_seconds: float = 0.0, grace: float = 1.0
    ) -> AsyncIterator[DiscordAdapter]:
        adapter = DiscordAdapter(service, settings, edit_seconds=edit_seconds, grace=grace)
        await adapter.start()
        try:
            yield adapter
        finally:
            await adapter.stop()

    return run

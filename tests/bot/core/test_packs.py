from bot.core.packs import PackView
from inference.wire import DirectionInfo
from tests.bot.core.fakes import PACK, FakeClock, FakeFaces


async def test_named_directions_come_first_then_the_packs_own_then_numbers() -> None:
    names = ["sefa-1", "own-name", "ei", "age", "smile"]
    faces, clock = FakeFaces(), FakeClock()
    found = [DirectionInfo(name=name, low=-1.26, high=2.04, how="") for name in names]

    async def packs() -> list[object]:
        return [PACK.model_copy(update={"directions": found})]

    faces.packs = packs  # type: ignore[method-assign,assignment]
    pack = await PackView(faces, clock).look()
    assert [one.name for one in pack.directions] == ["smile", "age", "ei", "own-name", "sefa-1"]
    assert (pack.directions[0].low, pack.directions[0].high) == (-12, 20), "never beyond the pack's range"

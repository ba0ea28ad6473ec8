import io
import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from inference.errors import InternalError, UnknownLabel
from inference.images import synthetic
from inference.packs.loader import LoadedPack
from inference.server import renders
from inference.wire import LabelFace, Picture, SeedFace
from tests.inference.rig import Paced, Rig, serving

AVERAGE = {"face": {"kind": "label", "label": "ENFP", "gender": "female"}}


async def post(rig: Rig, body: Any, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with rig.http.post(f"{rig.url}/v1/render", data=io.BytesIO(data), headers=headers) as answer:
        return answer.status, answer.headers, await answer.read()


@pytest.mark.parametrize(("format", "known"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
async def test_a_picture_comes_in_the_asked_format_and_size(rig: Rig, format: Any, known: str) -> None:
    data = await rig.client.render(SeedFace(seed=5), size=200, format=format)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == (known, (200, 200))
    assert synthetic(data)


async def test_averages_may_be_kept(rig: Rig) -> None:
    status, headers, data = await post(rig, AVERAGE)
    assert (status, headers["Content-Type"]) == (200, "image/webp")
    assert "max-age" in headers["Cache-Control"]
    again, _, same = await post(rig, AVERAGE)
    assert (again, same) == (200, data)
    status, _, nothing = await post(rig, AVERAGE, **{"If-None-Match": headers["ETag"]})
    assert (status, nothing) == (304, b"")
    _, other, _ = await post(rig, {**AVERAGE, "size": 256})
    assert other["ETag"] != headers["ETag"]


async def test_a_large_average_may_be_kept_too(rig: Rig) -> None:
    large = {"picture": {"kind": "upscale", "picture": {"kind": "face", **AVERAGE}}}
    status, headers, data = await post(rig, large)
    assert status == 200 and Image.open(io.BytesIO(data)).size == (512, 512)
    _, other, _ = await post(rig, AVERAGE)
    assert {"ETag", "Cache-Control"} <= headers.keys() and other["ETag"] != headers["ETag"]


async def test_what_is_upscaled_is_a_face(rig: Rig) -> None:
    nested = {"kind": "upscale", "picture": {"kind": "upscale", "picture": {"kind": "face", **AVERAGE}}}
    status, _, data = await post(rig, {"picture": nested})
    assert (status, json.loads(data)["code"]) == (400, "bad_request")


def test_averages_are_kept_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One large picture counts for many small ones."""
    monkeypatch.setattr(renders, "_KEPT_BYTES", 10)
    kept = renders.Renders(Mock())
    for tag in "abc":
        kept._keep(tag, b"1234")
    assert list(kept._averages) == ["b", "c"]
    kept._keep("c", b"123456")
    assert list(kept._averages) == ["b", "c"], "what two have drawn at once counts once"
    kept._keep("d", b"1")
    assert list(kept._averages) == ["c", "d"]


async def test_people_are_not_kept(rig: Rig) -> None:
    _, headers, _ = await post(rig, {"face": {"kind": "seed", "seed": 1}})
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers


def nested(deep: int) -> dict[str, Any]:
    face: dict[str, Any] = {"kind": "seed", "seed": 1}
    for _ in range(deep):
        face = {"kind": "mix", "a": face, "b": {"kind": "seed", "seed": 2}}
    return {"face": face}


def wide(levels: int) -> dict[str, Any]:
    """A full binary tree of 2 ** (levels + 1) - 1 faces."""
    face: dict[str, Any] = {"kind": "seed", "seed": 1}
    for _ in range(levels):
        face = {"kind": "mix", "a": face, "b": face}
    return {"face": face}


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        (b"", 400, "bad_request", "body"),
        (b"{", 400, "bad_request", "body"),
        (b"\xff\xfe", 400, "bad_request", "body"),
        ({}, 400, "bad_request", "one of face or picture"),
        ({**AVERAGE, "colour": "SECRET"}, 400, "bad_request", "colour: Extra inputs"),
        ({**AVERAGE, "size": 5000}, 400, "bad_request", "size: Input should be less"),
        ({**AVERAGE, "format": "bmp"}, 400, "bad_request", "format"),
        ({"face": {"kind": "seed", "seed": -1}}, 400, "bad_request", "seed"),
        (b'{"face": {"kind": "seed", "seed": 1, "psi": NaN}}', 400, "bad_request", "psi"),
        (nested(15), 200, "", ""),
        (nested(16), 400, "bad_request", "16 deep"),
        (wide(7), 200, "", ""),
        (wide(8), 400, "bad_request", "256 parts"),
        (b'{"face": ' + b'{"kind": "edit", "face": ' * 5000, 400, "bad_request", "recursion"),
        ({"face": {"kind": "label", "label": "ABCD"}}, 404, "unknown_label", ""),
        ({"face": {"kind": "label", "label": "ENFP", "look": 9}}, 404, "unknown_look", ""),
        ({**AVERAGE, "pack": "other"}, 404, "unknown_pack", ""),
        (
            {"face": {"kind": "edit", "face": {"kind": "seed", "seed": 1}, "direction": "up", "amount": 1}},
            404,
            "unknown_direction",
            "",
        ),
        ({"face": {"kind": "latent", "data": "AAAA"}}, 400, "bad_latent", ""),
        (b" " * (2 * 1024 * 1024 + 1), 413, "too_large", "The body has more bytes"),
    ],
)
async def test_bad_requests(rig: Rig, body: Any, status: int, code: str, says: str) -> None:
    found, headers, data = await post(rig, body)
    assert found == status, data
    if code:
        assert headers["Content-Type"].startswith("application/problem+json")
        problem = json.loads(data)
        assert problem["code"] == code
        assert problem["status"] == status
        assert says in problem["detail"]
        assert "SECRET" not in problem["detail"], "values that were sent are not repeated"


class Broken(Paced):
    fails = False

    def pictures(self, pictures: Sequence[Picture]) -> Any:
        if self.fails:
            raise RuntimeError("secret detail")
        return super().pictures(pictures)


async def test_our_own_bugs_are_told_without_their_detail(tiny_pack: LoadedPack) -> None:
    engine = Broken(tiny_pack, 12)
    async with serving(engine) as rig:
        engine.fails = True
        with pytest.raises(InternalError) as caught:
            await rig.client.render(SeedFace(seed=1))
        assert "secret" not in caught.value.detail
        engine.fails = False
        assert await rig.client.render(SeedFace(seed=1))
        with pytest.raises(UnknownLabel):
            await rig.client.render(LabelFace(label="XXXX"))


class Slow(Paced):
    def pictures(self, pictures: Sequence[Picture]) -> Any:
        assert self.gate.wait(20)
        return super().pictures(pictures)


async def test_ready_means_warm(tiny_pack: LoadedPack) -> None:
    engine = Slow(tiny_pack, 12)
    engine.gate = threading.Event()
    try:
        async with serving(engine, warm=False) as rig:
            assert await rig.get("/healthz") == (200, {"status": "alive"})
            assert await rig.get("/readyz") == (503, {"status": "warming up"})
            assert not await rig.client.ready()
            engine.gate.set()
            assert rig.worker.wait(20)
            assert await rig.get("/readyz") == (200, {"status": "ready"})
            assert await rig.client.ready()
    finally:
        engine.gate.set()


async def test_a_pack_that_does_not_run_is_never_ready(tiny_pack: LoadedPack) -> None:
    engine = Broken(tiny_pack, 12)
    engine.fails = True
    async with serving(engine, warm=False) as rig:
        assert not rig.worker.wait(20)
        assert await rig.get("/readyz") == (503, {"status": "broken", "code": "internal"})

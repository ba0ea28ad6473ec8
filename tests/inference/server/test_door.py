"""What comes to the door: uploads that are too large, too slow or cut off, strangers, and wrong routes."""

import asyncio
import json
import resource
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from inference.client import Client
from inference.errors import Busy, Stopping, TooLarge, Unauthorized
from inference.scheduler.estimate import Pace
from inference.server import app as server
from inference.server import listen
from inference.server.jobs import JOBS
from inference.server.photos import PHOTOS
from inference.server.ports import GATE, SETTINGS
from inference.settings import Settings, SettingsError, load, loopback
from inference.wire import SeedFace
from tests.inference.rig import Paced, Rig, collect, serving, until


async def raw(rig: Rig, head: str, *chunks: bytes, pause: float = 0, hang_up: bool = False) -> bytes:
    """Send bytes to the server as they are; what it answers."""
    parts = urlsplit(rig.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(head.replace("\n", "\r\n").encode())
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)
        if hang_up:
            return b""
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        return answer + await asyncio.wait_for(reader.readuntil(b"}"), 10)
    finally:
        writer.close()


def head(length: int, kind: str = "multipart/form-data; boundary=b") -> str:
    start = "POST /v1/jobs HTTP/1.1\nHost: x\nConnection: close\n"
    return f"{start}Content-Type: {kind}\nContent-Length: {length}\n\n"


def problem(answer: bytes) -> Any:
    top, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in top, answer
    return json.loads(body)


JOB = b'--b\r\nContent-Disposition: form-data; name="job"\r\n\r\n{"kind": "project", "owner": "me"}\r\n'
END = b"x\r\n--b--\r\n"
IMAGE = b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
MORPH = b'{"kind": "morph", "faces": [{"kind": "seed", "seed": 1}, {"kind": "seed", "seed": 2}]'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "cut off"),
        (b"nothing of the kind", "cut off"),
        (JOB, "cut off"),
        (JOB + IMAGE + b"half", "cut off"),
        (JOB + b"--b--\r\n", "no part named image"),
        (IMAGE + b"x\r\n--b--\r\n", "no part named job"),
        (JOB + JOB + IMAGE + END, "besides one job and up to 5 image"),
        (JOB.replace(b"owner", b"ovner") + IMAGE + END, "project.owner: Field required"),
        (JOB.replace(b"job", b"jobs") + IMAGE + END, "besides one job and up to 5 image"),
        (JOB + IMAGE + b"x\r\n" + (IMAGE + b"x\r\n") * 5 + b"--b--\r\n", "besides one job and up to 5 image"),
        (JOB.replace(b"}", b', "box": [1, 2, 3, 4]}') + IMAGE + b"x\r\n" + IMAGE + END, "A box chooses"),
        (JOB.replace(b"project", b"dance") + IMAGE + END, "The kind is one of 'project', 'morph'"),
        (JOB.replace(b'{"kind": "project"', MORPH) + IMAGE + END, "A morph takes no photo"),
        (JOB.replace(b'"kind": "project", ', b"") + IMAGE + END, "Say of which kind"),
        (JOB.replace(b"}", b', "box": [30, 2, 3, 4]}') + IMAGE + END, "box: a box is left, top"),
        (JOB.replace(b"}", b', "box": [1, 2, 3, 1e30]}') + IMAGE + END, "box"),
        (JOB.replace(b"}", b" " * 70_000 + b"}") + IMAGE + END, "job part has more than"),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n", "besides"),
    ],
)
async def test_malformed_forms(rig: Rig, body: bytes, says: str) -> None:
    answer = problem(await raw(rig, head(len(body)), body))
    assert (answer["status"], answer["code"]) == (400, "bad_request")
    assert says in answer["detail"]


async def test_another_content_type(rig: Rig) -> None:
    answer = problem(await raw(rig, head(2, "text/plain"), b"{}"))
    assert "multipart/form-data" in answer["detail"]
    projection = b'{"kind": "project", "owner": "me"}'
    answer = problem(await raw(rig, head(len(projection), "application/json"), projection))
    assert "multipart/form-data" in answer["detail"]


async def test_a_client_that_hangs_up_leaves_its_place(rig: Rig, photo: bytes) -> None:
    body = JOB + IMAGE + photo
    for _ in range(12):
        await raw(rig, head(len(body) + 50), body, hang_up=True)
    await until(lambda: rig.app[PHOTOS]._coming == 0)
    assert rig.app[PHOTOS]._places._value == rig.app[SETTINGS].uploads
    await collect(rig.client, photo)


async def test_promises_do_not_reach_for_ever(busy: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.server.photos._PROMISES", 3)
    busy.worker._mailbox._scheduler.pace = Pace(tick_seconds=0.1, steps=50)
    waits = [busy.app[PHOTOS]._busy().retry_after for _ in range(8)]
    assert waits[0] < waits[1] < waits[2] < waits[3]
    assert set(waits[3:]) == {waits[3]}


async def test_a_promise_is_a_minute_at_most(busy: Rig) -> None:
    busy.worker._mailbox._scheduler.pace = Pace(tick_seconds=1, steps=50)
    assert [busy.app[PHOTOS]._busy().retry_after for _ in range(4)] == [1, 50, 60, 60]


async def test_who_sends_nothing_takes_nobodys_place(quick: Paced, photo: bytes) -> None:
    async with serving(quick, uploads=2, queue=4, stall_seconds=0.7) as rig:
        idle = [asyncio.create_task(raw(rig, head(5000))) for _ in range(20)]
        await asyncio.sleep(0.3)
        assert rig.app[PHOTOS]._coming == 0
        await collect(rig.client, photo)
        for answer in await asyncio.gather(*idle):
            assert "stalled" in problem(answer)["detail"]


async def test_a_stalled_upload_gives_its_place_back(quick: Paced, photo: bytes) -> None:
    async with serving(quick, uploads=2, stall_seconds=0.5) as rig:
        stalled = [asyncio.create_task(raw(rig, head(5000), JOB + IMAGE + b"some")) for _ in range(2)]
        await until(lambda: rig.app[PHOTOS]._coming == 2)
        await asyncio.wait_for(collect(rig.client, photo), 5)
        for answer in await asyncio.gather(*stalled):
            found = problem(answer)
            assert (found["code"], "stalled" in found["detail"]) == ("bad_request", True)


async def test_a_files_name_is_told_to_nobody(quick: Paced, recwarn: pytest.WarningsRecorder) -> None:
    named = IMAGE.replace(b'filename="x"', b"filename*=UTF-8''SECRET%ff")
    body = JOB + named + END
    async with serving(quick) as rig:
        assert problem(await raw(rig, head(len(body)), body))["code"] == "bad_image"
    assert not [str(warning.message) for warning in recwarn]


async def test_a_slow_upload_is_given_up(quick: Paced) -> None:
    async with serving(quick, upload_seconds=0.4) as rig:
        chunks = [JOB + IMAGE, *[b"x"] * 10]
        answer = problem(await raw(rig, head(5000), *chunks, pause=0.1))
        assert "0.4 seconds" in answer["detail"]


async def test_30_megabytes_are_refused_without_being_held(rig: Rig) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge):
        await collect(rig.client, bytes(30 * 1024 * 1024))
    parts = urlsplit(rig.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    top = head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked")
    writer.write(top.replace("\n", "\r\n").encode())
    for data in (JOB + IMAGE, *[bytes(2**20)] * 21):
        writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await writer.drain()
    answer = await asyncio.wait_for(reader.readuntil(b"too_large"), 10)
    writer.close()
    assert b" 413 " in answer.splitlines()[0]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 150, "MB, of client and server together"


async def test_uploads_wait_for_their_place(quick: Paced, photo: bytes) -> None:
    async with serving(quick, uploads=1) as rig:
        async with rig.app[PHOTOS].place():
            task = asyncio.create_task(collect(rig.client, photo))
            await asyncio.sleep(0.3)
            assert not task.done()
            assert rig.app[JOBS].states() == []
        await task


async def test_a_place_is_not_waited_for_for_ever(quick: Paced, photo: bytes) -> None:
    async with serving(quick, uploads=1, upload_seconds=0.4) as rig:
        async with rig.app[PHOTOS].place():
            with pytest.raises(Busy, match="photos are being read"):
                await collect(rig.client, photo)
        await collect(rig.client, photo)


async def test_fifty_selfies_at_once(long: Paced, photo: bytes) -> None:
    """As many as the queue holds get in; each of the others is told of another place."""
    async with serving(long, uploads=2, queue=6, orphan_seconds=60) as rig:
        pace = rig.worker._mailbox._scheduler.pace
        pace.learned["tiny"] = pace.steps = 40
        answers = await asyncio.gather(*(rig.post(photo, f"owner {number}") for number in range(50)))
        accepted = [view for status, view in answers if status == 202]
        refused = [problem for status, problem in answers if status == 429]
        assert len(accepted) + len(refused) == 50
        assert 6 <= len(accepted) <= 7, "the queue, and the slot"
        assert rig.app[JOBS].states().count("queued") >= 5
        waits = [problem["retry_after"] for problem in refused]
        assert max(waits) > 6 * min(waits), "of some 43 places, one projection apart"
        assert max(waits) <= 60
        steps = sorted(set(waits))
        assert len(steps) > min(20, 40 / (steps[1] - steps[0])), "a busy machine's places lie further apart"


async def test_a_repeated_upload_finds_its_job_in_a_full_queue(busy: Rig, photo: bytes) -> None:
    await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    _, view = await busy.post(photo, "second", key="abc")
    assert (await busy.post(photo, "third", key="def"))[0] == 429
    assert (await busy.post(photo, "second", key="abc"))[1]["id"] == view["id"]


async def test_a_draining_server_takes_nothing_new(rig: Rig, photo: bytes) -> None:
    rig.app[GATE].open = False
    with pytest.raises(Stopping):
        await rig.client.render(SeedFace(seed=1))
    with pytest.raises(Stopping):
        await collect(rig.client, photo)
    assert await rig.get("/readyz") == (503, {"status": "stopping"})


async def test_the_state_tells_queue_and_devices_and_nobody(busy: Rig, photo: bytes) -> None:
    await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    await busy.post(photo, "second")
    state = await busy.client.state()
    assert (state.ready, state.waiting, state.running) == (True, 1, 1)
    assert state.devices
    assert "first" not in state.model_dump_json()
    busy.app[GATE].open = False
    assert not (await busy.client.state()).ready


async def test_draining_ends_in_bounded_time(long: Paced, photo: bytes) -> None:
    """Who waits is sent away at once, who runs after `drain_seconds`; both are told to come again."""
    async with serving(long, drain_seconds=0.5) as rig:
        ends: dict[str, float] = {}

        async def project(owner: str) -> None:
            with pytest.raises(Stopping):
                await collect(rig.client, photo, owner=owner)
            ends[owner] = asyncio.get_running_loop().time()

        async with asyncio.TaskGroup() as group:
            for owner, states in (("runs", ["running"]), ("waits", ["running", "queued"])):
                group.create_task(project(owner))
                await until(lambda wanted=states: rig.app[JOBS].states() == wanted)
            began = asyncio.get_running_loop().time()
            await listen.drain(rig.app, lambda: False)
        assert ends["waits"] < ends["runs"]
        assert 0.5 <= ends["runs"] - began < 10


async def test_the_token_is_asked_for(quick: Paced, photo: bytes) -> None:
    async with serving(quick, token="a secret") as rig:
        for path in ("/v1/packs", "/metrics", "/openapi.json", "/nowhere"):
            async with rig.http.get(rig.url + path) as answer:
                assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
                assert (await answer.json(content_type=None))["code"] == "unauthorized"
        assert (await rig.get("/healthz"))[0] == 200
        assert (await rig.get("/readyz"))[0] == 200
        for wrong in ("another", "a secre", "ä"):
            async with Client(rig.url, wrong) as stranger:
                with pytest.raises(Unauthorized):
                    await collect(stranger, photo)
        async with Client(rig.url, "a secret") as friend:
            await collect(friend, photo)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_beyond_loopback_a_token_is_required(host: str) -> None:
    with pytest.raises(SettingsError, match="TYPEFACE_INFERENCE_TOKEN"):
        load({}, host=host)
    assert load({"TYPEFACE_INFERENCE_TOKEN": "x"}, host=host).token == "x"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.2.1"])
def test_loopback(host: str) -> None:
    assert loopback(host)
    assert load({}, host=host).host == host


@pytest.mark.parametrize(
    "env",
    [
        {"TYPEFACE_INFERENCE_PORT": "x"},
        {"TYPEFACE_INFERENCE_PORT": "70000"},
        {"TYPEFACE_INFERENCE_WIDTH": "0"},
    ],
)
def test_settings_that_cannot_be(env: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load(env)


def test_the_token_is_not_printed() -> None:
    assert "secret" not in repr(Settings(token="secret"))


@pytest.mark.parametrize(
    "message",
    [
        "NONSENSE\n\n",
        "GET /v1/packs HTTP/1.1\nHost: x\nno header\n\n",
        "GET /v1/packs HTTP/1.1\nHost: x\nExpect: wonders\n\n",
        f"GET /{'a' * 9000} HTTP/1.1\nHost: x\n\n",
        "POST /v1/render HTTP/1.1\nHost: x\nContent-Length: 2\nContent-Encoding: gzip\n\n{}",
    ],
    ids=["no HTTP", "no header", "expectation", "long line", "encoding"],
)
async def test_what_is_refused_before_any_route_is_a_problem(rig: Rig, message: str) -> None:
    assert problem(await raw(rig, message))["code"] == "bad_request"


async def test_wrong_routes_are_problems(rig: Rig) -> None:
    assert (await rig.get("/v2/packs"))[1]["code"] == "not_found"
    async with rig.http.put(f"{rig.url}/v1/packs") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
        assert answer.content_type == "application/problem+json"


async def test_packs_tell_what_may_be_asked(rig: Rig) -> None:
    (pack,) = await rig.client.packs()
    assert (pack.name, pack.default, pack.resolution) == ("tiny", True, 32)
    assert {label.label for label in pack.labels} == {"ENFP", "ISTJ"}


async def test_the_contract_names_every_route_and_only_those(rig: Rig) -> None:
    _, document = await rig.get("/openapi.json")
    assert document["openapi"] == "3.1.0"
    told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    served = {
        (route.method, route.resource.canonical)
        for route in rig.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert told == served
    assert len(told) == len(server.routes()) == 12
    names = set(document["components"]["schemas"])
    assert references(document) <= {f"#/components/schemas/{name}" for name in names}
    assert {"RenderRequest", "JobView", "MixFace", "Problem"} <= names
    operations = [op["operationId"] for item in document["paths"].values() for op in item.values()]
    assert len(set(operations)) == len(operations)


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(child) for child in node.values()))
    return set().union(*(references(child) for child in node)) if isinstance(node, list) else set()


async def test_answers_agree_with_the_contract(rig: Rig, photo: bytes) -> None:
    _, document = await rig.get("/openapi.json")
    name = (await rig.post(photo))[1]["id"]
    await rig.app[JOBS].find(name).end()
    answers = {"JobView": f"/v1/jobs/{name}", "ProjectResult": f"/v1/jobs/{name}/result"}
    for model, path in answers.items():
        _, body = await rig.get(path)
        assert set(body) == set(document["components"]["schemas"][model]["properties"])
    async with aiohttp.ClientSession() as http, http.get(f"{rig.url}/v1/jobs/x") as answer:
        assert set(await answer.json(content_type=None)) >= set(
            document["components"]["schemas"]["Problem"]["required"]
        )

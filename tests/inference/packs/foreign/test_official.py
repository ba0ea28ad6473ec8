"""Official pickles: bit-exact on a real one, and nothing of a hostile one is ever run."""

import io
import os
import pickle
import random
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.errors import PackError
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.packs.foreign import machine, official, reading, standins
from inference.packs.foreign.checkpoint import ForeignCheckpoint
from inference.packs.foreign.machine import Machine
from inference.packs.foreign.standins import meanings
from inference.packs.foreign.tensors import storage, view
from tests.golden.vectors import FOLDER, OUTPUT, arrays, off

OFFICIAL = FOLDER / "official_tiny_nosrc.pkl"


@pytest.fixture(scope="module")
def tiny() -> ForeignCheckpoint:
    return reading.read(OFFICIAL)


def test_every_tensor_is_bit_exact(tiny: ForeignCheckpoint) -> None:
    wanted = arrays("official_tiny_expected")
    for prefix, found in (
        ("sdGema/", tiny.average),
        ("sdG/", tiny.generator),
        ("sdD/", tiny.discriminator),
    ):
        values = {k.removeprefix(prefix): v for k, v in wanted.items() if k.startswith(prefix)}
        assert found is not None
        assert len(values) > 20
        assert values.keys() == found.keys()
        assert all(torch.equal(values[name], found[name]) for name in values)


def test_pictures_and_logits_are_the_official_ones(tiny: ForeignCheckpoint) -> None:
    wanted = arrays("official_tiny_expected")
    assert tiny.discriminator_config is not None and tiny.discriminator is not None
    generator, judge = (
        Generator(tiny.generator_config).eval(),
        Discriminator(tiny.discriminator_config).eval(),
    )
    generator.load_state_dict(tiny.average)
    judge.load_state_dict(tiny.discriminator)
    with torch.no_grad():
        ws = generator.mapping(wanted["z"])
        pulled = generator.mapping(wanted["z"], psi=0.7)
        image = torch.linspace(-1, 1, 4 * 3 * 16 * 16).reshape(4, 3, 16, 16)
        assert off(ws, wanted["ws"]) < OUTPUT
        assert off(generator.synthesis(ws, "const", force_fp32=True), wanted["img_force_fp32"]) < OUTPUT
        seven = generator.synthesis(pulled, "const", force_fp32=True)
        assert off(seven, wanted["img_force_fp32_psi07"]) < OUTPUT
        assert (judge(image, force_fp32=True) - wanted["D_logits"]).abs().max() < 1e-5


def test_configuration_and_facts_are_read(tiny: ForeignCheckpoint) -> None:
    config = tiny.generator_config
    assert (config.resolution, config.z_dim, config.mapping_layers, config.conv_clamp) == (16, 32, 2, 256)
    assert tiny.facts == {"augment_p": 1.0, "pictures": 100}


class Reduces:
    """Pickles as a call."""

    def __init__(self, call: Callable[..., Any], *arguments: Any, state: Any = None) -> None:
        self._told = (call, arguments) if state is None else (call, arguments, state)

    def __reduce__(self) -> Any:
        return self._told


def _getattr_chain(canary: str) -> Any:
    return Reduces(Reduces(getattr, os, "system"), f"touch {canary}")  # type: ignore[arg-type]


HOSTILE: dict[str, Callable[[str], Any]] = {
    "os.system": lambda canary: Reduces(os.system, f"touch {canary}"),
    "eval": lambda canary: Reduces(eval, f"open({canary!r}, 'w').close()"),
    "exec": lambda canary: Reduces(exec, f"open({canary!r}, 'w').close()"),
    "open": lambda canary: Reduces(open, canary, "w"),
    "import": lambda canary: Reduces(__import__, "this"),
    "subprocess": lambda canary: Reduces(subprocess.Popen, ["touch", canary]),
    "nested": lambda canary: {"G_ema": [({"a": Reduces(os.system, f"touch {canary}")},)]},
    "getattr": lambda canary: Reduces(getattr, [], "append"),
    "loads": lambda canary: Reduces(pickle.loads, pickle.dumps(Reduces(os.system, f"touch {canary}"))),
    "torch.load": lambda canary: Reduces(torch.load, canary),
    "state": lambda canary: Reduces(dict, state={"__class__": 1}),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("protocol", [2, 4])
def test_payloads_are_refused_and_not_run(tmp_path: Path, name: str, protocol: int) -> None:
    canary, path = tmp_path / "canary", tmp_path / "hostile.pkl"
    path.write_bytes(pickle.dumps({"G_ema": HOSTILE[name](str(canary))}, protocol=protocol))
    with pytest.raises(PackError, match=r"hostile\.pkl: the checkpoint names"):
        reading.read(path)
    assert not canary.exists()


def test_the_payloads_are_real(tmp_path: Path) -> None:
    """Python's own unpickler does run them: the refusals above are of something."""
    canary = tmp_path / "canary"
    pickle.loads(pickle.dumps(HOSTILE["nested"](str(canary))))
    assert canary.exists()


def test_a_payload_inside_a_tensor_is_not_run(tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "hostile.pkl"
    blob = pickle.dumps(Reduces(os.system, f"touch {canary}"), protocol=2)
    path.write_bytes(b"\x80\x04" + _call("torch.storage", "_load_from_bytes", blob) + b".")
    with pytest.raises(PackError):
        reading.read(path)
    assert not canary.exists()


def test_embedded_source_is_never_run(tmp_path: Path) -> None:
    """The file's own source raises when executed; here it would also leave a trace."""
    canary, path = tmp_path / "canary", tmp_path / "changed.pkl"
    data = OFFICIAL.read_bytes()
    old = b"raise RuntimeError('embedded source must never be executed')\n"
    new = f"open({str(canary)!r}, 'w')".encode()
    assert data.count(old) >= 1
    at = data.index(old)
    path.write_bytes(data[: at - 4] + struct.pack("<I", len(new)) + new + data[at + len(old) :])
    assert reading.read(path).generator_config.resolution == 16
    assert not canary.exists()


def _call(module: str, name: str, *arguments: bytes) -> bytes:
    pushed = b"".join(b"B" + struct.pack("<I", len(a)) + a for a in arguments)
    return f"c{module}\n{name}\n".encode() + b"(" + pushed + b"tR"


BROKEN = {
    "memo bomb": b"\x80\x04Nr\xff\xff\xff\x7f.",
    "huge bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b"x.",
    "huge text": b"\x80\x04X\xff\xff\xff\x7fx.",
    "frame": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"N.",
    "no end": b"\x80\x04N",
    "empty": b"\x80",
    "pop nothing": b"\x80\x04\x85.",
    "unknown memo": b"\x80\x04h\x05.",
    "extension": b"\x80\x04\x82\x01.",
    "instance": b"\x80\x04(ios\nsystem\n.",
    "object": b"\x80\x04(cos\nsystem\no.",
    "persistent": b"\x80\x04Pname\n.",
    "persistent of the stack": b"\x80\x04NQ.",
    "call of data": b"\x80\x04N)R.",
    "state of data": b"\x80\x04]N\x62.",
    "no table": b"\x80\x04K\x05.",
    "strange module": b"\x80\x04X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93.",
    "text of opcodes": b"\x80\x04S'os'\n.",
    "long integer": b"\x80\x04\x8b\xff\xff\xff\x7f\x01.",
    "set of state": b"\x80\x04cbuiltins\nset\n]\x85R}b.",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / "broken.pkl"
    path.write_bytes(BROKEN[name])
    with pytest.raises(PackError, match=r"broken\.pkl") as caught:
        reading.read(path)
    assert "\n" not in caught.value.detail


def test_nested_keys_cost_nothing(tmp_path: Path) -> None:
    """The hash of a tuple of a tuple of ..., each twice the one inside, would take 2 ** 60 steps."""
    path = tmp_path / "slow.pkl"
    path.write_bytes(b"\x80\x04})" + b"2\x86" * 60 + b"Ns.")
    started = time.monotonic()
    with pytest.raises(PackError):
        reading.read(path)
    path.write_bytes(b"\x80\x04})" + b"".join(b"\x94h" + bytes([i]) + b"\x86" for i in range(60)) + b"Ns.")
    with pytest.raises(PackError, match="does not follow"):
        reading.read(path)
    assert time.monotonic() - started < 2


def test_deep_nesting_and_many_steps_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep.pkl"
    path.write_bytes(b"\x80\x04" + b"]" * 50_000 + b"a" * 49_999 + b".")
    with pytest.raises(PackError, match="no G_ema"):
        reading.read(path)
    monkeypatch.setattr(machine, "MOST_STEPS", 1000)
    with pytest.raises(PackError, match="more than 1000 steps"):
        reading.read(path)


def _text(word: bytes) -> bytes:
    return b"\x8c" + bytes([len(word)]) + word


def test_a_network_that_holds_itself_ends() -> None:
    """A module in its own table: the walk is bounded."""
    made = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n}("
    made += _text(b"type") + _text(b"class") + _text(b"class_name") + _text(b"Generator")
    made += _text(b"state") + b"}\x94u\x85R\x94"  # memo 0: the state, 1: the module
    modules = b"h\x00" + _text(b"_modules") + b"}" + _text(b"a") + b"h\x01ss"
    arguments = _text(b"_init_kwargs") + b"}" + _text(b"img_resolution") + b"K\x10ss"
    looped = b"\x80\x04}(" + _text(b"G_ema") + made + _text(b"x") + modules + arguments + b"u."
    with pytest.raises(PackError, match="modules are not those"):
        official.read(io.BytesIO(looped))


def _blob(count: int, numel: int, data: bytes, kind: bytes = b"FloatStorage") -> bytes:
    head = b"".join(
        pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    )
    told = b"\x80\x02(X\x07\x00\x00\x00storagectorch\n" + kind + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
    told += b"J" + struct.pack("<i", count) + b"NtQ."
    return head + told + pickle.dumps(["0"], 2) + struct.pack("<q", numel) + data


def test_a_storage_is_read() -> None:
    values = torch.arange(5, dtype=torch.float32)
    assert torch.equal(storage(_blob(5, 5, values.numpy().tobytes())), values)


@pytest.mark.parametrize(
    ("count", "numel", "kind"),
    [
        (2**30, 2**30, b"FloatStorage"),
        (5, 2**40, b"FloatStorage"),
        (-1, 5, b"FloatStorage"),
        (4, 4, b"FloatStorage"),
        (5, 5, b"DoubleStorage"),
        (5, 5, b"UntypedStorage"),
    ],
)
def test_storages_with_lying_sizes_are_refused(count: int, numel: int, kind: bytes) -> None:
    with pytest.raises(PackError):
        storage(_blob(count, numel, b"\0" * 20, kind))


@pytest.mark.parametrize("made", ["storage", "bytes"])
def test_what_is_made_again_and_again_is_bounded(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a megabyte, whose one blob would fill the memory."""
    monkeypatch.setattr(standins, "MOST_BYTES", 2**24)
    if made == "storage":
        blob = _blob(2**18, 2**18, b"\0" * 2**20)
        name, again = b"ctorch.storage\n_load_from_bytes\n", b"h\x00h\x01\x85R"
        told = b"B" + struct.pack("<I", len(blob)) + blob
    else:
        name, again = b"c_codecs\nencode\n", b"h\x00h\x01X\x06\x00\x00\x00latin1\x86R"
        told = b"X" + struct.pack("<I", 2**20) + b"a" * 2**20
    begin = b"\x80\x02](" + name + b"q\x00" + told + b"q\x01"
    assert Machine(meanings()).run(io.BytesIO(begin + again * 8 + b"e."))
    with pytest.raises(PackError, match="of its bytes"):
        official.read(io.BytesIO(begin + again * 100 + b"e."))


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (0, (2**39, 2**39), (0, 0)),
        (0, (11,), (0,)),
        (0, (3, 3), (9, 1)),
        (8, (3,), (1,)),
        (-1, (3,), (1,)),
        (0, (2**70,), (1,)),
        (0, (3,), (-1,)),
        (0, (3,), ()),
        (0, (1,) * 9, (1,) * 9),
    ],
)
def test_views_never_leave_their_bytes(offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> None:
    with pytest.raises(PackError):
        view(torch.zeros(10), offset, size, stride)


def test_a_machine_reads_what_python_writes() -> None:
    value = {
        "a": [1, -2, 2**40, 0.5, None, True, (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "b": {"c": "한글", 3: b"x"},
    }
    for protocol in (3, 4, 5):
        assert Machine({}).run(io.BytesIO(pickle.dumps(value, protocol=protocol))) == value


@pytest.mark.parametrize("name", ["dnnlib.tflib.network Network", "tfutil Network"])
def test_tensorflow_checkpoints_are_told_from_ours(tmp_path: Path, name: str) -> None:
    path = tmp_path / "stylegan2-ffhq-config-f.pkl"
    module, _, attribute = name.partition(" ")
    path.write_bytes(b"\x80\x03" + f"c{module}\n{attribute}\n".encode() + b")\x81}b0N.")
    with pytest.raises(PackError, match="TensorFlow checkpoint of the official StyleGAN"):
        reading.read(path)


@pytest.mark.parametrize("data", [b"", b"no checkpoint at all", b"PK\x03\x04 truncated", b"\x89PNG"])
def test_other_files_are_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.pkl"
    path.write_bytes(data)
    with pytest.raises(PackError, match=r"file\.pkl"):
        reading.read(path)
    with pytest.raises(PackError, match="cannot be read"):
        reading.read(tmp_path / "nothing.pkl")


def test_a_truncated_checkpoint_is_refused(tmp_path: Path) -> None:
    data, path = OFFICIAL.read_bytes(), tmp_path / "half.pkl"
    for share in (0.02, 0.5, 0.97):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(PackError, match="broken"):
            reading.read(path)


def test_bytes_that_turned_end_in_a_sentence(tmp_path: Path) -> None:
    data, path, dice, refused = OFFICIAL.read_bytes(), tmp_path / "worn.pkl", random.Random(0), 0
    for _ in range(100):
        worn = bytearray(data)
        for _ in range(3):
            worn[dice.randrange(4000)] = dice.randrange(256)
        path.write_bytes(worn)
        try:
            reading.read(path)
        except PackError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"X\x09\x00\x00\x00Generator", b"X\x09\x00\x00\x00Denerator", "a Denerator where a Generator"),
        (b"channel_max", b"channel_mox", "channel_mox"),
        (b"_parameters", b"_porameters", "lacks"),
    ],
)
def test_networks_with_other_parts_are_refused(tmp_path: Path, old: bytes, new: bytes, says: str) -> None:
    path, data = tmp_path / "other.pkl", OFFICIAL.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    with pytest.raises(PackError, match=says):
        reading.read(path)


def test_nothing_of_the_official_code_is_imported() -> None:
    code = (
        "import sys; from pathlib import Path; from inference.packs.foreign.reading import read; "
        f"read(Path({str(OFFICIAL)!r})); "
        "sys.exit(any(name.startswith(('torch_utils', 'dnnlib', 'training')) for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

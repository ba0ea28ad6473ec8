"""A machine for the pickle format that can make nothing but data.

Python's own unpickler imports and calls what a file names. This one knows the few opcodes that checkpoints are
written with, and a fixed table of names, each with our own stand-in; any other opcode or name ends the reading.
Numbers, strings, lists, tuples and dictionaries with plain keys are all that can come out besides. It keeps its
own stack, so that no nesting is too deep, and its memo is a dictionary, so that no index is too high.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from inference.errors import PackError

MOST_STEPS = 1_000_000
MOST_BYTES = 2 * 2**30
Meaning = Callable[..., Any]

_CONSTANTS: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": list,
}
_LITERALS = frozenset(
    [
        *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
        *("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"),
        *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    ]
)
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Name:
    """A name of the table on the stack: callable by the file, and by nobody else."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning


class Built:
    """The base of stand-ins whose state comes after them."""

    def build(self, state: object) -> None:
        """Take the state. Raises `PackError` on one that is not understood."""
        raise PackError("the checkpoint sets the state of something that has none")


class Machine:
    """Runs one pickle.

    Args:
        meanings: what `module.name` stands for.
        persistent: what a persistent id stands for; none: they are refused.
    """

    def __init__(self, meanings: Mapping[str, Meaning], persistent: Meaning | None = None) -> None:
        self._meanings, self._persistent = meanings, persistent
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def run(self, file: BinaryIO) -> Any:
        """The value of the pickle at the file's position, which then stands behind it.

        Raises:
            PackError: the file does not follow the format, or wants something that is not in the table.
        """
        try:
            for steps, (opcode, argument, _) in enumerate(pickletools.genops(file)):
                if steps >= MOST_STEPS:
                    raise PackError(f"the checkpoint has more than {MOST_STEPS} steps")
                if opcode.name == "STOP":
                    return self._stack.pop()
                self._step(opcode.name, argument)
        except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
            raise PackError("the checkpoint is broken: it does not follow the pickle format") from error
        raise PackError("the checkpoint is broken: it has no end")

    def _step(self, name: str, argument: Any) -> None:
        stack = self._stack
        if name in _LITERALS:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in ("BINPUT", "LONG_BINPUT"):
            self._memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(self._memo[argument])
        elif name == "MEMOIZE":
            self._memo[len(self._memo)] = stack[-1]
        elif name == "MARK":
            self._below.append(stack)
            self._stack = []
        elif name not in ("PROTO", "FRAME"):
            self._combine(name, argument)

    def _combine(self, name: str, argument: Any) -> None:
        """Opcodes that take values from the stack, and names."""
        if name in _TUPLES:
            self._stack.append(tuple(self._pop(_TUPLES[name])))
        elif name == "TUPLE":
            above = self._above()
            self._stack.append(tuple(above))
        elif name in ("SETITEM", "SETITEMS"):
            self._set(self._pop(2) if name == "SETITEM" else self._above())
        elif name in ("APPEND", "APPENDS", "ADDITEMS"):
            items = self._pop(1) if name == "APPEND" else self._above()
            _a(list, self._stack[-1]).extend(items)
        elif name == "GLOBAL":
            module, _, attribute = argument.partition(" ")
            self._stack.append(self._named(module, attribute))
        elif name == "STACK_GLOBAL":
            self._stack.append(self._named(*(_a(str, part) for part in self._pop(2))))
        else:
            self._make(name)

    def _make(self, name: str) -> None:
        """Opcodes that make objects."""
        if name in ("REDUCE", "NEWOBJ"):
            callee, arguments = self._pop(2)
            self._stack.append(_a(_Name, callee).meaning(*_a(tuple, arguments)))
        elif name == "BUILD":
            target, state = self._pop(2)
            _a(Built, target).build(state)
            self._stack.append(target)
        elif name == "BINPERSID" and self._persistent is not None:
            self._stack.append(self._persistent(self._stack.pop()))
        else:
            raise PackError(f"the checkpoint uses {name} of the pickle format, which such files never do")

    def _named(self, module: str, attribute: str) -> _Name:
        if module.startswith(("dnnlib.tflib", "tfutil")):
            raise PackError(
                "this is a TensorFlow checkpoint of the official StyleGAN; convert it to PyTorch's form with the "
                "official tools first"
            )
        meaning = self._meanings.get(f"{module}.{attribute}")
        if meaning is None:
            raise PackError(
                f"the checkpoint names {module[:80]}.{attribute[:80]}, which is never run or read here"
            )
        return _Name(meaning)

    def _pop(self, count: int) -> list[Any]:
        if len(self._stack) < count:
            raise IndexError(count)
        values = self._stack[-count:]
        del self._stack[-count:]
        return values

    def _above(self) -> list[Any]:
        """What lies above the last mark, which goes with it."""
        above, self._stack = self._stack, self._below.pop()
        return above

    def _set(self, items: list[Any]) -> None:
        target = _a(dict, self._stack[-1])
        for key, value in zip(items[::2], items[1::2], strict=True):
            if type(key) not in (str, int):  # the hash of nested tuples can take for ever
                raise TypeError(type(key))
            target[key] = value


def _a(kind: type, value: Any) -> Any:
    """The value, if it is of that kind."""
    if not isinstance(value, kind):
        raise TypeError(kind)
    return value

"""Answers: what routes give clients, made of plain values."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Union

from ._native import Answer
from .arguments import pairs_of

#: Names and values of fields, in order; a mapping, or pairs.
FieldPairs = Union[
    Mapping[str, Union[str, bytes, int]], Iterable["tuple[str | bytes, str | bytes | int]"]]

#: What becomes an answer: see `answer_of`.
Answerable = Union[
    None, int, str, bytes, "os.PathLike[str]", "dict[str, Any]", "list[Any]", "tuple[Any, ...]", Answer]

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
JSON = "application/json"


class Trailer(NamedTuple):
    """A trailer field, which the iterator of a stream may produce; it is sent after the last chunk (RFC 9110, 6.5)."""

    name: str | bytes
    value: str | bytes | int


class _Missing:
    """The default of an argument that may have any value."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


def answer(content: str | bytes | None = None, *, status: int = 200, reason: str | bytes | None = None,
           fields: FieldPairs = (), delay: float = 0.0, json: object = MISSING,
           file: str | os.PathLike[str] | None = None) -> Answer:
    """A response. Its content is a text or bytes, a value as JSON, or a file. `delay` is in seconds."""
    given = [content is not None, json is not MISSING, file is not None]
    if sum(given) > 1:
        raise TypeError("expected one of `content`, `json` and `file`, found several")
    pairs = _encoded(fields)
    phrase = None if reason is None else _bytes_of(reason)
    if file is not None:
        return Answer.file(status, phrase, pairs, None, delay, file)
    media_type, body = None, b""
    if json is not MISSING:
        media_type, body = JSON, _json_of(json)
    elif isinstance(content, str):
        media_type, body = TEXT, content.encode()
    elif isinstance(content, (bytes, bytearray, memoryview)):
        media_type, body = BYTES, bytes(content)
    elif content is not None:
        raise TypeError("expected a text or bytes as content, found %r; `json` takes other values" % (content,))
    return Answer.response(status, phrase, pairs, media_type, delay, body)


def script(*steps: str) -> Answer:
    """Plays the steps of a wire script instead of a response. Files that it names are in the folder of the caller."""
    return script_in(folder_of_caller(), steps)


def script_in(folder: str, steps: Iterable[str]) -> Answer:
    """The same with the files of this folder."""
    for step in steps:
        if not isinstance(step, str):
            raise TypeError("expected the steps as texts, such as 'pause 10ms', found %r" % (step,))
    return Answer.script(_lines(steps), folder)


def folder_of_caller() -> str:
    """The folder of the file that calls the function which calls this one."""
    return os.path.dirname(os.path.abspath(sys._getframe(2).f_code.co_filename))


def raw(data: str | bytes) -> Answer:
    """Sends exactly these bytes instead of a response, then closes the connection."""
    return Answer.raw(_bytes_of(data))


def answer_of(value: object) -> Answer:
    """The answer that a value stands for.

    None is a response without content, a number a status, a text or bytes the content, a dict or list JSON, and a path
    a file. A tuple is a status and one of those, or a status, fields and one of those.
    """
    if isinstance(value, Answer):
        return value
    if isinstance(value, tuple):
        return _of_tuple(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return answer(status=value)
    return _with_content(value, 200, ())


def returned(value: object) -> Answer:
    """The answer that a function returns. An iterator is content that is sent in chunks, as they come, and trailers."""
    # What most functions return needs none of the checks of what else it might be.
    if type(value) is str:
        return Answer.response(200, None, [], TEXT, 0.0, value.encode())
    if type(value) is bytes:
        return Answer.response(200, None, [], BYTES, 0.0, value)
    if isinstance(value, Iterator):
        return _streamed(value, 200, ())
    if isinstance(value, tuple) and len(value) in (2, 3) and isinstance(value[-1], Iterator):
        status, fields = _status_of(value[0]), value[1] if len(value) == 3 else ()
        return _streamed(value[-1], status, fields)
    return answer_of(value)


def _streamed(pieces: Iterator[object], status: int, fields: FieldPairs) -> Answer:
    return Answer.stream(status, None, _encoded(fields), None, 0.0, _encoded_pieces(pieces))


def _encoded_pieces(pieces: Iterator[object]) -> Iterator[bytes | tuple[bytes, bytes]]:
    for piece in pieces:
        if isinstance(piece, Trailer):
            yield _bytes_of(piece.name), _bytes_of(piece.value)
        elif isinstance(piece, (str, bytes, bytearray, memoryview)):
            yield piece.encode() if isinstance(piece, str) else bytes(piece)
        else:
            raise TypeError("expected a text, bytes or a Trailer, found %r" % (piece,))


def _of_tuple(value: tuple[Any, ...]) -> Answer:
    if len(value) == 2:
        (status, content), fields = value, ()
    elif len(value) == 3:
        status, fields, content = value
    else:
        raise TypeError("expected (status, content) or (status, fields, content), found %r" % (value,))
    return _with_content(content, _status_of(status), fields)


def _status_of(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a status as the first element, found %r" % (value,))
    return value


def _with_content(content: Any, status: int, fields: FieldPairs) -> Answer:
    if content is None or isinstance(content, (str, bytes, bytearray, memoryview)):
        return answer(content, status=status, fields=fields)  # type: ignore[arg-type]
    if isinstance(content, (dict, list)):
        return answer(json=content, status=status, fields=fields)
    if isinstance(content, os.PathLike):
        return answer(file=content, status=status, fields=fields)
    if callable(content):
        raise TypeError("expected an answer, found the function %r; only routes take functions" % (content,))
    raise TypeError(
        "expected None, a status, a text, bytes, a dict, a list, a path, a tuple or an answer, found %r" % (content,))


def _encoded(fields: FieldPairs) -> list[tuple[bytes, bytes]]:
    return [(_bytes_of(name), _bytes_of(value)) for name, value in pairs_of(fields, "the fields")]


def _bytes_of(value: str | bytes | int) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value).encode()
    raise TypeError("expected a text or bytes, found %r" % (value,))


def _json_of(value: object) -> bytes:
    import json

    return json.dumps(value).encode()


#: A comment, or quoted bytes, of a wire script.
_QUOTED = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"', re.DOTALL)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_NAMED = {"\r": r"\r", "\n": r"\n", "\t": r"\t"}


def _lines(steps: Iterable[str]) -> str:
    """The steps as lines. Control characters between quotes are data: Python has replaced the `\\r\\n` of a literal."""

    def named(found: re.Match[str]) -> str:
        character = found.group()
        return _NAMED.get(character) or "\\x%02x" % ord(character)

    def escaped(found: re.Match[str]) -> str:
        text = found.group()
        return text if text.startswith("#") else _CONTROL.sub(named, text)

    return "\n".join(_QUOTED.sub(escaped, step) for step in steps)

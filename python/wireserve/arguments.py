"""What callers pass: pairs and numbers, with errors that say what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: The largest number that the server counts to.
_LARGEST = 2 ** 64 - 1


def pairs_of(given: Any, what: str) -> Iterable[tuple[Any, Any]]:
    """The names and values of a mapping or of pairs."""
    if isinstance(given, Mapping):
        return given.items()
    pairs = None if isinstance(given, (str, bytes)) or not isinstance(given, Iterable) else list(given)
    if pairs is None or any(isinstance(pair, (str, bytes)) or not _is_pair(pair) for pair in pairs):
        raise TypeError("expected %s as a mapping or as pairs of a name and a value, found %r" % (
            what, given if pairs is None else pairs))
    return pairs


def _is_pair(value: Any) -> bool:
    try:
        return len(value) == 2
    except TypeError:
        return False


def whole(value: Any, what: str) -> int:
    """A whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected %s as a whole number, found %r" % (what, value))
    if not 0 <= value <= _LARGEST:
        raise ValueError("expected %s from 0 to 2**64 - 1, found %d" % (what, value))
    return value

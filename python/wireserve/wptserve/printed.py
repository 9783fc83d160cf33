"""`wptserve.printed`: `sys.stdout` and `sys.stderr` whose writes go through the server, so that a pipe that
is not read, or no longer read, harms no handler. The lines of handlers that print at the same time stay whole.
"""

import io
import os
import sys
from threading import get_ident

from ._native import print_bytes

__all__ = ["install"]


class Printed(io.RawIOBase):
    """A standard stream of the process; writing to it never fails."""

    def __init__(self, name, descriptor):
        self.name = name
        self.descriptor = descriptor

    def fileno(self):
        return self.descriptor

    def isatty(self):
        return os.isatty(self.descriptor)

    def writable(self):
        return True

    def write(self, data):
        print_bytes(self.descriptor, bytes(data))
        return len(data)


class Lines(io.TextIOWrapper):
    """A text stream to which each thread writes whole lines. `print` writes a line and its end separately."""

    # Characters of a line that has no end yet; longer ones are written in pieces.
    LONGEST = 8192

    def __init__(self, buffer, encoding, errors):
        super().__init__(buffer, encoding, errors, line_buffering=True)
        # What threads have begun to write, by their identifiers.
        self._begun = {}

    def write(self, text):
        if not isinstance(text, str):
            return super().write(text)
        begun = self._begun.pop(get_ident(), "") + text
        end = begun.rfind("\n") + 1
        if len(begun) - end > self.LONGEST:
            end = len(begun)
        if end < len(begun):
            self._begun[get_ident()] = begun[end:]
        if end:
            super().write(begun[:end])
        return len(text)

    def flush(self):
        begun = self._begun.pop(get_ident(), "")
        if begun:
            super().write(begun)
        super().flush()

    def finish(self):
        """Writes the lines that threads have begun, when the process exits."""
        while self._begun:
            super().write(self._begun.popitem()[1])
        super().flush()


def install():
    """Replaces the streams that the process has, each with its own coding."""
    for attribute, descriptor in [("stdout", 1), ("stderr", 2)]:
        stream = getattr(sys, attribute)
        if stream is None or stream.fileno() != descriptor:
            continue
        stream.flush()
        _replace(attribute, Printed(stream.name, descriptor), stream.encoding, stream.errors)
    os.register_at_fork(after_in_child=_renew)


def _replace(attribute, *parts):
    raw, encoding, errors = parts
    replaced = Lines(io.BufferedWriter(raw), encoding, errors)
    _installed.append((attribute, replaced, parts))
    setattr(sys, attribute, replaced)


def _renew():
    """In a forked child: a stream in which another thread was printing stays locked, even its attributes."""
    for attribute, stream, parts in _installed[:]:
        if getattr(sys, attribute, None) is stream:
            _replace(attribute, *parts)


# All there have been: to let go of one would flush it, and so wait for its lock.
_installed = []

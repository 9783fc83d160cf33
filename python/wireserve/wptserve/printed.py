"""`wptserve.printed`: `sys.stdout` and `sys.stderr` whose writes go through the server, so that a pipe that
is not read, or no longer read, harms no handler.
"""

import io
import os
import sys

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


def install():
    """Replaces the streams that the process has, each with its own coding."""
    for attribute, descriptor in [("stdout", 1), ("stderr", 2)]:
        stream = getattr(sys, attribute)
        if stream is None or stream.fileno() != descriptor:
            continue
        stream.flush()
        _replace(attribute, Printed(stream.name, descriptor), stream)
    os.register_at_fork(after_in_child=_renew)


def _replace(attribute, raw, stream):
    replaced = io.TextIOWrapper(
        io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True
    )
    _installed.append((attribute, raw, replaced))
    setattr(sys, attribute, replaced)


def _renew():
    """In a forked child: a stream in which another thread was printing stays locked."""
    for attribute, raw, stream in _installed[:]:
        if getattr(sys, attribute, None) is stream:
            _replace(attribute, raw, stream)


# All there have been: to let go of one would flush it, and so wait for its lock.
_installed = []

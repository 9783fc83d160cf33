"""`wptserve.printed`: `sys.stdout` and `sys.stderr` whose writes go through the server, so that a pipe that
nobody reads, or nobody reads any more, harms no handler.
"""

import io
import os
import sys

from _wireserve import print_bytes

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
        raw = Printed(stream.name, descriptor)
        stream.flush()
        replaced = io.TextIOWrapper(
            io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True
        )
        setattr(sys, attribute, replaced)

"""`wptserve.recorded_socket`: `response.writer.socket` where transcripts are made.

It does what `RawSocket` does, and tells the connection's tape of it: what was sent and received, by the
bytes that each call took or gave, and ends. What a script does past the socket's methods (`os.write` on
its descriptor, a TLS layer around it) is in no transcript.
"""

import os
import socket

from .raw_socket import RawSocket, joined

__all__ = ["RecordedSocket"]

SHOWN = 64 * 1024  # bytes of a file that a transcript shows; more than these are counted


class RecordedSocket(RawSocket):
    """A `RawSocket` that tells a tape of what it does."""

    __slots__ = ("_tape",)

    @classmethod
    def of(cls, descriptor, writer):
        self = super().of(descriptor, writer)
        self._tape = writer._tape
        return self

    def dup(self):
        copy = super().dup()
        copy._tape = self._tape
        return copy

    def send(self, data, *args):
        return self._sent([data], super().send(data, *args))

    def sendall(self, data, *args):
        try:
            super().sendall(data, *args)
        except OSError as error:
            self._tape.note(f"sendall failed within {_length(data)} bytes: {error}")
            raise
        self._sent([data], _length(data))

    def sendmsg(self, buffers, *args):
        buffers = list(buffers)
        return self._sent(buffers, super().sendmsg(buffers, *args))

    def sendto(self, data, *args):
        return self._sent([data], super().sendto(data, *args))

    def _sendfile_use_sendfile(self, file, offset=0, count=None):
        # The way of socket.sendfile without send; the other one is recorded by that.
        sent = super()._sendfile_use_sendfile(file, offset, count)
        if sent:
            self._tape.sent(os.pread(file.fileno(), min(sent, SHOWN), offset), sent)
        return sent

    def shutdown(self, how):
        super().shutdown(how)
        self._tape.shut(how)

    def _sent(self, buffers, count):
        if count:
            self._tape.sent(joined(buffers, min(count, SHOWN)), count)
        return count

    def _received(self, asked, flags, receive, taken):
        try:
            got = super()._received(asked, flags, receive, taken)
        except ConnectionResetError:
            self._tape.reset()
            raise
        # Nothing is the client's end only where something was asked for.
        if asked and not flags & socket.MSG_PEEK:
            self._tape.received(taken(got))
        return got


def _length(data):
    return memoryview(data).nbytes

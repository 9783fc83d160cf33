"""`wptserve.raw_socket`: what `response.writer.socket` is, a socket on the handler's own connection.

It is a `socket.socket` in every respect, with two things added. Sending through it makes the response
the handler's, as `writer.write` does: what `main` returns is then ignored. And every way to receive first
gives the bytes that arrived together with the request's head, which the server has taken off the
connection already; `writer.buffered` counts them, since `select` cannot see them. The socket is closed when
the handler has returned; the connection is not.
"""

import socket

__all__ = ["RawSocket"]


class RawSocket(socket.socket):
    """A duplicate of the connection's descriptor."""

    __slots__ = ("_writer",)

    @classmethod
    def of(cls, descriptor, writer):
        # The descriptor is ours to keep: the caller has duplicated it.
        self = cls(fileno=descriptor)
        self._writer = writer
        return self

    def dup(self):
        copy = super().dup()
        copy._writer = self._writer
        return copy

    def send(self, *args):
        self._writer._hand_over()
        return super().send(*args)

    def sendall(self, *args):
        self._writer._hand_over()
        return super().sendall(*args)

    def sendmsg(self, *args):
        self._writer._hand_over()
        return super().sendmsg(*args)

    def sendto(self, *args):
        self._writer._hand_over()
        return super().sendto(*args)

    def sendfile(self, *args, **kwargs):
        self._writer._hand_over()
        return super().sendfile(*args, **kwargs)

    def recv(self, bufsize, flags=0):
        return self._arrived(bufsize, flags) or self._received(
            bufsize,
            flags,
            lambda: socket.socket.recv(self, bufsize, flags),
            lambda data: data,
        )

    def recv_into(self, buffer, nbytes=0, flags=0):
        room = memoryview(buffer).cast("B")
        return self._arrived_into([room], nbytes or len(room), flags) or self._received(
            nbytes or len(room),
            flags,
            lambda: socket.socket.recv_into(self, buffer, nbytes, flags),
            lambda count: bytes(room[:count]),
        )

    def recvfrom(self, bufsize, flags=0):
        arrived = self._arrived(bufsize, flags)
        if arrived:
            return arrived, None
        return self._received(
            bufsize,
            flags,
            lambda: socket.socket.recvfrom(self, bufsize, flags),
            lambda got: got[0],
        )

    def recvfrom_into(self, buffer, nbytes=0, flags=0):
        room = memoryview(buffer).cast("B")
        arrived = self._arrived_into([room], nbytes or len(room), flags)
        if arrived:
            return arrived, None
        return self._received(
            nbytes or len(room),
            flags,
            lambda: socket.socket.recvfrom_into(self, buffer, nbytes, flags),
            lambda got: bytes(room[: got[0]]),
        )

    def recvmsg(self, bufsize, ancbufsize=0, flags=0):
        arrived = self._arrived(bufsize, flags)
        if arrived:
            return arrived, [], 0, None
        return self._received(
            bufsize,
            flags,
            lambda: socket.socket.recvmsg(self, bufsize, ancbufsize, flags),
            lambda got: got[0],
        )

    def recvmsg_into(self, buffers, ancbufsize=0, flags=0):
        buffers = list(buffers)
        rooms = [memoryview(buffer).cast("B") for buffer in buffers]
        arrived = self._arrived_into(rooms, sum(map(len, rooms)), flags)
        if arrived:
            return arrived, [], 0, None
        return self._received(
            sum(map(len, rooms)),
            flags,
            lambda: socket.socket.recvmsg_into(self, buffers, ancbufsize, flags),
            lambda got: joined(rooms, got[0]),
        )

    def _arrived(self, count, flags):
        """Bytes that the server has taken off the connection."""
        return self._writer._take_arrived(max(count, 0), bool(flags & socket.MSG_PEEK))

    def _arrived_into(self, rooms, count, flags):
        arrived = memoryview(self._arrived(min(count, sum(map(len, rooms))), flags))
        length = len(arrived)
        for room in rooms:
            part = arrived[: len(room)]
            room[: len(part)] = part
            arrived = arrived[len(part) :]
        return length

    def _received(self, asked, flags, receive, taken):
        """Receives from the system; `taken` gives the bytes of what `receive` returned."""
        got = receive()
        if asked and not flags & socket.MSG_PEEK:
            self._writer._count_received(taken(got))
        return got


def joined(buffers, count):
    """The first bytes of several buffers."""
    joined = bytearray()
    for buffer in buffers:
        joined += memoryview(buffer).cast("B")[: count - len(joined)]
    return bytes(joined)

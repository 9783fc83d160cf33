"""`wptserve.raw_socket`: what `response.writer.socket` is, a socket on the handler's own connection.

It is a `socket.socket` in every respect, with two things added. Sending through it makes the response
the handler's, as `writer.write` does: what `main` returns is then ignored. And `recv` first gives the
bytes that arrived together with the request's head, which the server has taken off the connection
already. The socket is closed when the handler has returned; the connection is not.
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
        return self._writer._take_arrived(bufsize) or super().recv(bufsize, flags)

    def recv_into(self, buffer, nbytes=0, flags=0):
        arrived = self._writer._take_arrived(nbytes or len(memoryview(buffer).cast("B")))
        if not arrived:
            return super().recv_into(buffer, nbytes, flags)
        memoryview(buffer).cast("B")[:len(arrived)] = arrived
        return len(arrived)

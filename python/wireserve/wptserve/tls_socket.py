"""`wptserve.tls_socket`: what `response.writer.socket` is on a connection through TLS, and `writer.tcp`.

`TlsSocket` has the methods of `ssl.SSLSocket`. What it sends becomes records, and what it receives are
bytes of the client, those that arrived together with the request's head first. Its timeout is its own: the
connection stays as it is. `TcpSocket` is the socket beneath TLS, for bytes that are no records.
"""

import os
import socket
import ssl
import tempfile

from .raw_socket import RawSocket

__all__ = ["TcpSocket", "TlsSocket"]


class TlsSocket(socket.socket):
    """A socket that sends and receives through the session of the connection."""

    __slots__ = ("_writer", "_timeout")

    server_side = True

    @classmethod
    def of(cls, descriptor, writer):
        # The descriptor is ours to keep: the caller has duplicated it.
        self = cls(fileno=descriptor)
        self._writer = writer
        self._timeout = None
        return self

    def settimeout(self, timeout):
        if timeout is not None and timeout < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = None if timeout is None else float(timeout)

    def gettimeout(self):
        return self._timeout

    timeout = property(gettimeout)

    def setblocking(self, blocking):
        self._timeout = None if blocking else 0.0

    def getblocking(self):
        return self._timeout != 0

    def send(self, data, flags=0):
        self._refuse(flags, "send")
        return self._sent(memoryview(data).cast("B"))

    def sendall(self, data, flags=0):
        self._refuse(flags, "sendall")
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self._sent(rest) :]

    def write(self, data):
        return self.send(data)

    def sendfile(self, file, offset=0, count=None):
        # The other way of `socket` is one of the system, which knows nothing of records.
        return self._sendfile_use_send(file, offset, count)

    def recv(self, buflen=1024, flags=0):
        self._refuse(flags, "recv")
        if buflen < 0:
            raise ValueError("negative buffersize in recv")
        return self._received(buflen)

    def recv_into(self, buffer, nbytes=None, flags=0):
        self._refuse(flags, "recv_into")
        room = memoryview(buffer).cast("B")
        data = self._received(min(nbytes or len(room), len(room)))
        room[: len(data)] = data
        return len(data)

    def read(self, len=1024, buffer=None):
        return self.recv(len) if buffer is None else self.recv_into(buffer, len)

    def pending(self):
        """How many bytes `recv` gives without waiting."""
        return self._writer.buffered

    def shutdown(self, how):
        """With the writing half, close_notify and FIN; the reading half is the system's."""
        if how in (socket.SHUT_WR, socket.SHUT_RDWR):
            self._writer.half_close()
        if how in (socket.SHUT_RD, socket.SHUT_RDWR):
            super().shutdown(socket.SHUT_RD)

    def unwrap(self):
        """Ends the session by close_notify, waits for the client's, and returns the socket beneath."""
        self._writer._end_session()
        while self._received(64 * 1024):
            pass
        return self._writer.tcp

    def version(self):
        return self._writer.request.tls.version

    def cipher(self):
        tls = self._writer.request.tls
        return tls.openssl_cipher, tls.version, tls.cipher_bits

    def selected_alpn_protocol(self):
        return self._writer.request.tls.alpn

    def selected_npn_protocol(self):
        return None

    def compression(self):
        return None

    @property
    def session_reused(self):
        return self._writer.request.tls.resumed

    @property
    def server_hostname(self):
        return None

    def getpeercert(self, binary_form=False):
        certificates = self._writer.request.tls.client_certificates
        if not certificates:
            return None
        return certificates[0] if binary_form else decoded(certificates[0])

    def sendto(self, *args):
        raise ValueError(f"sendto not allowed on instances of {self.__class__}")

    def recvfrom(self, *args):
        raise ValueError(f"recvfrom not allowed on instances of {self.__class__}")

    def recvfrom_into(self, *args):
        raise ValueError(f"recvfrom_into not allowed on instances of {self.__class__}")

    def sendmsg(self, *args):
        raise NotImplementedError(f"sendmsg not allowed on instances of {self.__class__}")

    def recvmsg(self, *args):
        raise NotImplementedError(f"recvmsg not allowed on instances of {self.__class__}")

    def recvmsg_into(self, *args):
        raise NotImplementedError(f"recvmsg_into not allowed on instances of {self.__class__}")

    def dup(self):
        raise NotImplementedError(f"Can't dup() {self.__class__.__name__} instances")

    def _sent(self, data):
        self._writer._hand_over()
        count = self._writer._send_within(bytes(data), self._timeout)
        if count is None:
            if self._timeout == 0:
                raise ssl.SSLWantWriteError(ssl.SSL_ERROR_WANT_WRITE, "the client reads nothing")
            raise TimeoutError("The write operation timed out")
        return count

    def _received(self, count):
        data = self._writer._receive_within(count, self._timeout)
        if data is None:
            if self._timeout == 0:
                raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "nothing has arrived")
            raise TimeoutError("The read operation timed out")
        return data

    def _refuse(self, flags, name):
        if flags:
            raise ValueError(f"non-zero flags not allowed in calls to {name}() on {self.__class__}")


class TcpSocket(socket.socket):
    """A duplicate of the connection's descriptor. Its use is the end of the session: nothing is encrypted
    or decrypted afterwards, and no close_notify is sent."""

    __slots__ = ("_writer",)

    @classmethod
    def of(cls, descriptor, writer):
        self = cls(fileno=descriptor)
        self._writer = writer
        return self

    def dup(self):
        copy = super().dup()
        copy._writer = self._writer
        return copy

    def send(self, data, *args):
        self._writer._go_below_tls()
        return super().send(data, *args)

    def sendall(self, data, *args):
        self._writer._go_below_tls()
        return super().sendall(data, *args)

    def sendmsg(self, *args):
        self._writer._go_below_tls()
        return super().sendmsg(*args)

    def sendto(self, *args):
        self._writer._go_below_tls()
        return super().sendto(*args)

    def sendfile(self, *args, **kwargs):
        self._writer._go_below_tls()
        return super().sendfile(*args, **kwargs)

    def shutdown(self, how):
        self._writer._go_below_tls()
        return super().shutdown(how)


def decoded(der):
    """A certificate as `ssl.SSLSocket.getpeercert` shows it."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(ssl.DER_cert_to_PEM_cert(der))
    try:
        return ssl._ssl._test_decode_cert(file.name)
    finally:
        os.unlink(file.name)

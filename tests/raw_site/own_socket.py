"""Uses `response.writer.socket` as `?do=` says."""

import io
import json
import os
import socket
import struct
import tempfile

RESET = struct.pack("ii", 1, 0)


def describe(request, response):
    writer = response.writer
    sock = writer.socket
    return json.dumps(
        {
            "socket": isinstance(sock, socket.socket),
            "same": sock is writer.socket,
            "of the handler": sock is writer._handler.connection,
            "peer": sock.getpeername()[:2] == tuple(request.client_address[:2]),
            "blocks": sock.gettimeout() is None,
            "no delay": sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0,
            "type": sock.type == socket.SOCK_STREAM,
            "written": writer.content_written,
        }
    )


def send(request, response):
    assert response.writer.socket.send(b"sent") == 4
    return "ignored"


def sendall(request, response):
    response.writer.socket.sendall(b"sent")
    return "ignored"


def sendmsg(request, response):
    response.writer.socket.sendmsg([b"se", b"nt"])
    return "ignored"


def sendto(request, response):
    sock = response.writer.socket
    sock.sendto(b"sent", sock.getpeername())
    return "ignored"


def sendfile(request, response):
    with tempfile.TemporaryFile() as file:
        file.write(b"sent")
        file.seek(0)
        response.writer.socket.sendfile(file)
    return "ignored"


def sendfile_from_memory(request, response):
    response.writer.socket.sendfile(io.BytesIO(b"sent"))
    return "ignored"


def makefile(request, response):
    with response.writer.socket.makefile("wb") as file:
        file.write(b"sent")
    return "ignored"


def dup(request, response):
    with response.writer.socket.dup() as sock:
        sock.sendall(b"sent")
    return "ignored"


def send_then_raise(request, response):
    response.writer.socket.sendall(b"sent")
    raise KeyError("ignored")


def set_option(request, response):
    sock = response.writer.socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
    return "the value"


def look(request, response):
    response.writer.socket.getsockname()
    return "the value"


def close(request, response):
    response.writer.socket.close()
    return "the value"


def detach(request, response):
    os.close(response.writer.socket.detach())
    return "the value"


def receive(request, response):
    sock = response.writer.socket
    response.writer.write("go")
    data = b""
    while len(data) < 4:
        data += sock.recv(4 - len(data))
    response.writer.write(b"got " + data)


def half_close(request, response):
    sock = response.writer.socket
    sock.sendall(b"all")
    sock.shutdown(socket.SHUT_WR)
    heard = b""
    while piece := sock.recv(100):
        heard += piece
    request.server.stash.put(request.GET.first(b"key"), heard, "/")


def stop(request, response):
    """Shuts down one half or both, by their number."""
    response.writer.socket.shutdown(int(request.GET.first(b"how")))


def hear_reset(request, response):
    sock = response.writer.socket
    response.writer.write("go")
    try:
        while sock.recv(100):
            pass
    except ConnectionResetError:
        pass
    try:
        sock.sendall(b"to nobody")
    except OSError:
        pass


def reset(request, response):
    sock = response.writer.socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    data = request.GET.first(b"bytes")
    response.writer.write(data)
    if data:
        # The client has it now.
        sock.recv(1)
    response.close_connection = True


def reset_of_a_copy(request, response):
    """A copy of the socket stays open, as in a child process that has not ended."""
    os.kept = response.writer.socket.dup()
    reset(request, response)


def time_out(request, response):
    """Any reading and writing behind this is still as patient as before."""
    sock = response.writer.socket
    if b"now" in request.GET:
        sock.setblocking(False)
    else:
        sock.settimeout(0.01)
    return "set"


def time_out_first(request, response):
    sock = response.writer.socket
    sock.settimeout(0.01)
    try:
        heard = sock.recv(1)
    except socket.timeout:
        heard = b"nothing"
    response.writer.write(heard)
    body = request.body
    return_value = response.writer.write(body * 4_000_000)
    response.writer.write(f"|{return_value}")
    response.close_connection = True


def main(request, response):
    do = request.GET.first(b"do").decode()
    return globals()[do](request, response)

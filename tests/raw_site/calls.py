"""Makes each `?call=` on the writer, in order, with `coalesce` on only if `?coalesce` is there.

`?then=wait` waits for a byte from the client behind each call. `?then=count` says at the end how many
segments had gone out by the end of each call. `?then=exit` ends the whole process behind the last
call, so that only what the kernel has is ever seen.
"""

import io
import os
import socket
import struct

CALLS = {
    b"status": lambda writer, sock: writer.write_status(200),
    b"header": lambda writer, sock: writer.write_header("a", "b"),
    b"end": lambda writer, sock: writer.end_headers(),
    b"content": lambda writer, sock: writer.write_content("content"),
    b"raw": lambda writer, sock: writer.write_raw_content("raw"),
    b"write": lambda writer, sock: writer.write("write"),
    b"file": lambda writer, sock: writer.write_content_file(io.BytesIO(b"file")),
    b"wfile": lambda writer, sock: writer._handler.wfile.write(b"wfile"),
    b"send": lambda writer, sock: sock.send(b"send"),
    b"sendall": lambda writer, sock: sock.sendall(b"sendall"),
    b"sendmsg": lambda writer, sock: sock.sendmsg([b"send", b"msg"]),
    b"flush": lambda writer, sock: writer.flush(),
    b"socket": lambda writer, sock: writer.socket,
    b"urgent": lambda writer, sock: setattr(writer, "coalesce", False),
}


def segments(sock):
    """Segments with data that have gone out on this connection: `tcpi_data_segs_out`."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    return struct.unpack_from("=I", info, 156)[0]


def main(request, response):
    response.add_required_headers = False
    response.close_connection = True
    writer = response.writer
    writer.coalesce = b"coalesce" in request.GET
    sock = writer.socket
    then = request.GET.first(b"then", None)
    counts = []
    before = segments(sock)
    for name in request.GET.get_list(b"call"):
        CALLS[name](writer, sock)
        if then == b"wait":
            sock.recv(1)
        counts.append(str(segments(sock) - before))
    if then == b"exit":
        os._exit(0)
    if then == b"count":
        writer.write("|" + " ".join(counts))

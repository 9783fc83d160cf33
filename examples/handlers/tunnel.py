"""A tunnel to a port of this machine, for CONNECT: bytes go both ways until both sides have ended.

It needs a route: wireserve examples --route CONNECT '*' handlers/tunnel.py
"""

import select
import socket


def main(request, response):
    host, _, port = request.request_path.rpartition(":")
    if host not in ("127.0.0.1", "localhost") or not port.isdigit():
        return 403, [], "Only ports of this machine.\n"

    with socket.create_connection((host, int(port))) as server:
        response.writer.write("HTTP/1.1 200 Connection Established\r\n\r\n")
        client = response.writer.socket
        to = {client: server, server: client}
        while to:
            if client in to and response.writer.buffered:
                ready = [client]  # sent together with the head, so `select` does not see it
            else:
                ready, _, _ = select.select(list(to), [], [])
            for end in ready:
                if data := end.recv(65536):
                    to[end].sendall(data)
                else:
                    to.pop(end).shutdown(socket.SHUT_WR)
    response.close_connection = True

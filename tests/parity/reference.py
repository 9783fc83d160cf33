"""The reference server, for the parity tests to ask.

Serves a doc root with the library's own routes on a free port of 127.0.0.1, says where on
standard output, and ends when standard input does, so that it cannot outlive the tests.
The working directory is the doc root. Nagle's algorithm is off, which changes when bytes arrive
and nothing else, and makes it about ten times as fast to ask.
"""

import logging
import os
import socket
import sys

from wptserve.server import WebTestHttpd, WebTestServer
from wptserve.stash import StashServer


class PromptServer(WebTestServer):
    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


def main():
    doc_root = os.path.abspath(sys.argv[1])
    os.chdir(doc_root)
    sys.dont_write_bytecode = True
    logging.basicConfig(level=logging.WARNING)
    with StashServer(authkey="parity"):
        server = WebTestHttpd(host="127.0.0.1", port=0, server_cls=PromptServer, doc_root=doc_root)
        server.start()
        print(f"reference listening on http://127.0.0.1:{server.port}/", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()

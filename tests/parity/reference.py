"""The reference server, for the parity tests to ask.

Serves a doc root with the library's own routes on a free port of 127.0.0.1, says where on
standard output, and ends when standard input does, so that it cannot outlive the tests.
The working directory is the doc root. Nagle's algorithm is off, which changes when bytes arrive
and nothing else, and makes it about ten times as fast to ask.

With more arguments (a certificate, its key, and a port of HTTP to show to handlers), it serves HTTPS,
and its handlers see the configuration that a server of both schemes has.
"""

import logging
import os
import socket
import sys

from wptserve.config import ConfigBuilder
from wptserve.request import Server
from wptserve.server import WebTestHttpd, WebTestServer
from wptserve.stash import StashServer


class PromptServer(WebTestServer):
    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


def configuration(port, certificate, key, http_port):
    """The configuration of a server with both schemes, which exists before its ports are bound."""
    files = {"host_cert_path": certificate, "host_key_path": key}
    return ConfigBuilder(logging.getLogger(), browser_host="127.0.0.1",
                         ports={"http": [int(http_port)], "https": [port]},
                         ssl={"type": "pregenerated", "encrypt_after_connect": False, "pregenerated": files})


def main():
    doc_root = os.path.abspath(sys.argv[1])
    tls = sys.argv[2:]
    os.chdir(doc_root)
    sys.dont_write_bytecode = True
    logging.basicConfig(level=logging.WARNING)
    options = {"use_ssl": True, "certificate": tls[0], "key_file": tls[1]} if tls else {}
    with StashServer(authkey="parity"):
        server = WebTestHttpd(host="127.0.0.1", port=0, server_cls=PromptServer, doc_root=doc_root, **options)
        if tls:
            with configuration(server.port, *tls) as config:
                Server.config = config
        server.start()
        print(f"reference listening on {server.get_url()}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()

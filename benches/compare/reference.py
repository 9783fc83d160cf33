"""The reference server, for measurements.

Serves a doc root with the library's routes and a stash on a free port of 127.0.0.1, prints its address, and
ends on SIGTERM, with the stash's process. Nothing is logged. With --nodelay, Nagle's algorithm is off. As
shipped it is on, and each response on a persistent connection waits for the client's delayed acknowledgement.
"""

import argparse
import logging
import os
import signal
import socket
import sys

from wptserve.server import WebTestHttpd, WebTestServer
from wptserve.stash import StashServer


class NoDelayServer(WebTestServer):
    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("doc_root")
    parser.add_argument("--nodelay", action="store_true")
    options = parser.parse_args()

    doc_root = os.path.abspath(options.doc_root)
    os.chdir(doc_root)
    sys.dont_write_bytecode = True
    logging.disable()
    server_cls = NoDelayServer if options.nodelay else WebTestServer
    with StashServer(authkey="compare"):
        # All later threads inherit the mask, so the signal can only be received by `sigwait`.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        server = WebTestHttpd(host="127.0.0.1", port=0, server_cls=server_cls, doc_root=doc_root)
        server.start()
        print(f"reference listening on http://127.0.0.1:{server.port}/", flush=True)
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()

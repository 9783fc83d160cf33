"""The reference server, to be measured.

Serves a doc root with the library's own routes and a stash on a free port of 127.0.0.1, says where
on standard output, and ends at SIGTERM with the stash's process. Nothing is logged. With --nodelay, Nagle's
algorithm is off; as shipped it is on, and each response on a kept-alive connection stalls for the
client's delayed acknowledgement.
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
        # For all threads that are still to come: whoever else gets the signal, nobody wakes up.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        server = WebTestHttpd(host="127.0.0.1", port=0, server_cls=server_cls, doc_root=doc_root)
        server.start()
        print(f"reference listening on http://127.0.0.1:{server.port}/", flush=True)
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()

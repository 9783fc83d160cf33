"""The reference for WebSockets, for the tests to ask: pywebsocket3's own server.

Serves a folder of handlers on a free port of 127.0.0.1, prints its address, and ends when standard input does.
"""

import sys
import threading

from pywebsocket3 import standalone


def main():
    sys.dont_write_bytecode = True
    arguments = ["-H", "127.0.0.1", "-p", "0", "-d", sys.argv[1], "-w", sys.argv[1]]
    options, _ = standalone._parse_args_and_config(arguments)
    options.cgi_directories = []
    options.is_executable_method = None
    server = standalone.WebSocketServer(options)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"reference listening on ws://127.0.0.1:{server.server_port}/", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

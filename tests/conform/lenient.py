"""A client that believes the first Content-Length, whatever else a head has, and knows no version but 1.1: what it does
wrong does not depend on what the machine has installed."""

import socket
import sys
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
    connection.sendall(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    reader = connection.makefile("rb")
    if not reader.readline().startswith(b"HTTP/1.1 "):
        sys.exit("expected HTTP/1.1")
    length = None
    while (line := reader.readline().strip()):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and length is None:
            length = int(value)
    sys.stdout.buffer.write(reader.read() if length is None else reader.read(length))

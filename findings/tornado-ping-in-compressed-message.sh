#!/usr/bin/env bash
# Tornado's WebSocket client drops the connection at a ping between the frames of a compressed message.
#
# Expected: RFC 6455, section 5.4, allows control frames between the fragments of a message. RFC 7692, section 6.1, sets
#   the compression bit on the first fragment alone.
# Seen: the ping is answered, then the next fragment ends the connection: no message, no close code. An uncompressed
#   message with a ping between its fragments arrives, as does a compressed one without a ping.
# Package: tornado 6.6.1 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  tornado==6.6.1 || { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import asyncio, base64, hashlib, re, socket, threading, zlib
from tornado.websocket import websocket_connect


def frame(opcode, data=b'', fin=1, rsv1=0):
    return bytes([fin << 7 | rsv1 << 6 | opcode, len(data)]) + data


def serve(listener, extension, *writes):
    connection, _ = listener.accept()
    connection.settimeout(10)
    head = b''
    while b'\r\n\r\n' not in head:
        head += connection.recv(65536)
    key = re.search(rb'(?i)\r\nsec-websocket-key:[ \t]*(\S+)', head)[1]
    proof = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())
    answer = (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
              b'Sec-WebSocket-Accept: ' + proof + b'\r\n' + extension + b'\r\n')
    connection.sendall(answer)
    for data in writes:
        connection.sendall(data)
    connection.recv(65536)
    connection.recv(65536)
    connection.close()


async def receive(url):
    client = await websocket_connect(url, compression_options={})
    message = await asyncio.wait_for(client.read_message(), 20)
    if message is not None:
        await asyncio.wait_for(client.read_message(), 20)
    return message, client.close_code


deflate = zlib.compressobj(wbits=-15)
compressed = (deflate.compress(b'hello world') + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
for name, data, rsv1, between in (('plain, ping:', b'hello world', 0, frame(9)), ('compressed:', compressed, 1, b''),
                                  ('compressed, ping:', compressed, 1, frame(9))):
    listener = socket.create_server(('127.0.0.1', 0))
    writes = frame(1, data[:3], 0, rsv1), between, frame(0, data[3:]), frame(8, b'\x03\xe8')
    threading.Thread(target=serve, daemon=True, args=(
        listener, b'Sec-WebSocket-Extensions: permessage-deflate\r\n', *writes)).start()
    print(name, asyncio.run(receive('ws://127.0.0.1:%d/' % listener.getsockname()[1])))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 80 python3 "$tmp/ask.py" 2>&1) || true
described="plain, ping: ('hello world', 1000)
compressed: ('hello world', 1000)
compressed, ping: (None, None)"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

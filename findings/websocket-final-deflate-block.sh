#!/usr/bin/env bash
# After a compressed message that ends in a final DEFLATE block, lomond and websockets lose the next message.
#
# Expected: RFC 7692, section 7.2.3.5, allows a block with BFINAL set and shows such a message. The client may be sent
#   further compressed messages, and delivers each.
# Seen: the message itself arrives. The compressed message after it is delivered as an empty text, without an error.
#   With blocks that are not final, both arrive.
# Package: lomond 0.3.4 with six 1.17.0, websockets 17.4 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  lomond==0.3.4 six==1.17.0 websockets==17.4 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import base64, hashlib, re, socket, threading, zlib
import lomond
from websockets.sync.client import connect


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
    connection.close()


def message(text, final):
    deflate = zlib.compressobj(wbits=-15)
    data = deflate.compress(text)
    if final:
        return frame(1, data + deflate.flush(zlib.Z_FINISH) + b'\0', rsv1=1)
    return frame(1, (data + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4], rsv1=1)


def by_lomond(url):
    events = lomond.WebSocket(url, compress=True).connect(ping_rate=0)
    return [event.text for event in events if event.name == 'text']


def by_websockets(url):
    with connect(url) as client:
        return list(client)


for name, client in ('lomond', by_lomond), ('websockets', by_websockets):
    for final in False, True:
        listener = socket.create_server(('127.0.0.1', 0))
        writes = message(b'one', final), message(b'two', False), frame(8, b'\x03\xe8')
        threading.Thread(target=serve, daemon=True, args=(
            listener, b'Sec-WebSocket-Extensions: permessage-deflate\r\n', *writes)).start()
        print(name, 'final block:' if final else 'no final block:',
              client('ws://127.0.0.1:%d/' % listener.getsockname()[1]))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" 2>&1) || true
described="lomond no final block: ['one', 'two']
lomond final block: ['one', '']
websockets no final block: ['one', 'two']
websockets final block: ['one', '']"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

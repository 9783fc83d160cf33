#!/usr/bin/env bash
# simple-websocket and ws4py lose messages that arrive together with the handshake's response.
#
# Expected: a server may send its first frames directly after its 101 (RFC 6455, section 4.2.2), and TCP may deliver
#   both at once. The client delivers every message.
# Seen: simple-websocket delivers none of them, ws4py only the first. If the frames arrive later, both deliver all.
# Package: simple-websocket 1.1.0 with wsproto 1.3.2 and h11 0.16.0, ws4py 0.6.0 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  simple-websocket==1.1.0 wsproto==1.3.2 h11==0.16.0 ws4py==0.6.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import base64, hashlib, re, socket, threading, time
import simple_websocket
from ws4py.client.threadedclient import WebSocketClient


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
    if writes[0] == 'together':
        connection.sendall(answer + b''.join(writes[1:]))
    else:
        connection.sendall(answer)
        time.sleep(1)
        connection.sendall(b''.join(writes[1:]))
    time.sleep(2)
    connection.close()


def by_simple_websocket(url):
    client, texts = simple_websocket.Client(url), []
    try:
        while True:
            texts.append(client.receive(timeout=10))
    except simple_websocket.ConnectionClosed:
        return texts


def by_ws4py(url):
    texts = []

    class Client(WebSocketClient):
        def received_message(self, message):
            texts.append(str(message))

    client = Client(url)
    client.connect()
    client.run_forever()
    return texts


for name, client in ('simple-websocket', by_simple_websocket), ('ws4py', by_ws4py):
    for how in 'later', 'together':
        listener = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=serve, daemon=True, args=(
            listener, b'', how, frame(1, b'one'), frame(1, b'two'), frame(1, b'three'))).start()
        print(name, how + ':', client('ws://127.0.0.1:%d/' % listener.getsockname()[1]))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 90 python3 "$tmp/ask.py" 2>/dev/null) || true
described="simple-websocket later: ['one', 'two', 'three']
simple-websocket together: []
ws4py later: ['one', 'two', 'three']
ws4py together: ['one']"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

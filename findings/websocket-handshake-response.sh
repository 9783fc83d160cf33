#!/usr/bin/env bash
# Some WebSocket clients refuse a handshake whose Connection field has a second option, or that an interim response
# precedes.
#
# Expected: RFC 6455, section 4.1, wants a Connection field that contains the token Upgrade, which is a list (RFC 9110,
#   section 7.6.1). A client must be able to read interim responses such as 103 before any other (RFC 9110, section 15.2).
# Seen: picows and ws4py refuse `Connection: keep-alive, Upgrade` as invalid. picows, ws4py, lomond and websocket-client
#   take a 103 for the final answer, so the handshake fails.
# Package: picows 2.3.1, ws4py 0.6.0, lomond 0.3.4 with six 1.17.0, websocket-client 1.9.2 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  picows==2.3.1 ws4py==0.6.0 lomond==0.3.4 six==1.17.0 websocket-client==1.9.2 || {
  echo 'cannot install the packages' >&2
  exit 2
}

cat > "$tmp/ask.py" <<'PY'
import asyncio, base64, hashlib, re, socket, threading
import lomond, picows, websocket
from ws4py.client.threadedclient import WebSocketClient



def serve(listener, interim, option):
    connection, _ = listener.accept()
    connection.settimeout(10)
    head = b''
    while b'\r\n\r\n' not in head:
        head += connection.recv(65536)
    key = re.search(rb'(?i)\r\nsec-websocket-key:[ \t]*(\S+)', head)[1]
    proof = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())
    answer = (interim + b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: ' + option + b'\r\n'
              b'Sec-WebSocket-Accept: ' + proof + b'\r\n' + b'\r\n')
    connection.sendall(answer + b'\x81\x05hello\x88\x02\x03\xe8')
    connection.recv(65536)
    connection.close()


def by_lomond(url):
    return next(event.text for event in lomond.WebSocket(url).connect(ping_rate=0) if event.name == 'text')


def by_websocket_client(url):
    return websocket.create_connection(url, timeout=10).recv()


def by_ws4py(url):
    client, texts = WebSocketClient(url), []
    client.received_message = lambda message: texts.append(str(message))
    client.connect()
    client.run_forever()
    return texts[0]


def by_picows(url):
    texts = []

    class Listener(picows.WSListener):
        def on_ws_frame(self, transport, frame):
            if frame.msg_type == picows.WSMsgType.TEXT:
                texts.append(frame.get_payload_as_utf8_text())
                transport.disconnect()

    async def receive():
        transport, _ = await picows.ws_connect(Listener, url)
        await transport.wait_disconnected()
    asyncio.run(receive())
    return texts[0]


cases = (('usual', b'', b'Upgrade'), ('list', b'', b'keep-alive, Upgrade'),
         ('interim', b'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', b'Upgrade'))
for client in by_lomond, by_picows, by_websocket_client, by_ws4py:
    outcomes = []
    for name, interim, option in cases:
        listener = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=serve, daemon=True, args=(listener, interim, option)).start()
        try:
            outcomes.append(f"{name}: {client('ws://127.0.0.1:%d/' % listener.getsockname()[1])}")
        except Exception as error:
            outcomes.append(f'{name}: {type(error).__name__}')
    print(client.__name__[3:], ', '.join(outcomes))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 90 python3 "$tmp/ask.py" 2>/dev/null) || true
described="lomond usual: hello, list: hello, interim: StopIteration
picows usual: hello, list: WSInvalidUpgradeError, interim: WSInvalidStatusError
websocket_client usual: hello, list: hello, interim: WebSocketBadStatusException
ws4py usual: hello, list: HandshakeError, interim: HandshakeError"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# WebSocket servers break fragmented messages, and answer a Close frame with a wrong one or none.
#
# Expected: a server must support fragmented messages (RFC 6455, section 5.4), whose text is UTF-8 as a whole (section
#   5.6). Who receives a Close frame must send one in return, whose body is empty or begins with a status code (5.5.1).
# Seen: websocket-server delivers the first fragment as a message and ends the connection at the second; it logs
#   "Continuation frames are not supported". It answers a Close frame by closing alone. nodejs-websocket turns a
#   character that is split between two frames into replacement characters. gevent-websocket sends
#   "bytearray(b'bye')" as the body of its Close frame if the reason was "bye", which means the status code 25209.
# Packages: websocket-server 0.6.4, gevent-websocket 0.10.1 with gevent 26.9.0 (PyPI), nodejs-websocket 1.7.2 (npm).
#   Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
    websocket-server==0.6.4 gevent-websocket==0.10.1 gevent==26.9.0 &&
  npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts nodejs-websocket@1.7.2 >/dev/null
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/serve.cjs" <<'JS'
const server = require('nodejs-websocket').createServer(connection => {
  connection.on('text', text => connection.sendText(text))
  connection.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => console.log(server.socket.address().port))
JS
cat > "$tmp/serve.py" <<'PY'
import sys


def websocket_server():
    from websocket_server import WebsocketServer
    server = WebsocketServer('127.0.0.1', 0)
    server.set_fn_message_received(lambda client, server, message: server.send_message(client, message))
    return server.server_address[1], server.run_forever


def gevent_websocket():
    from gevent.pywsgi import WSGIServer
    from geventwebsocket.handler import WebSocketHandler

    def app(environ, start_response):
        socket = environ['wsgi.websocket']
        while (message := socket.receive()) is not None:
            socket.send(message)
        return []

    server = WSGIServer(('127.0.0.1', 0), app, handler_class=WebSocketHandler)
    server.start()
    return server.server_port, server.serve_forever


port, serve = globals()[sys.argv[1].replace('-', '_')]()
print(port, flush=True)
serve()
PY
cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, sys

REQUEST = ('GET / HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Origin: http://127.0.0.1',
           'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==', '', '')
MASK = b'\1\2\3\4'
CLOSE = 0x88, b'\x03\xe8'
CASES = {
    'one frame': [(0x81, b'caf\xc3\xa9'), CLOSE],
    'fragments': [(0x01, b'caf'), (0x80, b'\xc3\xa9'), CLOSE],
    'split character': [(0x01, b'caf\xc3'), (0x80, b'\xa9'), CLOSE],
    'close with reason': [(0x88, b'\x03\xe8bye')],
}


def ask(port, frames):
    with socket.create_connection(('127.0.0.1', port), 10) as connection, connection.makefile('rb') as stream:
        connection.sendall('\r\n'.join(REQUEST).encode())
        while stream.readline() != b'\r\n':
            pass
        connection.sendall(b''.join(
            bytes([first, 0x80 | len(data)]) + MASK + bytes(octet ^ MASK[index % 4] for index, octet in enumerate(data))
            for first, data in frames
        ))
        found = []
        try:
            while len(head := stream.read(2)) == 2:
                data = stream.read(head[1])
                if head[0] == 0x88:
                    found.append(f'Close frame {int.from_bytes(data[:2]) if data else "without a code"}')
                    break
                found.append(f'message {ascii(data.decode())[1:-1]}')
            else:
                found.append('no Close frame')
        except ConnectionError:
            found.append('no Close frame')
        return ', '.join(found)


for name in ('websocket-server', 'gevent-websocket', 'nodejs-websocket'):
    command = ['node', f'{sys.argv[1]}/serve.cjs'] if name == 'nodejs-websocket' else [
        sys.executable, f'{sys.argv[1]}/serve.py', name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        port = int(server.stdout.readline())
        for title, frames in CASES.items():
            print(f'{name}: {title}: {ask(port, frames)}', flush=True)
        server.kill()
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='websocket-server: one frame: message caf\xe9, no Close frame
websocket-server: fragments: message caf, no Close frame
websocket-server: split character: no Close frame
websocket-server: close with reason: no Close frame
gevent-websocket: one frame: message caf\xe9, Close frame without a code
gevent-websocket: fragments: message caf\xe9, Close frame without a code
gevent-websocket: split character: message caf\xe9, Close frame without a code
gevent-websocket: close with reason: Close frame 25209
nodejs-websocket: one frame: message caf\xe9, Close frame 1000
nodejs-websocket: fragments: message caf\xe9, Close frame 1000
nodejs-websocket: split character: message caf\ufffd\ufffd, Close frame 1000
nodejs-websocket: close with reason: Close frame 1000'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

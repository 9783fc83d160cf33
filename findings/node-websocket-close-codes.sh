#!/usr/bin/env bash
# Two WebSocket clients for Node.js report another close code than the server sent.
#
# Expected: a Close frame without a status code is reported as 1005 (RFC 6455, section 7.1.5), and 1012 (service
#   restart) is a registered code (IANA, WebSocket Close Code Number Registry), so it is reported as it is.
# Seen: without a code, websocket reports 1006, as if the connection had broken, and faye-websocket 1000. faye-websocket
#   reports 1012 as 1002, a protocol error, with the server's reason.
# Package: websocket 1.0.35, faye-websocket 0.11.4 with websocket-driver 0.7.4 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts \
  websocket@1.0.35 faye-websocket@0.11.4 websocket-driver@0.7.4 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/websocket.cjs" <<'JS'
const { client: Client } = require('websocket');
const client = new Client();
client.on('connect', (connection) => connection.on('close', (code, reason) => console.log(code, reason)));
client.connect(process.argv[2]);
JS
cat > "$tmp/faye-websocket.cjs" <<'JS'
const { Client } = require('faye-websocket');
new Client(process.argv[2]).on('close', ({ code, reason }) => console.log(code, reason));
JS
cat > "$tmp/ask.py" <<'PY'
import base64, hashlib, re, socket, subprocess, sys, threading


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


for package in 'websocket', 'faye-websocket':
    for name, close in (('3000:', b'\x0b\xb8bye'), ('no code:', b''), ('1012:', b'\x03\xf4bye')):
        listener = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=serve, daemon=True, args=(listener, b'', frame(8, close))).start()
        url = 'ws://127.0.0.1:%d/' % listener.getsockname()[1]
        client = subprocess.run(['node', f'{sys.argv[1]}/{package}.cjs', url], capture_output=True, text=True, timeout=20)
        print(package, name, client.stdout.strip() + client.stderr)
PY
seen=$(timeout 120 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described="websocket 3000: 3000 bye
websocket no code: 1006 Connection dropped by remote peer.
websocket 1012: 1012 bye
faye-websocket 3000: 3000 bye
faye-websocket no code: 1000
faye-websocket 1012: 1002 bye"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# extended-eventsource makes two events of one when a segment ends between CR and LF.
#
# Expected: the README promises full compliance with the WHATWG specification of server-sent events. There CR LF is one
#   line end, wherever the network divides the stream, and a block without a `data` field dispatches nothing.
# Seen: when CR and LF arrive separately, the LF counts as an empty line and ends the event. In addition, a block with
#   an `event` field only is dispatched with empty data.
# Package: extended-eventsource 2.1.0 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts extended-eventsource@2.1.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/client.mjs" <<'JS'
import { EventSource } from 'extended-eventsource';
const source = new EventSource(process.argv[2], { disableRetry: true });
const events = [];
const keep = (event) => events.push([event.type, event.data]);
source.addEventListener('message', keep);
source.addEventListener('tick', keep);
source.onerror = () => {
  source.close();
  console.log(JSON.stringify(events));
  process.exit();
};
JS
cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, sys, threading, time

HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'


def events(*segments):
    server = socket.create_server(('127.0.0.1', 0))
    server.settimeout(20)

    def answer():
        connection, _ = server.accept()
        connection.settimeout(20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = b''
        while b'\r\n\r\n' not in head:
            head += connection.recv(65536)
        for segment in segments:
            connection.sendall(segment)
            time.sleep(1)
        connection.close()
        server.close()

    threading.Thread(target=answer, daemon=True).start()
    client = subprocess.run(['node', sys.argv[1], f'http://127.0.0.1:{server.getsockname()[1]}/'],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30)
    return client.stdout.strip()


print('CR LF together:', events(HEAD + b'data: a\r\ndata: b\r\n\r\n'))
print('CR LF apart:   ', events(HEAD + b'data: a\r', b'\ndata: b\r\n\r\n'))
print('no data field: ', events(HEAD + b'event: tick\n\ndata: a\n\n'))
PY
seen=$(timeout 100 python3 "$tmp/ask.py" "$tmp/client.mjs" 2>&1) || true
described='CR LF together: [["message","a\nb"]]
CR LF apart:    [["message","a"],["message","b"]]
no data field:  [["tick",""],["message","a"]]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# eventsource-client delivers an event with CR line ends one event late, and the last one never.
#
# Expected: the WHATWG specification of server-sent events accepts CR, LF and CR LF as line ends. An event is
#   dispatched at its empty line, so `data: a` CR CR is complete as soon as it arrives.
# Seen: the event is held until the next one begins. The last event of a stream is dropped when the connection closes.
#   With LF both events arrive at once.
# Package: eventsource-client 1.2.0 with eventsource-parser 3.1.1 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts \
  eventsource-client@1.2.0 eventsource-parser@3.1.1 >/dev/null || { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/client.mjs" <<'JS'
import { createEventSource } from 'eventsource-client';
const source = createEventSource({
  url: process.argv[2],
  onMessage: ({ data }) => console.log(data),
  onDisconnect: () => {
    source.close();
    process.exit();
  },
});
JS
cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, sys, threading, time

HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'


def deliveries(end):
    server = socket.create_server(('127.0.0.1', 0))
    server.settimeout(30)
    client = subprocess.Popen(['node', sys.argv[1], f'http://127.0.0.1:{server.getsockname()[1]}/'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines_seen = []

    def read():
        for line in client.stdout:
            lines_seen.append(line.strip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        connection, _ = server.accept()
        connection.settimeout(20)
        head = b''
        while b'\r\n\r\n' not in head:
            head += connection.recv(65536)
        connection.sendall(HEAD + b'data: a' + end + end)
        time.sleep(4)
        first = list(lines_seen)
        connection.sendall(b'data: b' + end + end)
        time.sleep(4)
        second = lines_seen[len(first):]
        connection.close()
        client.wait(20)
        reader.join(20)
        closed = lines_seen[len(first) + len(second):]
    finally:
        client.kill()
        server.close()
    return f'after a: {first}, after b: {second}, after the close: {closed}'


print('LF:', deliveries(b'\n'))
print('CR:', deliveries(b'\r'))
PY
seen=$(timeout 110 python3 "$tmp/ask.py" "$tmp/client.mjs" 2>&1) || true
described="LF: after a: ['a'], after b: ['b'], after the close: []
CR: after a: [], after b: ['a'], after the close: []"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Readers of event streams invent, lose and change events.
#
# Expected: of a value only the first space is removed. An event without a data field is not dispatched, so a comment
#   with an empty line after it is none; one with an empty data field is. What stands after the last empty line is
#   discarded at the end (WHATWG HTML, section 9.2.6).
# Seen: fetch-event-stream removes all spaces. It, httpx-sse and aiosseclient dispatch events without data, and
#   httpx-sse one for every comment, once there was an id. parse-sse drops an event with empty data; it and
#   sseclient-py dispatch an incomplete one.
# Packages: fetch-event-stream 0.1.6, parse-sse 0.1.0 (npm), on Node.js 20, httpx-sse 0.4.3, sseclient-py 1.9.0,
#   aiosseclient 0.1.8 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts fetch-event-stream@0.1.6 parse-sse@0.1.0 \
  >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  httpx-sse==0.4.3 httpx==0.29.0 sseclient-py==1.9.0 requests==2.34.2 aiosseclient==0.1.8 aiohttp==3.14.5 ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/read.mjs" <<'JS'
import { events } from 'fetch-event-stream';
import { parseServerSentEvents } from 'parse-sse';

const [reader, url] = process.argv.slice(2);
const read = { 'fetch-event-stream': events, 'parse-sse': parseServerSentEvents }[reader];
const found = [];
for await (const event of read(await fetch(url))) {
  found.push(event.data ?? '');
}
console.log(JSON.stringify(found));
process.exit();
JS
cat > "$tmp/read.py" <<'PY'
import asyncio, json, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiosseclient, httpx, httpx_sse, requests, sseclient

STREAMS = {
    'ordinary': ('data: a\ndata: b\n\n', ['a\nb']),
    'two spaces': ('data:  a\n\n', [' a']),
    'empty data': ('data:\n\n', ['']),
    'no data': ('event: e\n\ndata: a\n\n', ['a']),
    'comment': ('data: a\n\n: comment\n\ndata: b\n\n', ['a', 'b']),
    'comment after id': ('id: 1\ndata: a\n\n: comment\n\ndata: b\n\n', ['a', 'b']),
    'incomplete': ('data: a\n\ndata: b\n', ['a']),
}


class Streams(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.end_headers()
        self.wfile.write(list(STREAMS.values())[int(self.path.strip('/'))][0].encode())

    def log_message(self, *arguments):
        pass


def with_node(name):
    def read(url):
        command = ['node', f'{sys.argv[1]}/read.mjs', name, url]
        return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=20).stdout)
    return read


def with_httpx_sse(url):
    with httpx.Client() as client, httpx_sse.connect_sse(client, 'GET', url) as source:
        return [event.data for event in source.iter_sse()]


def with_sseclient(url):
    return [event.data for event in sseclient.SSEClient(requests.get(url, stream=True, timeout=10)).events()]


def with_aiosseclient(url):
    async def read():
        return [event.data async for event in aiosseclient.aiosseclient(url)]
    return asyncio.run(read())


READERS = {
    'fetch-event-stream': with_node('fetch-event-stream'),
    'parse-sse': with_node('parse-sse'),
    'httpx-sse': with_httpx_sse,
    'sseclient-py': with_sseclient,
    'aiosseclient': with_aiosseclient,
}
server = ThreadingHTTPServer(('127.0.0.1', 0), Streams)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for number, (title, (stream, expected)) in enumerate(STREAMS.items()):
    print(f'{title}: expected {json.dumps(expected)}')
    for name, read in READERS.items():
        found = read(f'http://127.0.0.1:{server.server_port}/{number}')
        if found != expected:
            print(f'  {name}: {json.dumps(found)}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" "$tmp" 2>&1) || true
described='ordinary: expected ["a\nb"]
two spaces: expected [" a"]
  fetch-event-stream: ["a"]
empty data: expected [""]
  parse-sse: []
no data: expected ["a"]
  fetch-event-stream: ["", "a"]
  httpx-sse: ["", "a"]
  aiosseclient: ["", "a"]
comment: expected ["a", "b"]
comment after id: expected ["a", "b"]
  httpx-sse: ["a", "", "b"]
incomplete: expected ["a"]
  parse-sse: ["a", "b"]
  sseclient-py: ["a", "b"]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

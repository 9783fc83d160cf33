#!/usr/bin/env bash
# Clients of event streams refuse `Content-Type: Text/Event-Stream`.
#
# Expected: type and subtype of a media type are case-insensitive (RFC 9110, section 8.3.1), and a parser puts them in
#   lower case (WHATWG MIME Sniffing, section 4.4) before the type is compared with text/event-stream (WHATWG HTML,
#   section 9.2.3).
# Seen: eventsource, extended-eventsource and the Python package launchdarkly-eventsource report a wrong content type,
#   and deliver no event. undici and requests-sse deliver it.
# Packages: eventsource 4.1.1, extended-eventsource 2.1.0, undici 7.30.2 (npm), launchdarkly-eventsource 1.7.4,
#   requests-sse 0.5.3 (PyPI), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts eventsource@4.1.1 \
  extended-eventsource@2.1.0 undici@7.30.2 >/dev/null || cannot_install
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  launchdarkly-eventsource==1.7.4 requests-sse==0.5.3 || cannot_install

cat > "$tmp/connect.mjs" <<'JS'
const [, , name, url] = process.argv
console.warn = console.error = () => {}
const { EventSource } = await import(name)
const source = new EventSource(url)
const end = result => {
  console.log(result)
  process.exit(0)
}
source.onmessage = event => end(event.data)
source.onerror = () => end('error')
setTimeout(() => end('nothing'), 10000)
JS
cat > "$tmp/connect.py" <<'PY'
import sys

name, url = sys.argv[1:]
try:
    if name == 'requests-sse':
        from requests_sse import EventSource
        with EventSource(url, max_connect_retry=0) as source:
            print(next(iter(source)).data)
    else:
        from ld_eventsource import SSEClient
        print(next(iter(SSEClient(url).events)).data)
except Exception:
    print('error')
PY
cat > "$tmp/ask.py" <<'PY'
import subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

tmp = sys.argv[1]
NODE = ('eventsource', 'extended-eventsource', 'undici')


class Stream(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', self.path.removeprefix('/'))
        self.end_headers()
        self.wfile.write(b'data: hello\n\n')

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Stream)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in (*NODE, 'launchdarkly-eventsource', 'requests-sse'):
    for media_type in ('text/event-stream', 'Text/Event-Stream'):
        script = ('node', f'{tmp}/connect.mjs') if name in NODE else (sys.executable, f'{tmp}/connect.py')
        command = [*script, name, f'http://127.0.0.1:{server.server_port}/{media_type}']
        ended = subprocess.run(command, cwd=tmp, capture_output=True, text=True, timeout=20)
        print(f'{name}: {media_type}: {ended.stdout.strip()}', flush=True)
PY
seen=$(PYTHONPATH="$tmp/py" timeout 120 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='eventsource: text/event-stream: hello
eventsource: Text/Event-Stream: error
extended-eventsource: text/event-stream: hello
extended-eventsource: Text/Event-Stream: error
undici: text/event-stream: hello
undici: Text/Event-Stream: hello
launchdarkly-eventsource: text/event-stream: hello
launchdarkly-eventsource: Text/Event-Stream: error
requests-sse: text/event-stream: hello
requests-sse: Text/Event-Stream: hello'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

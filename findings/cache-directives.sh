#!/usr/bin/env bash
# CacheControl knows a directive in lower case only, and both caches for requests look for directives within quotes.
#
# Expected: names of cache directives are compared case-insensitively, and an unknown directive with its quoted argument
#   is ignored (RFC 9111, sections 5.2 and 5.2.3). So each response below is fresh for a minute, and the second request
#   is answered from the cache.
# Seen: CacheControl does not take `Max-Age=60` for `max-age=60`. It and requests-cache do not store a response with
#   `note="a, no-store, b"`: they split the argument at its commas.
# Packages: CacheControl 0.14.4, requests-cache 1.3.3 with requests 2.34.2 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  CacheControl==0.14.4 requests-cache==1.3.3 requests==2.34.2 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cachecontrol import CacheControl
from requests_cache import CachedSession

FIELDS = ['max-age=60', 'Max-Age=60', 'max-age=60, note="a, b"', 'max-age=60, note="a, no-store, b"']
asked = []


class Fields(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header('Cache-Control', FIELDS[int(self.path.strip('/'))])
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Fields)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for number, field in enumerate(FIELDS):
    counts = []
    for session in (CacheControl(requests.Session()), CachedSession(backend='memory', cache_control=True)):
        asked.clear()
        for _ in range(2):
            session.get(f'http://127.0.0.1:{server.server_port}/{number}', timeout=10)
        counts.append(len(asked))
    print(f'{field}: requests through CacheControl {counts[0]}, through requests-cache {counts[1]}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" 2>&1) || true
described='max-age=60: requests through CacheControl 1, through requests-cache 1
Max-Age=60: requests through CacheControl 2, through requests-cache 1
max-age=60, note="a, b": requests through CacheControl 1, through requests-cache 1
max-age=60, note="a, no-store, b": requests through CacheControl 2, through requests-cache 2'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

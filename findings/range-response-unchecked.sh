#!/usr/bin/env bash
# Readers of ranges take any response for the range that they asked for.
#
# Expected: a server may ignore Range and send everything with 200 (RFC 9110, section 14.2). With 206 it may send less than
#   was asked for; a client must look at Content-Range to see whether more requests are needed (section 15.3.7). fsspec
#   documents start and end of cat_file as the limits of the read.
# Seen: fsspec's cat_file and httpio's read return the whole file of a 200 as the range. Of a shorter 206, both return what
#   it has, as if the file ended there, without an error or another request. smart_open asks again, and refuses the 200.
# Packages: fsspec 2026.9.0 with aiohttp 3.14.5, httpio 0.3.0, smart_open 9.0.4 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  fsspec==2026.9.0 aiohttp==3.14.5 httpio==0.3.0 smart_open==9.0.4 requests==2.34.2 ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import re, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fsspec, httpio, smart_open

FILE = bytes(range(250)) * 4
asked = []


class Files(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        found = re.fullmatch(r'bytes=(\d+)-(\d*)', self.headers.get('Range', ''))
        if found:
            asked.append(found[0])
        if found and self.path != '/ignored':
            first, last = int(found[1]), min(int(found[2] or 999), 999)
            if self.path == '/shorter':
                last = min(last, first + 9)
            self.send_response(206)
            self.send_header('Content-Range', f'bytes {first}-{last}/1000')
            content = FILE[first:last + 1]
        else:
            self.send_response(200)
            content = FILE
        self.send_header('Accept-Ranges', 'bytes')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command == 'GET':
            self.wfile.write(content)

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


def cat_file(url):
    return fsspec.filesystem('http').cat_file(url, start=300, end=400)


def read(opened):
    with opened as file:
        file.seek(300)
        return file.read(100)


server = ThreadingHTTPServer(('127.0.0.1', 0), Files)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for name, ask in [('fsspec, cat_file', cat_file),
                  ('fsspec, read', lambda url: read(fsspec.open(url, block_size=50))),
                  ('httpio, read', lambda url: read(httpio.open(url))),
                  ('smart_open, read', lambda url: read(smart_open.open(url, 'rb')))]:
    for response in ['whole', 'ignored', 'shorter']:
        asked.clear()
        try:
            data = ask(f'http://127.0.0.1:{server.server_port}/{response}')
            found = f'{len(data)} bytes' + (', right' if data == FILE[300:400] else '')
        except Exception as error:
            found = 'an error'
        print(f'{name}, {response}: {found}, asked {len(asked)}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" 2>&1) || true
described='fsspec, cat_file, whole: 100 bytes, right, asked 1
fsspec, cat_file, ignored: 1000 bytes, asked 1
fsspec, cat_file, shorter: 10 bytes, asked 1
fsspec, read, whole: 100 bytes, right, asked 1
fsspec, read, ignored: an error, asked 1
fsspec, read, shorter: 10 bytes, asked 1
httpio, read, whole: 100 bytes, right, asked 1
httpio, read, ignored: 1000 bytes, asked 1
httpio, read, shorter: 10 bytes, asked 1
smart_open, read, whole: 100 bytes, right, asked 1
smart_open, read, ignored: an error, asked 1
smart_open, read, shorter: 100 bytes, right, asked 10'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

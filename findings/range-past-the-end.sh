#!/usr/bin/env bash
# A range that ends after the last byte of a file gets a Content-Length that is too large from local-web-server, and one
# that begins there gets 206 without content from it and from Sanic.
#
# Expected: the range ends with the file, and one that begins after its last byte gets 416 (RFC 9110, sections 14.1.2
#   and 15.5.17). A last position beyond the end is how clients ask for "up to n bytes".
# Seen: local-web-server announces the whole range in Content-Range and Content-Length, and sends what there is, which a
#   client must take for a truncated response. Sanic sends the right content, also with a Content-Range of bytes that do
#   not exist, and answers a range after the last byte with 206.
# Packages: local-web-server 5.4.0 with koa-range 0.3.0 (npm), on Node.js 20; Sanic 25.12.1 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  sanic==25.12.1 || { echo 'cannot install the package' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts local-web-server@5.4.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }
mkdir "$tmp/root"
printf 0123456789 > "$tmp/root/digits.txt"

cat > "$tmp/serve.mjs" <<'JS'
import { once } from 'node:events';
import Lws from 'local-web-server';

const { server } = await Lws.create({ port: 0, hostname: '127.0.0.1', directory: process.argv[2] });
await once(server, 'listening');
console.log(server.address().port);
setTimeout(() => process.exit(), 60_000);
JS
cat > "$tmp/serve.py" <<'PY'
import os, socket, sys, threading

from sanic import Sanic

listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
app = Sanic('site')
app.static('/digits.txt', sys.argv[1] + '/digits.txt', use_content_range=True)
threading.Timer(60, os._exit, [0]).start()
app.run(sock=listener, single_process=True, motd=False, access_log=False)
PY
cat > "$tmp/ask.py" <<'PY'
import http.client, subprocess, sys

root, tmp = sys.argv[1:]
for name, command in [('local-web-server', ['node', '--no-deprecation', f'{tmp}/serve.mjs', root]),
                      ('Sanic', [sys.executable, f'{tmp}/serve.py', root])]:
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    port = int(server.stdout.readline())
    for spec in ['bytes=8-9', 'bytes=8-19', 'bytes=10-19']:
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
        connection.request('GET', '/digits.txt', headers={'Range': spec, 'Connection': 'close'})
        response = connection.getresponse()
        fields = response.headers['Content-Range'], response.headers['Content-Length']
        try:
            content = response.read()
        except http.client.IncompleteRead as error:
            content = f'{error.partial} and {error.expected} missing'
        if response.status == 416:
            content = 'an error'
        print(f'{name}, {spec}: {response.status}, {fields[0]}, length {fields[1]}, {content}')
        connection.close()
    server.kill()
    server.wait(10)
PY
seen=$(PYTHONPATH="$tmp/py" timeout 100 python3 "$tmp/ask.py" "$tmp/root" "$tmp" 2>&1) || true
described="local-web-server, bytes=8-9: 206, bytes 8-9/10, length 2, b'89'
local-web-server, bytes=8-19: 206, bytes 8-19/10, length 12, b'89' and 10 missing
local-web-server, bytes=10-19: 206, bytes 10-19/10, length 10, b'' and 10 missing
Sanic, bytes=8-9: 206, bytes 8-9/10, length 2, b'89'
Sanic, bytes=8-19: 206, bytes 8-19/10, length 2, b'89'
Sanic, bytes=10-19: 206, bytes 10-19/10, length 0, b''"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

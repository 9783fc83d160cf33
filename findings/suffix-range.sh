#!/usr/bin/env bash
# A suffix range gets the first bytes of the file from sirv, and an error from Quart and Twisted.
#
# Expected: `bytes=-3` means the last three bytes, and a suffix that is longer than the file means the whole file
#   (RFC 9110, section 14.1.2). `bytes=0-0` is the first byte.
# Seen: sirv takes `bytes=-3` for the positions 0 to 3, and sends four bytes with a Content-Range that says so; of
#   `bytes=0-0` it sends the whole file. Quart answers every suffix that is within the file with 500, Twisted one that is
#   longer than the file.
# Packages: sirv 3.0.2 (npm), on Node.js 20; Quart 0.22.0, Twisted 26.10.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  Quart==0.22.0 Twisted==26.10.0 || { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts sirv@3.0.2 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }
mkdir "$tmp/root"
printf 0123456789 > "$tmp/root/digits.txt"

cat > "$tmp/ask.cjs" <<'JS'
const http = require('node:http');
const sirv = require('sirv');

const ask = (port, Range) =>
  new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/digits.txt', headers: { Range }, agent: false };
    http.get(options, (response) => {
      let content = '';
      response.on('data', (data) => (content += data));
      response.on('end', () => resolve([response.statusCode, response.headers['content-range'], content]));
    });
  });

const server = http.createServer(sirv(process.argv[2]));
server.listen(0, '127.0.0.1', async () => {
  for (const range of ['bytes=7-9', 'bytes=-3', 'bytes=0-0']) {
    console.log(`sirv, ${range}: ${(await ask(server.address().port, range)).join(', ')}`);
  }
  server.close();
});
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, http.client, sys, threading

import quart
from twisted.internet import reactor
from twisted.web.server import Site
from twisted.web.static import File

root = sys.argv[1]
RANGES = ['bytes=7-9', 'bytes=-3', 'bytes=-30']


async def ask_quart(spec):
    client = quart.Quart('site', static_folder=root, static_url_path='').test_client()
    response = await client.get('/digits.txt', headers={'Range': spec})
    return response.status_code, response.headers.get('Content-Range')


def ask_twisted(port):
    for spec in RANGES:
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
        connection.request('GET', '/digits.txt', headers={'Range': spec})
        response = connection.getresponse()
        print(f'Twisted, {spec}: {response.status}, {response.headers["Content-Range"]}')
        connection.close()
    reactor.callFromThread(reactor.stop)


for spec in RANGES:
    status, content_range = asyncio.run(ask_quart(spec))
    print(f'Quart, {spec}: {status}, {content_range}')
port = reactor.listenTCP(0, Site(File(root)), interface='127.0.0.1').getHost().port
reactor.callWhenRunning(threading.Thread(target=ask_twisted, args=[port], daemon=True).start)
reactor.run()
PY
seen=$(timeout 60 node "$tmp/ask.cjs" "$tmp/root" 2>&1) || true
seen="$seen
$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp/root" 2>/dev/null)" || true
described='sirv, bytes=7-9: 206, bytes 7-9/10, 789
sirv, bytes=-3: 206, bytes 0-3/10, 0123
sirv, bytes=0-0: 206, bytes 0-9/10, 0123456789
Quart, bytes=7-9: 206, bytes 7-9/10
Quart, bytes=-3: 500, None
Quart, bytes=-30: 416, None
Twisted, bytes=7-9: 206, bytes 7-9/10
Twisted, bytes=-3: 206, bytes 7-9/10
Twisted, bytes=-30: 500, bytes -20-9/10'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

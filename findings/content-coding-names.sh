#!/usr/bin/env bash
# Clients return compressed content as it is when the name of its coding is `GZip` or `x-gzip`.
#
# Expected: names of content codings are case-insensitive (RFC 9110, section 8.4.1), and `x-gzip` is to be taken for
#   `gzip` (section 8.4.1.3). All these clients decode `gzip`, some of them on request.
# Seen: needle, urllib, minipass-fetch, centra, bent, httplib2 and popsicle do not know `GZip`; the latter raises an
#   error, the others return the compressed octets with status 200. urllib, centra, bent, got, aiohttp, httpx and
#   httplib2 do not know `x-gzip`. axios and node-fetch know all three.
# Packages: needle 3.5.0, urllib 4.9.2, minipass-fetch 5.0.2 (its newest version for Node.js 20, used by
#   make-fetch-happen), centra 2.7.0, bent 7.3.12, popsicle 12.1.2, got 14.6.6, axios 1.21.1, node-fetch 3.3.2 (npm),
#   on Node.js 20, httplib2 0.32.1, aiohttp 3.14.5, httpx 0.29.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts needle@3.5.0 urllib@4.9.2 \
  minipass-fetch@5.0.2 centra@2.7.0 bent@7.3.12 popsicle@12.1.2 got@14.6.6 axios@1.21.1 node-fetch@3.3.2 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  httplib2==0.32.1 aiohttp==3.14.5 httpx==0.29.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const CLIENTS = {
  needle: async (url) => (await require('needle')('get', url, null, { compressed: true, parse: false })).body,
  urllib: async (url) => (await require('urllib').request(url, { compressed: true })).data,
  'minipass-fetch': async (url) => (await require('minipass-fetch')(url)).text(),
  centra: async (url) => (await require('centra')(url).compress().send()).text(),
  bent: (url) => require('bent')('buffer')(url),
  popsicle: async (url) => (await require('popsicle').fetch(url)).text(),
  got: async (url) => (await import('got')).got(url).buffer(),
  axios: async (url) => (await require('axios').get(url, { responseType: 'arraybuffer' })).data,
  'node-fetch': async (url) => (await (await import('node-fetch')).default(url)).text(),
};
(async () => {
  const found = {};
  for (const [name, ask] of Object.entries(CLIENTS)) {
    found[name] = [];
    for (const url of process.argv.slice(2)) {
      const content = await ask(url).catch(() => 'an error');
      found[name].push(Buffer.from(content).toString('latin1'));
    }
  }
  console.log(JSON.stringify(found));
  process.exit();
})();
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, gzip, json, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp, httplib2, httpx

NAMES = ['gzip', 'GZip', 'x-gzip']


class Coded(BaseHTTPRequestHandler):
    def do_GET(self):
        content = gzip.compress(b'decoded')
        self.send_response(200)
        self.send_header('Content-Encoding', NAMES[int(self.path.strip('/'))])
        self.send_header('Content-Length', str(len(content)))
        self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


async def with_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


server = ThreadingHTTPServer(('127.0.0.1', 0), Coded)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
urls = [f'http://127.0.0.1:{server.server_port}/{number}' for number in range(len(NAMES))]
command = ['node', '--no-deprecation', f'{sys.argv[1]}/ask.cjs', *urls]
found = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=40).stdout)
for client, ask in {
    'httplib2': lambda url: httplib2.Http(timeout=10).request(url)[1],
    'aiohttp': lambda url: asyncio.run(with_aiohttp(url)),
    'httpx': lambda url: httpx.get(url).content,
}.items():
    found[client] = [ask(url).decode('latin-1') for url in urls]
for client, contents in found.items():
    shown = ['compressed' if content.startswith('\x1f') else content for content in contents]
    print(f'{client}: ' + ', '.join(f'{name} {content}' for name, content in zip(NAMES, shown)))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='needle: gzip decoded, GZip compressed, x-gzip decoded
urllib: gzip decoded, GZip compressed, x-gzip compressed
minipass-fetch: gzip decoded, GZip compressed, x-gzip decoded
centra: gzip decoded, GZip compressed, x-gzip compressed
bent: gzip decoded, GZip compressed, x-gzip compressed
popsicle: gzip decoded, GZip an error, x-gzip an error
got: gzip decoded, GZip decoded, x-gzip compressed
axios: gzip decoded, GZip decoded, x-gzip decoded
node-fetch: gzip decoded, GZip decoded, x-gzip decoded
httplib2: gzip decoded, GZip compressed, x-gzip compressed
aiohttp: gzip decoded, GZip decoded, x-gzip compressed
httpx: gzip decoded, GZip decoded, x-gzip compressed'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

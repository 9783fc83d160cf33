#!/usr/bin/env bash
# HTTP clients and libraries for gzip return the first member of a gzip stream as the whole, with status 200.
#
# Expected: a gzip stream is a series of members, which follow each other directly, and its content is that of all of
#   them (RFC 1952, section 2.2). The content coding "gzip" is that format (RFC 9110, section 8.4.1.3).
# Seen: httpx and httplib2 return the content of the first member, without an error: nothing if that one is empty.
#   gunzipSync of fflate returns less than that, at most as many bytes as the last member has, while its Gunzip class
#   reads all. gzip-js reports an error. requests, aiohttp, tornado, undici and pako return all of it.
# Packages: httpx 0.29.0, httplib2 0.32.1, requests 2.34.2 with urllib3 2.8.0, aiohttp 3.14.5, tornado 6.6.1 (PyPI),
#   fflate 0.8.3, gzip-js 0.3.2, pako 3.0.3, undici 7.30.2 (npm). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts fflate@0.8.3 gzip-js@0.3.2 pako@3.0.3 \
    undici@7.30.2 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check httpx==0.29.0 httplib2==0.32.1 requests==2.34.2 \
    urllib3==2.8.0 aiohttp==3.14.5 tornado==6.6.1
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import gzipJs from 'gzip-js'
import { Gunzip, gunzipSync } from 'fflate'
import { ungzip } from 'pako'
import { fetch } from 'undici'

const [origin, ...names] = process.argv.slice(2)
const get = async url => new Uint8Array(await (await fetch(url)).arrayBuffer())
const reads = {
  'undici': url => get(url),
  'fflate': async url => gunzipSync(await get(`${url}/raw`)),
  'fflate Gunzip': async url => {
    const parts = []
    new Gunzip(part => parts.push(part)).push(await get(`${url}/raw`), true)
    return Buffer.concat(parts)
  },
  'gzip-js': async url => gzipJs.unzip([...await get(`${url}/raw`)]),
  'pako': async url => ungzip(await get(`${url}/raw`)),
}
for (const [name, read] of Object.entries(reads)) {
  const found = []
  for (const each of names) {
    const seen = read(`${origin}/${each}`).then(bytes => `"${Buffer.from(bytes)}"`, () => 'error')
    found.push(`${each} ${await seen}`)
  }
  console.log(`${name}: ${found.join('; ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, gzip, http.server, subprocess, sys, threading

import aiohttp, httplib2, httpx, requests
from tornado.httpclient import AsyncHTTPClient

STREAMS = {
    'one': [b'hello'],
    'two': [b'hel', b'lo'],
    'empty-first': [b'', b'hello'],
    'empty-last': [b'hello', b''],
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        _, name, *raw = self.path.split('/')
        content = b''.join(map(gzip.compress, STREAMS[name]))
        self.send_response(200)
        if not raw:
            self.send_header('Content-Encoding', 'gzip')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


async def with_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


async def with_tornado(url):
    return (await AsyncHTTPClient().fetch(url)).body


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_address[1]}'
reads = {
    'httpx': lambda url: httpx.get(url).content,
    'httplib2': lambda url: httplib2.Http().request(url)[1],
    'requests': lambda url: requests.get(url).content,
    'aiohttp': lambda url: asyncio.run(with_aiohttp(url)),
    'tornado': lambda url: asyncio.run(with_tornado(url)),
}
for name, read in reads.items():
    print(f'{name}: ' + '; '.join(f'{each} "{read(f"{origin}/{each}").decode()}"' for each in STREAMS))
subprocess.run(['node', '--no-deprecation', sys.argv[1], origin, *STREAMS], timeout=60)
PY
seen=$(timeout 120 "$tmp/venv/bin/python" -u "$tmp/ask.py" "$tmp/ask.mjs" 2>&1) || true
described='httpx: one "hello"; two "hel"; empty-first ""; empty-last "hello"
httplib2: one "hello"; two "hel"; empty-first ""; empty-last "hello"
requests: one "hello"; two "hello"; empty-first "hello"; empty-last "hello"
aiohttp: one "hello"; two "hello"; empty-first "hello"; empty-last "hello"
tornado: one "hello"; two "hello"; empty-first "hello"; empty-last "hello"
undici: one "hello"; two "hello"; empty-first "hello"; empty-last "hello"
fflate: one "hello"; two "he"; empty-first ""; empty-last ""
fflate Gunzip: one "hello"; two "hello"; empty-first "hello"; empty-last "hello"
gzip-js: one "hello"; two error; empty-first error; empty-last error
pako: one "hello"; two "hello"; empty-first "hello"; empty-last "hello"'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Caches of HTTP clients answer GET with the old content after a successful PUT, POST, PATCH or DELETE.
#
# Expected: a cache must invalidate the stored response for a target URI when an unsafe request to it succeeds (RFC
#   9111, section 4.4). The readmes of cacheable-request, which got uses, and @cacheable/net promise caching that
#   conforms to RFC 7234, which has the same rule (also in section 4.4), and that of fetchache says that it follows it.
# Seen: got, fetchache, @cacheable/net, @apollo/datasource-rest and httpx-cache answer the GET after any of them from
#   the cache, and CacheControl after POST. undici, make-fetch-happen and httplib2 ask the server again.
# Packages: got 14.6.6 with cacheable-request 13.0.19, fetchache 0.1.6, @cacheable/net 2.1.0, @apollo/datasource-rest
#   6.4.1 with graphql 16.15.0, undici 7.30.2, make-fetch-happen 15.0.6 (npm), CacheControl 0.14.4 with requests 2.34.2,
#   httpx-cache 0.13.0 with httpx 0.27.2, httplib2 0.32.1 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts got@14.6.6 cacheable-request@13.0.19 \
    fetchache@0.1.6 @cacheable/net@2.1.0 @apollo/datasource-rest@6.4.1 graphql@16.15.0 undici@7.30.2 \
    make-fetch-happen@15.0.6 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check CacheControl==0.14.4 requests==2.34.2 httpx==0.27.2 \
    httpx-cache==0.13.0 httplib2==0.32.1
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import { fetchFactory } from 'fetchache'
import got from 'got'
import makeFetchHappen from 'make-fetch-happen'
import { CacheableNet } from '@cacheable/net'
import { RESTDataSource } from '@apollo/datasource-rest'
import { Agent, fetch as undiciFetch, interceptors } from 'undici'

const [port, cachePath, ...methods] = process.argv.slice(2)
const net = new CacheableNet()
const source = new RESTDataSource()
const cachedGot = got.extend({ cache: new Map() })
const dispatcher = new Agent().compose(interceptors.cache())
const sends = {
  'got': async (url, options) => (await cachedGot(url, options)).body,
  'fetchache': fetchFactory({ fetch, Response, cache: new Map() }),
  '@cacheable/net': (url, options) => net.fetch(url, options),
  '@apollo/datasource-rest': async (url, options) => (await source.fetch(url, options)).parsedBody,
  'undici': (url, options) => undiciFetch(url, { ...options, dispatcher }),
  'make-fetch-happen': makeFetchHappen.defaults({ cachePath }),
}
for (const [name, send] of Object.entries(sends)) {
  const found = []
  for (const method of methods) {
    const url = `http://127.0.0.1:${port}/${name}/${method}`
    let text
    for (const options of [{}, { method, body: method === 'DELETE' ? undefined : 'new' }, {}]) {
      text = await send(url, options)
      if (typeof text !== 'string') text = await text.text()
    }
    found.push(`${method}: ${text}`)
  }
  console.log(`${name}: ${found.join('; ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import http.server, subprocess, sys, threading

import cachecontrol, httplib2, httpx_cache, requests

tmp = sys.argv[1]
METHODS = ['PUT', 'POST', 'PATCH', 'DELETE']
changed = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        if self.command != 'GET':
            changed.add(self.path)
        content = b'new' if self.path in changed else b'old'
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        if self.command == 'GET':
            self.send_header('Cache-Control', 'max-age=60')
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = answer
    log_message = lambda *_: None


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = str(server.server_address[1])
subprocess.run(['node', '--no-deprecation', f'{tmp}/ask.mjs', port, f'{tmp}/stored', *METHODS], timeout=60)
http_client = httplib2.Http(f'{tmp}/httplib2')
sends = {
    'CacheControl': cachecontrol.CacheControl(requests.Session()).request,
    'httpx-cache': httpx_cache.Client().request,
    'httplib2': lambda method, url: http_client.request(url, method)[1].decode(),
}
for name, send in sends.items():
    found = []
    for method in METHODS:
        for each in ['GET', method, 'GET']:
            response = send(each, f'http://127.0.0.1:{port}/{name}/{method}')
        found.append(f'{method}: {getattr(response, "text", response)}')
    print(f'{name}: {"; ".join(found)}')
PY
seen=$(timeout 120 "$tmp/venv/bin/python" -u "$tmp/ask.py" "$tmp" 2>&1) || true
described='got: PUT: old; POST: old; PATCH: old; DELETE: old
fetchache: PUT: old; POST: old; PATCH: old; DELETE: old
@cacheable/net: PUT: old; POST: old; PATCH: old; DELETE: old
@apollo/datasource-rest: PUT: old; POST: old; PATCH: old; DELETE: old
undici: PUT: new; POST: new; PATCH: new; DELETE: new
make-fetch-happen: PUT: new; POST: new; PATCH: new; DELETE: new
CacheControl: PUT: new; POST: old; PATCH: new; DELETE: new
httpx-cache: PUT: old; POST: old; PATCH: old; DELETE: old
httplib2: PUT: new; POST: new; PATCH: new; DELETE: new'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

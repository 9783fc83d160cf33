#!/usr/bin/env bash
# Caches of HTTP clients reuse a response that was selected by other fields, is too old, or must be validated first.
#
# Expected: a stored response answers a request only if the fields that Vary names match (never for `Vary: *`), if it is
#   fresh, and if neither has `no-cache` (RFC 9111, sections 4, 4.1, 5.2.1.4 and 5.2.2.4). Age counts (section 4.2.3),
#   HEAD does not answer GET (section 4), nor a 206 a request for the whole (section 3.3). The readmes of fetchache,
#   @cacheable/net and cacheable-request promise RFC 7234, that of make-fetch-happen all rules of HTTP for caches.
# Seen: fetchache, @cacheable/net and httpx-cache ignore Vary, the first two `no-cache` of a request, and httpx-cache
#   that of a response. make-fetch-happen, CacheControl, httpx-cache and httplib2 ignore Age; httplib2 ignores `Vary: *`
#   and answers GET with the empty content for HEAD. got answers with the part. undici does what is expected.
# Packages: fetchache 0.1.6, @cacheable/net 2.1.0, got 14.6.6 with cacheable-request 13.0.19, make-fetch-happen 15.0.6,
#   undici 7.30.2 (npm), CacheControl 0.14.4 with requests 2.34.2, httpx-cache 0.13.0 with httpx 0.27.2, httplib2 0.32.1
#   (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts fetchache@0.1.6 @cacheable/net@2.1.0 \
    got@14.6.6 cacheable-request@13.0.19 make-fetch-happen@15.0.6 undici@7.30.2 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check CacheControl==0.14.4 requests==2.34.2 httpx==0.27.2 \
    httpx-cache==0.13.0 httplib2==0.32.1
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import got from 'got'
import makeFetchHappen from 'make-fetch-happen'
import { CacheableNet } from '@cacheable/net'
import { fetchFactory } from 'fetchache'
import { Agent, fetch as undiciFetch, interceptors } from 'undici'

const [origin, cachePath, cases] = process.argv.slice(2)
const net = new CacheableNet()
const cachedGot = got.extend({ cache: new Map() })
const dispatcher = new Agent().compose(interceptors.cache())
const sends = {
  'fetchache': fetchFactory({ fetch, Response, cache: new Map() }),
  '@cacheable/net': (url, options) => net.fetch(url, options),
  'got': async (url, options) => ({ text: async () => (await cachedGot(url, options)).body }),
  'make-fetch-happen': makeFetchHappen.defaults({ cachePath }),
  'undici': (url, options) => undiciFetch(url, { ...options, dispatcher }),
}
for (const [name, send] of Object.entries(sends)) {
  const found = []
  let text
  for (const [number, [label, , ...requests]] of JSON.parse(cases).entries()) {
    for (const [method, headers] of requests) {
      text = await (await send(`${origin}/${number}/${name}`, { method, headers })).text()
    }
    found.push(`${label} ${text === 'answer 2' ? 'asks' : 'reuses'}`)
  }
  console.log(`${name}: ${found.join(', ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import http.server, json, subprocess, sys, threading

import cachecontrol, httplib2, httpx_cache, requests

tmp = sys.argv[1]
GET, FRESH = ['GET', {}], {'Cache-Control': 'max-age=60'}
CASES = [
    ['Vary', FRESH | {'Vary': 'Accept'}, ['GET', {'Accept': 'a/a'}], ['GET', {'Accept': 'b/b'}]],
    ['*', FRESH | {'Vary': '*'}, GET, GET], ['Age', FRESH | {'Age': '100'}, GET, GET],
    ['request', FRESH, GET, ['GET', {'Cache-Control': 'no-cache'}]],
    ['response', {'Cache-Control': 'no-cache'}, GET, GET],
    ['HEAD', FRESH, ['HEAD', {}], GET], ['206', FRESH, ['GET', {'Range': 'bytes=0-3'}], GET],
]
counts = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self):
        counts[self.path] = counts.get(self.path, 0) + 1
        content = b'answer %d' % counts[self.path]
        fields = CASES[int(self.path.split('/')[1])][1] | {'Content-Length': str(len(content))}
        if part := 'Range' in self.headers:
            fields |= {'Content-Range': f'bytes 0-3/{len(content)}', 'Content-Length': '4'}
        self.send_response(206 if part else 200)
        for field in fields.items():
            self.send_header(*field)
        self.end_headers()
        self.wfile.write(b'' if self.command == 'HEAD' else content[:4] if part else content)

    do_GET = do_HEAD = answer
    log_message = lambda *_: None


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_address[1]}'
subprocess.run(['node', '--no-deprecation', f'{tmp}/ask.mjs', origin, f'{tmp}/stored', json.dumps(CASES)], timeout=60)
http_client = httplib2.Http(f'{tmp}/httplib2')
sends = {
    'CacheControl': cachecontrol.CacheControl(requests.Session()).request,
    'httpx-cache': httpx_cache.Client().request,
    'httplib2': lambda method, url, headers: http_client.request(url, method, headers=dict(headers))[1].decode(),
}
for name, send in sends.items():
    found = []
    for number, (label, _, *steps) in enumerate(CASES):
        for method, headers in steps:
            response = send(method, f'{origin}/{number}/{name}', headers=headers)
        found.append(f'{label} {"asks" if getattr(response, "text", response) == "answer 2" else "reuses"}')
    print(f'{name}: {", ".join(found)}')
PY
seen=$(timeout 120 "$tmp/venv/bin/python" -u "$tmp/ask.py" "$tmp" 2>&1) || true
described='fetchache: Vary reuses, * asks, Age asks, request reuses, response asks, HEAD asks, 206 asks
@cacheable/net: Vary reuses, * asks, Age asks, request reuses, response asks, HEAD asks, 206 asks
got: Vary asks, * asks, Age asks, request asks, response asks, HEAD asks, 206 reuses
make-fetch-happen: Vary asks, * asks, Age reuses, request asks, response asks, HEAD asks, 206 asks
undici: Vary asks, * asks, Age asks, request asks, response asks, HEAD asks, 206 asks
CacheControl: Vary asks, * asks, Age reuses, request asks, response asks, HEAD asks, 206 asks
httpx-cache: Vary reuses, * reuses, Age reuses, request asks, response reuses, HEAD asks, 206 asks
httplib2: Vary asks, * reuses, Age reuses, request asks, response asks, HEAD reuses, 206 asks'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

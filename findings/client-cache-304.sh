#!/usr/bin/env bash
# Caches of HTTP clients keep old fields after a 304, or answer later requests with the 304 itself.
#
# Expected: a 304 to the validation of a stored response updates the fields of that response, which is then used (RFC
#   9111, sections 3.2, 4.3.3 and 4.3.4). A 304 to a condition of the caller's own has no content: it is no answer to a
#   later request without a condition (RFC 9110, section 15.4.5; RFC 9111, section 4.3.2).
# Seen: undici, make-fetch-happen and fetch-filecache-for-crawling return the old fields after the validation. undici
#   stores no update, so that it asks again each time although the 304 has a new Expires, and drops the response after
#   a new max-age. fetch-filecache-for-crawling keeps the old Link too, and axios-cache-interceptor returns the new one
#   once, and then the old one. got and acachecontrol (which validates nothing, and does not know Expires) store the
#   304 to a condition of the caller's own, and give it to a request without one. CacheControl, requests-cache, hishel
#   and httplib2 do what is expected.
# Packages: undici 7.30.2, make-fetch-happen 15.0.6, fetch-filecache-for-crawling 5.1.1, axios-cache-interceptor 1.12.3
#   with axios 1.21.1, got 14.6.6 with cacheable-request 13.0.19 (npm), acachecontrol 0.3.7 with aiohttp 3.14.5,
#   CacheControl 0.14.4, requests-cache 1.3.3, hishel 2.0.0, requests 2.34.2, httplib2 0.32.1 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts undici@7.30.2 make-fetch-happen@15.0.6 \
    fetch-filecache-for-crawling@5.1.1 axios-cache-interceptor@1.12.3 axios@1.21.1 got@14.6.6 \
    cacheable-request@13.0.19 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check acachecontrol==0.3.7 aiohttp==3.14.5 CacheControl==0.14.4 \
    requests-cache==1.3.3 hishel==2.0.0 requests==2.34.2 httplib2==0.32.1
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import axios from 'axios'
import crawl from 'fetch-filecache-for-crawling'
import got from 'got'
import makeFetchHappen from 'make-fetch-happen'
import { Agent, fetch as undiciFetch, interceptors } from 'undici'
import { setupCache } from 'axios-cache-interceptor'

const [origin, stored, steps] = process.argv.slice(2)
const dispatcher = new Agent().compose(interceptors.cache())
const happen = makeFetchHappen.defaults({ cachePath: `${stored}/happen` })
const cachedGot = got.extend({ cache: new Map() })
const cachedAxios = setupCache(axios.create({ validateStatus: null }))
const sends = {
  'undici': (url, headers) => undiciFetch(url, { dispatcher, headers }),
  'make-fetch-happen': (url, headers) => happen(url, { headers }),
  'fetch-filecache-for-crawling': (url, headers) => crawl(url, { headers, cacheFolder: `${stored}/crawl` }),
  'axios-cache-interceptor': (url, headers) => cachedAxios.get(url, { headers }),
  'got': (url, headers) => cachedGot(url, { headers }),
}
for (const [name, send] of Object.entries(sends)) {
  const found = {}
  for (const [label, path, headers] of JSON.parse(steps)) {
    const response = await send(`${origin}${path}/${name}`, headers)
    if (response.text) await response.text()
    const link = response.headers.link ?? response.headers.get('link')
    const seen = path === '/own' ? response.status ?? response.statusCode : link
    found[label] = `${found[label] ?? label} ${seen}`
  }
  console.log(`${name}: ${Object.values(found).join(', ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, email.utils, http.server, json, subprocess, sys, threading, time

import acachecontrol, cachecontrol, hishel, hishel.requests, httplib2, requests, requests_cache

tmp = sys.argv[1]
stale, fresh = (email.utils.formatdate(time.time() + seconds, usegmt=True) for seconds in (-3600, 3600))
FIELDS = {  # Of the 200, and of the 304.
    'age': ({'Cache-Control': 'max-age=0'}, {'Cache-Control': 'max-age=60'}),
    'expires': ({'Expires': stale}, {'Expires': fresh}),
    'own': ({'Cache-Control': 'max-age=60'}, {'Cache-Control': 'max-age=60'}),
}
STEPS = [('max-age', '/age', {})] * 3 + [('Expires', '/expires', {})] * 3
STEPS += [('own condition', '/own', {'If-None-Match': '"v"'}), ('own condition', '/own', {})]
counts = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        counts[self.path] = counts.get(self.path, 0) + 1
        valid = self.headers.get('If-None-Match') == '"v"'
        fields = {'ETag': '"v"', 'Link': f'<{counts[self.path]}>'} | FIELDS[self.path.split('/')[1]][valid]
        self.send_response(304 if valid else 200)
        for field in (fields if valid else fields | {'Content-Length': '7'}).items():
            self.send_header(*field)
        self.end_headers()
        self.wfile.write(b'' if valid else b'content')

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass

    log_message = lambda *_: None


async def with_acachecontrol(ask):
    async with acachecontrol.AsyncCacheControl(cache=acachecontrol.AsyncCache()) as session:
        async def send(url, headers):
            async with session.get(url, headers=headers) as response:
                await response.text()
                return response.status, response.headers
        await ask('acachecontrol', send)


def plain(function):
    async def send(url, headers):
        response = function(url, headers=dict(headers))
        if type(response) is tuple:
            return response[0].status, response[0]
        return response.status_code, response.headers
    return send


async def ask(name, send):
    found = {}
    for label, path, headers in STEPS:
        status, fields = await send(f'{origin}{path}/{name}', headers)
        found[label] = f'{found.get(label, label)} {status if path == "/own" else fields["link"]}'
    print(f'{name}: {", ".join(found.values())}')


async def main():
    await with_acachecontrol(ask)
    await ask('CacheControl', plain(cachecontrol.CacheControl(requests.Session()).get))
    await ask('requests-cache', plain(requests_cache.CachedSession(backend='memory', cache_control=True).get))
    session = requests.Session()
    storage = hishel.SqliteStorage(database_path=f'{tmp}/hishel.db')
    session.mount('http://', hishel.requests.CacheAdapter(rfc=True, storage=storage))
    await ask('hishel', plain(session.get))
    await ask('httplib2', plain(httplib2.Http(f'{tmp}/httplib2').request))


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_address[1]}'
subprocess.run(['node', '--no-deprecation', f'{tmp}/ask.mjs', origin, f'{tmp}/stored', json.dumps(STEPS)], timeout=60)
asyncio.run(main())
PY
seen=$(timeout 120 "$tmp/venv/bin/python" -u "$tmp/ask.py" "$tmp" 2>&1) || true
described='undici: max-age <1> <1> <3>, Expires <1> <1> <1>, own condition 304 200
make-fetch-happen: max-age <1> <1> <2>, Expires <1> <1> <2>, own condition 304 200
fetch-filecache-for-crawling: max-age <1> <1> <1>, Expires <1> <1> <1>, own condition 304 200
axios-cache-interceptor: max-age <1> <2> <1>, Expires <1> <2> <3>, own condition 304 200
got: max-age <1> <2> <2>, Expires <1> <2> <2>, own condition 304 304
acachecontrol: max-age <1> <2> <3>, Expires <1> <1> <1>, own condition 304 304
CacheControl: max-age <1> <2> <2>, Expires <1> <2> <2>, own condition 304 200
requests-cache: max-age <1> <2> <2>, Expires <1> <2> <2>, own condition 304 200
hishel: max-age <1> <2> <2>, Expires <1> <2> <2>, own condition 304 200
httplib2: max-age <1> <2> <2>, Expires <1> <2> <2>, own condition 304 200'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

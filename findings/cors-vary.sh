#!/usr/bin/env bash
# CORS middleware sends an Access-Control-Allow-Origin that depends on Origin, without Vary.
#
# Expected: if Access-Control-Allow-Origin is neither `*` nor always the same, Vary is to be used, also in a response
#   without the field (WHATWG Fetch, "CORS protocol and HTTP caches"; RFC 9110, section 12.5.5). Otherwise a cache gives
#   the response for one origin to the other, where the browser refuses it.
# Seen: with two allowed origins, all six send the origin of the request, but only wsgicors sends Vary, though not to a
#   request without Origin. For such a request, bottle-cors-plugin sends the first one.
# Packages: express-cors 0.0.3 with express 5.3.0, itty-cors 0.3.7 (npm), asgi-cors 1.0.1, bottle-cors-plugin 0.1.9 with
#   bottle 0.13.4, wsgicors 0.7.0, falcon-cors 1.1.7 with falcon 4.4.0, httpx 0.29.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts express-cors@0.0.3 \
    itty-cors@0.3.7 express@5.3.0 >/dev/null &&
  python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" asgi-cors==1.0.1 \
    bottle-cors-plugin==0.1.9 bottle==0.13.4 wsgicors==0.7.0 falcon-cors==1.1.7 falcon==4.4.0 httpx==0.29.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import express from 'express'
import expressCors from 'express-cors'
import http from 'node:http'
import { createCors } from 'itty-cors'

const ORIGINS = ['https://a.example', 'https://b.example']

const app = express().use(expressCors({ allowedOrigins: ORIGINS }), (request, response) => response.send('content'))
const server = http.createServer(app)
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const asks = {
  'express-cors': headers => new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: server.address().port, headers, agent: false }, response => {
      response.resume()
      resolve([response.headers['access-control-allow-origin'], response.headers.vary])
    }).on('error', reject)
  }),
  'itty-cors': async headers => {
    const { preflight, corsify } = createCors({ origins: ORIGINS })
    preflight(new Request('http://h.example/', { headers }))
    const response = corsify(new Response('content', { headers: { 'Content-Type': 'text/plain' } }))
    return [response.headers.get('Access-Control-Allow-Origin'), response.headers.get('Vary')]
  },
}
for (const [name, ask] of Object.entries(asks)) {
  const found = []
  for (const headers of [...ORIGINS.map(origin => ({ Origin: origin })), {}]) {
    const [allowed, vary] = await ask(headers)
    found.push(`${allowed ?? 'none'}, ${vary ? `Vary: ${vary}` : 'no Vary'}`)
  }
  console.log(`${name}: ${found.join('; ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio

import asgi_cors, bottle, bottle_cors_plugin, falcon, falcon_cors, httpx, wsgicors

ORIGINS = ['https://a.example', 'https://b.example']


async def asgi_app(scope, receive, send):
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': b'content'})


def wsgi_app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'content']


class Resource:
    def on_get(self, request, response):
        response.text = 'content'


async def main():
    bottle_app = bottle.Bottle()
    bottle_app.install(bottle_cors_plugin.cors_plugin(ORIGINS))
    bottle_app.route('/', callback=lambda: 'content')
    falcon_app = falcon.App(middleware=[falcon_cors.CORS(allow_origins_list=ORIGINS).middleware])
    falcon_app.add_route('/', Resource())
    transports = {
        'asgi-cors': httpx.ASGITransport(app=asgi_cors.asgi_cors(asgi_app, hosts=ORIGINS)),
        'bottle-cors-plugin': httpx.WSGITransport(app=bottle_app),
        'wsgicors': httpx.WSGITransport(app=wsgicors.CORS(wsgi_app, origin=' '.join(ORIGINS), methods='GET')),
        'falcon-cors': httpx.WSGITransport(app=falcon_app),
    }
    for name, transport in transports.items():
        found = []
        for origin in (*ORIGINS, None):
            arguments = {'url': 'http://h.example/', 'headers': {'Origin': origin} if origin else {}}
            if name == 'asgi-cors':
                async with httpx.AsyncClient(transport=transport) as client:
                    fields = (await client.get(**arguments)).headers
            else:
                with httpx.Client(transport=transport) as client:
                    fields = client.get(**arguments).headers
            vary = f'Vary: {fields["Vary"]}' if 'Vary' in fields else 'no Vary'
            found.append(f'{fields.get("Access-Control-Allow-Origin", "none")}, {vary}')
        print(f'{name}: ' + '; '.join(found))


asyncio.run(main())
PY
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1 &&
  PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" 2>&1) || true
described='express-cors: https://a.example, no Vary; https://b.example, no Vary; none, no Vary
itty-cors: https://a.example, no Vary; https://b.example, no Vary; none, no Vary
asgi-cors: https://a.example, no Vary; https://b.example, no Vary; none, no Vary
bottle-cors-plugin: https://a.example, no Vary; https://b.example, no Vary; https://a.example, no Vary
wsgicors: https://a.example, Vary: Origin; https://b.example, Vary: Origin; none, no Vary
falcon-cors: https://a.example, no Vary; https://b.example, no Vary; none, no Vary'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

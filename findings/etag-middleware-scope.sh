#!/usr/bin/env bash
# Middleware for entity tags answers 304 to POST, and instead of 404.
#
# Expected: a server must ignore If-None-Match if its response without it would be neither a 2xx nor a 412 (RFC 9110,
#   section 13.2.1). If the field is false, it must answer 304 to GET and HEAD, and 412 to other methods, without
#   carrying them out (section 13.1.2). A 304 has the ETag that the 200 would have (section 15.4.5).
# Seen: @fastify/etag and asgi-etags answer 304 to a POST that they have carried out, and fastapi-etag to one that it
#   has not. @fastify/etag, asgi-etags and aiohttp-etag turn a 404 into 304. asgi-etags sends no ETag with a 304.
# Packages: @fastify/etag 6.2.0 with fastify 5.12.8 (npm), asgi-etags 0.2.1 with starlette 0.52.1,
#   fastapi-etag 0.4.0 with fastapi 0.163.2, aiohttp-etag 0.0.1 with aiohttp 3.14.5, httpx 0.29.0 (PyPI).
#   Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts @fastify/etag@6.2.0 fastify@5.12.8 \
    >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check asgi-etags==0.2.1 starlette==0.52.1 fastapi-etag==0.4.0 \
    fastapi==0.163.2 aiohttp-etag==0.0.1 aiohttp==3.14.5 httpx==0.29.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import fastify from 'fastify'
import fastifyEtag from '@fastify/etag'

let runs
const app = fastify()
await app.register(fastifyEtag)
app.all('*', (request, reply) => reply.code(request.url === '/missing' ? 404 : 200).send(++runs && 'content'))
for (const line of ['GET /', 'POST /', 'GET /missing']) {
  runs = 0
  const [method, url] = line.split(' ')
  const before = await app.inject({ method, url })
  const after = await app.inject({ method, url, headers: { 'If-None-Match': before.headers.etag } })
  console.log(`@fastify/etag: ${line}: ${before.statusCode}, then ${after.statusCode}; runs: ${runs}`)
}
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, hashlib

import asgi_etags, fastapi, fastapi_etag, httpx
from aiohttp import test_utils, web
from aiohttp_etag import etag_middleware

runs = 0


def run(path):
    global runs
    runs += 1
    return f'content of {path}', 404 if path == '/missing' else 200


async def endpoint(request: fastapi.Request, response: fastapi.Response):
    text, response.status_code = run(request.url.path)
    return text


async def handler(request):
    text, status = run(request.path)
    return web.Response(text=text, status=status)


def fast_app(path, dependencies=()):
    app = fastapi.FastAPI()
    fastapi_etag.add_exception_handler(app)
    app.api_route(path, methods=['GET', 'POST'], dependencies=list(dependencies))(endpoint)
    return httpx.ASGITransport(app=app)


async def ask(name, client, *lines):
    global runs
    for line in lines:
        runs = 0
        before = await client.request(*line.split())
        tag = before.headers.get('ETag', '"x"')
        after = await client.request(*line.split(), headers={'If-None-Match': tag})
        tagless = ' without ETag' if after.status_code == 304 and 'ETag' not in after.headers else ''
        print(f'{name}: {line}: {before.status_code}, then {after.status_code}{tagless}; runs: {runs}')


async def main():
    base = {'base_url': 'http://h.example'}
    tagged = fast_app('/{path:path}')
    tagged.app = asgi_etags.ETagMiddleware(tagged.app, lambda body: f'"{hashlib.sha1(body).hexdigest()}"')
    async with httpx.AsyncClient(transport=tagged, **base) as client:
        await ask('asgi-etags', client, 'GET /', 'POST /', 'GET /missing')
    dependency = fastapi.Depends(fastapi_etag.Etag(lambda request: 'v1'))
    async with httpx.AsyncClient(transport=fast_app('/', [dependency]), **base) as client:
        await ask('fastapi-etag', client, 'GET /', 'POST /')
    app = web.Application(middlewares=[etag_middleware])
    app.router.add_route('*', '/{path:.*}', handler)
    async with test_utils.TestServer(app) as server, httpx.AsyncClient(base_url=str(server.make_url('/'))) as client:
        await ask('aiohttp-etag', client, 'GET /', 'POST /', 'GET /missing')


asyncio.run(main())
PY
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1 &&
  timeout 60 "$tmp/venv/bin/python" "$tmp/ask.py" 2>&1) || true
described='@fastify/etag: GET /: 200, then 304; runs: 2
@fastify/etag: POST /: 200, then 304; runs: 2
@fastify/etag: GET /missing: 404, then 304; runs: 2
asgi-etags: GET /: 200, then 304 without ETag; runs: 2
asgi-etags: POST /: 200, then 304 without ETag; runs: 2
asgi-etags: GET /missing: 404, then 304 without ETag; runs: 2
fastapi-etag: GET /: 200, then 304; runs: 1
fastapi-etag: POST /: 200, then 304; runs: 1
aiohttp-etag: GET /: 200, then 304; runs: 2
aiohttp-etag: POST /: 200, then 200; runs: 2
aiohttp-etag: GET /missing: 404, then 304; runs: 2'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

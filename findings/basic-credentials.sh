#!/usr/bin/env bash
# Readers of Basic credentials do not know "basic", and misread a password with a colon or a percent sign.
#
# Expected: the name of an authentication scheme does not depend on case (RFC 9110, section 11.1). A user-id ends at the
#   first colon, so that a password may have more (RFC 7617, section 2), and nothing in it is percent-encoded.
# Seen: five take `basic` for another scheme. fastapi-basic-auth answers 401 to a password with a colon, and
#   tornado-basic-auth 500. basicauth decodes a password with triplets, and encodes what it writes, so that another
#   reader gets another password. http-basic-auth reads and writes all of them.
# Packages: wsgi-basic-auth 1.1.0, fastapi-basic-auth 0.1.5 with fastapi 0.115.14, tornado-basic-auth 0.1.3 and
#   tornado-http-auth 1.1.1 with tornado 6.6.1, basicauth 1.0.0, http-basic-auth 1.2.0, httpx 0.28.1 (PyPI),
#   basic-auth-parser 0.0.2, basic-authentication 1.10.0 (npm). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" install -q --disable-pip-version-check wsgi-basic-auth==1.1.0 \
    fastapi-basic-auth==0.1.5 fastapi==0.115.14 tornado-basic-auth==0.1.3 tornado-http-auth==1.1.1 tornado==6.6.1 \
    basicauth==1.0.0 http-basic-auth==1.2.0 httpx==0.28.1 &&
  npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts basic-auth-parser@0.0.2 \
    basic-authentication@1.10.0 >/dev/null
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/read.py" <<'PY'
import asyncio, base64, logging

import basicauth, fastapi, fastapi_basic_auth, http_basic_auth, httpx, tornado.web, tornado_basic_auth
import tornado_http_auth, wsgi_basic_auth
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

CASES = {'ordinary': ('Basic', 'secret'), 'lower case': ('basic', 'secret'), 'colon': ('Basic', 'sec:ret'),
         'triplet': ('Basic', 'sec%72et')}
USERS = {'ann': ''}
logging.disable()


def wsgi_app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'content']


class Handler(tornado.web.RequestHandler):
    @tornado_basic_auth.basic_auth(lambda user, password: USERS.get(user) == password)
    def get(self):
        self.finish('content')


class MixinHandler(tornado_http_auth.BasicAuthMixin, tornado.web.RequestHandler):
    @tornado_http_auth.auth_required(realm='r', auth_func=USERS.get)
    def get(self):
        self.finish('content')


async def ask(transport, field, url='http://127.0.0.1/'):
    client = httpx.Client if isinstance(transport, httpx.WSGITransport) else httpx.AsyncClient
    response = client(transport=transport).get(url, headers={'Authorization': field})
    return str((await response if client is httpx.AsyncClient else response).status_code)


async def main():
    listener, port = bind_unused_port()
    server = HTTPServer(tornado.web.Application([('/1', Handler), ('/2', MixinHandler)]))
    server.add_socket(listener)
    results = {}
    for title, (scheme, password) in CASES.items():
        USERS['ann'] = password
        field = f'{scheme} ' + base64.b64encode(f'ann:{password}'.encode()).decode()
        app = fastapi.FastAPI()
        app.get('/')(lambda: 'content')
        app.add_middleware(fastapi_basic_auth.FastAPIBasicAuthMiddleware(urls=['/'], users=dict(USERS)).build)
        wsgi = httpx.WSGITransport(app=wsgi_basic_auth.BasicAuth(wsgi_app, users=USERS))
        found = {
            'wsgi-basic-auth': await ask(wsgi, field),
            'fastapi-basic-auth': await ask(httpx.ASGITransport(app=app), field),
            'tornado-basic-auth': await ask(None, field, f'http://127.0.0.1:{port}/1'),
            'tornado-http-auth': await ask(None, field, f'http://127.0.0.1:{port}/2'),
            'basicauth': basicauth.decode(field)[1],
            'http-basic-auth': http_basic_auth.parse_header(field)[1],
        }
        for name, result in found.items():
            results.setdefault(name, []).append(f'{title} {result}')
    for name, found in results.items():
        print(f'{name}: ' + ', '.join(found))
    for write in (basicauth.encode, http_basic_auth.generate_header):
        print(f'{write.__module__}: {base64.b64decode(write("ann", "50% off")[6:]).decode()}')


asyncio.run(main())
PY
cat > "$tmp/read.cjs" <<'JS'
const authentication = require('basic-authentication')({ legacy: true, functions: true })
const parse = require('basic-auth-parser')

for (const [scheme, password] of [['Basic', 'secret'], ['basic', 'secret'], ['Basic', 'sec:ret']]) {
  const authorization = `${scheme} ${Buffer.from(`ann:${password}`).toString('base64')}`
  const found = [parse(authorization), authentication({ headers: { authorization } })]
  console.log(`${scheme} ann:${password}: basic-auth-parser ${found[0].password}, basic-authentication ${
    found[1].password ?? JSON.stringify(found[1])}`)
}
JS
seen=$(timeout 60 "$tmp/venv/bin/python" -W ignore "$tmp/read.py" 2>&1 &&
  timeout 60 node --no-deprecation "$tmp/read.cjs" 2>&1) || true
described='wsgi-basic-auth: ordinary 200, lower case 401, colon 200, triplet 200
fastapi-basic-auth: ordinary 200, lower case 200, colon 401, triplet 200
tornado-basic-auth: ordinary 200, lower case 401, colon 500, triplet 200
tornado-http-auth: ordinary 200, lower case 401, colon 200, triplet 200
basicauth: ordinary secret, lower case secret, colon sec:ret, triplet secret
http-basic-auth: ordinary secret, lower case secret, colon sec:ret, triplet sec%72et
basicauth: ann:50%25%20off
http_basic_auth: ann:50% off
Basic ann:secret: basic-auth-parser secret, basic-authentication secret
basic ann:secret: basic-auth-parser undefined, basic-authentication {}
Basic ann:sec:ret: basic-auth-parser sec:ret, basic-authentication sec:ret'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

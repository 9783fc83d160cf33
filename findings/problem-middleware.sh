#!/usr/bin/env bash
# Middleware for problem details loses the fields that a status needs, or the status itself.
#
# Expected: a 401 has WWW-Authenticate, and a 405 has Allow (RFC 9110, sections 15.5.2 and 15.5.6); a 429 may have
#   Retry-After (RFC 6585, section 4). Problem details are content for such a status (RFC 9457, section 1). The readmes
#   promise them for errors that are thrown; that of error-iq names these fields, and that of api-problem says that it
#   takes errors of its own class. Without the middleware, the frameworks send status and fields of an error.
# Seen: error-iq makes a 500 of every error that is not of its own classes, for instance of the framework's own 400 for
#   malformed JSON, and api-problem makes a 404 of it. starlette-rfc7807 and flask-problem-details keep the status, but
#   drop the fields. starlette-problem keeps both.
# Packages: @common-sense/error-iq 0.1.2 and api-problem 9.0.2 with express 5.3.0 and http-errors 2.0.1
#   (npm), on Node.js 20, starlette-rfc7807 0.1.2 and starlette-problem 0.13.5 with starlette 1.0.0 and httpx 0.29.0,
#   flask-problem-details 3.0.1 with flask 3.1.3 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps http-errors@2.0.1 \
    @common-sense/error-iq@0.1.2 api-problem@9.0.2 express@5.3.0 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check starlette-rfc7807==0.1.2 starlette-problem==0.13.5 \
    starlette==1.0.0 httpx==0.29.0 flask-problem-details==3.0.1 flask==3.1.3
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import { errorHandler } from '@common-sense/error-iq/express';
import apiProblem from 'api-problem/lib/middleware.js';
import express from 'express';
import httpErrors from 'http-errors';
import http from 'node:http';

const fail = () => { throw httpErrors(401, { headers: { 'WWW-Authenticate': 'Basic realm="r"' } }); };
const expressApp = (handler) => {
  const app = express().set('env', 'test').get('/401', fail).post('/json', express.json());
  return handler ? app.use(handler) : app;
};
const APPS = {
  express: expressApp(), 'express, api-problem': expressApp(apiProblem()),
  'express, error-iq': expressApp(errorHandler()),
};
for (const [name, app] of Object.entries(APPS)) {
  const server = http.createServer(app);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const failed = await fetch(`${url}/401`);
  const headers = { 'Content-Type': 'application/json' };
  const malformed = await fetch(`${url}/json`, { method: 'POST', headers, body: '{' });
  const field = failed.headers.has('www-authenticate') ? ' with WWW-Authenticate' : '';
  console.log(`${name}: thrown 401: ${failed.status}${field}; malformed JSON: ${malformed.status}`);
  server.close();
  server.closeAllConnections();
}
process.exit();
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio

import flask, flask_problem_details, httpx, starlette_rfc7807
from starlette import applications, exceptions, routing
from starlette_problem.handler import add_exception_handler
from werkzeug.datastructures import WWWAuthenticate


FIELDS = {401: {'WWW-Authenticate': 'Basic realm="r"'}, 429: {'Retry-After': '60'}}


def fail(request):
    status = int(request.url.path[1:])
    raise exceptions.HTTPException(status, headers=FIELDS[status])


def rfc7807(app):
    app.add_exception_handler(exceptions.HTTPException, starlette_rfc7807.http_exception_handler)
    app.add_middleware(starlette_rfc7807.ProblemMiddleware)


def say(name, responses):
    known = ('WWW-Authenticate', 'Retry-After', 'Allow')
    texts = [' with '.join([str(r.status_code), *filter(r.headers.__contains__, known)]) for r in responses]
    print(f'{name}: ' + ', '.join(texts))


async def ask_starlette(name, install):
    app = applications.Starlette(routes=[routing.Route('/401', fail), routing.Route('/429', fail)])
    install(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url='http://h.example') as client:
        say(name, [await client.get('/401'), await client.get('/429'), await client.post('/401')])


def ask_flask(name, install):
    app = flask.Flask('app')
    basic = WWWAuthenticate('basic', {'realm': 'r'})
    app.add_url_rule('/401', 'a', lambda: flask.abort(401, www_authenticate=basic))
    app.add_url_rule('/429', 'b', lambda: flask.abort(429, retry_after=60))
    install(app)
    client = app.test_client()
    say(name, [client.get('/401'), client.get('/429'), client.post('/401')])


asyncio.run(ask_starlette('starlette', lambda app: None))
asyncio.run(ask_starlette('starlette, starlette-problem', add_exception_handler))
asyncio.run(ask_starlette('starlette, starlette-rfc7807', rfc7807))
ask_flask('flask', lambda app: None)
ask_flask('flask, flask-problem-details', flask_problem_details.configure_app)
PY
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1 &&
  timeout 60 "$tmp/venv/bin/python" "$tmp/ask.py" 2>&1) || true
described='express: thrown 401: 401 with WWW-Authenticate; malformed JSON: 400
express, api-problem: thrown 401: 404; malformed JSON: 404
express, error-iq: thrown 401: 500; malformed JSON: 500
starlette: 401 with WWW-Authenticate, 429 with Retry-After, 405 with Allow
starlette, starlette-problem: 401 with WWW-Authenticate, 429 with Retry-After, 405 with Allow
starlette, starlette-rfc7807: 401, 429, 405
flask: 401 with WWW-Authenticate, 429 with Retry-After, 405 with Allow
flask, flask-problem-details: 401, 429, 405'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

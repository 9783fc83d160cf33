#!/usr/bin/env bash
# Four servers of files send a part again although If-None-Match holds the current entity tag.
#
# Expected: Range is evaluated after the preconditions, and only if the response without it would be 200 (RFC 9110,
#   sections 13.2.2 and 14.2). A matching If-None-Match makes that 304, so the response with Range is 304, too. A cache
#   that holds the part learns so that it is current.
# Seen: 304 without Range, and 206 with the part if Range is there. Starlette answers 304 to both.
# Packages: Flask 3.1.3 with Werkzeug 3.1.7, Quart 0.22.0, Starlette 1.10.0 (PyPI), http-server 14.1.1,
#   local-web-server 5.4.0 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  Werkzeug==3.1.7 Flask==3.1.3 Quart==0.22.0 starlette==1.10.0 httpx==0.28.1 ||
  { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts http-server@14.1.1 \
  local-web-server@5.4.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
mkdir "$tmp/root"
printf 0123456789 > "$tmp/root/digits.txt"

cat > "$tmp/ask.py" <<'PY'
import asyncio, sys

import flask, httpx, quart
from starlette.staticfiles import StaticFiles

root = sys.argv[1]


def print_statuses(name, plain, with_range):
    print(f'{name}: {plain}, with Range {with_range}')


client = flask.Flask('site', static_folder=root, static_url_path='').test_client()
tag = {'If-None-Match': client.get('/digits.txt').headers['ETag']}
part = {'Range': 'bytes=2-3'}
print_statuses('Flask', *(client.get('/digits.txt', headers=tag | one).status_code for one in [{}, part]))


async def ask():
    client = quart.Quart('site', static_folder=root, static_url_path='').test_client()
    statuses = [(await client.get('/digits.txt', headers=tag | one)).status_code for one in [{}, part]]
    print_statuses('Quart', *statuses)
    transport = httpx.ASGITransport(StaticFiles(directory=root))
    async with httpx.AsyncClient(transport=transport, base_url='http://site') as client:
        own = {'If-None-Match': (await client.get('/digits.txt')).headers['ETag']}
        statuses = [(await client.get('/digits.txt', headers=own | one)).status_code for one in [{}, part]]
    print_statuses('Starlette', *statuses)


asyncio.run(ask())
PY
cat > "$tmp/ask.mjs" <<'JS'
import { once } from 'node:events';
import http from 'node:http';
import httpServer from 'http-server';
import Lws from 'local-web-server';

const root = process.argv[2];

const ask = (port, headers) =>
  new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, path: '/digits.txt', headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response));
    });
  });

const print = async (name, port) => {
  const tag = { 'If-None-Match': (await ask(port, {})).headers.etag };
  const plain = await ask(port, tag);
  const part = await ask(port, { ...tag, Range: 'bytes=2-3' });
  console.log(`${name}: ${plain.statusCode}, with Range ${part.statusCode}`);
};

const first = httpServer.createServer({ root });
await new Promise((resolve) => first.listen(0, '127.0.0.1', resolve));
await print('http-server', first.server.address().port);
first.close();
const second = await Lws.create({ port: 0, hostname: '127.0.0.1', directory: root });
await once(second.server, 'listening');
await print('local-web-server', second.server.address().port);
second.server.close();
JS
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp/root" 2>&1) || true
seen="$seen
$(timeout 60 node --no-deprecation "$tmp/ask.mjs" "$tmp/root" 2>&1)" || true
described='Flask: 304, with Range 206
Quart: 304, with Range 206
Starlette: 304, with Range 304
http-server: 304, with Range 206
local-web-server: 304, with Range 206'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

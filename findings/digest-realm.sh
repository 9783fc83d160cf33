#!/usr/bin/env bash
# Clients return the realm of a Digest challenge cut at a comma, or with a quote that ends it early.
#
# Expected: the realm is a quoted-string, in which a comma is text and `\"` a quote (RFC 9110, sections 11.5 and 5.6.4).
#   The answer has the same realm, again as a quoted-string (RFC 7616, section 3.4), or the server cannot parse it.
# Seen: of `"films, books"`, needle, urllib and @mhoc/axios-digest-auth return `films`. Of `"the \"A\" list"`, requests,
#   niquests, httpx and httplib2 send `realm="the "A" list"`; needle and urllib end the realm at the first quote, and
#   @mhoc/axios-digest-auth leaves the quotes out. It also leaves out the opaque value, which must be returned.
# Packages: requests 2.34.2, niquests 3.21.2, httpx 0.29.0, httplib2 0.32.1, aiohttp 3.14.5 (PyPI), needle 3.5.0, urllib
#   4.9.2, @mhoc/axios-digest-auth 0.8.0 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" requests==2.34.2 \
  niquests==3.21.2 httpx==0.29.0 httplib2==0.32.1 aiohttp==3.14.5 ||
  { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts needle@3.5.0 urllib@4.9.2 \
  @mhoc/axios-digest-auth@0.8.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const [client, url] = process.argv.slice(2);
const me = { username: 'me', password: 'secret' };
const ask = {
  needle: () => require('needle')('get', url, { ...me, auth: 'digest', open_timeout: 10_000 }),
  urllib: () => require('urllib').request(url, { digestAuth: 'me:secret', timeout: 10_000 }),
  'axios-digest-auth': () => new (require('@mhoc/axios-digest-auth').default)(me).request({ url, method: 'GET' }),
}[client];
ask().catch(() => {}).finally(() => process.exit());
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, re, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp, httplib2, httpx, niquests, requests

REALMS = [r'"films"', r'"films, books"', r'"the \"A\" list"']
answers = []


class Challenges(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        answer = self.headers.get('Authorization')
        if answer:
            answers.append(answer)
        self.send_response(401)
        realm = REALMS[int(self.path.strip('/'))]
        self.send_header('WWW-Authenticate', f'Digest realm={realm}, nonce="abc", qop="auth", opaque="def"')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *arguments):
        pass


async def ask_aiohttp(url):
    digest = aiohttp.DigestAuthMiddleware('me', 'secret')
    async with aiohttp.ClientSession(middlewares=[digest]) as session, session.get(url):
        pass


def ask_httplib2(url):
    client = httplib2.Http(timeout=10)
    client.add_credentials('me', 'secret')
    client.request(url)


def ask_node(client):
    return lambda url: subprocess.run(['node', '--no-deprecation', f'{sys.argv[1]}/ask.cjs', client, url], timeout=30)


CLIENTS = {
    'aiohttp': lambda url: asyncio.run(ask_aiohttp(url)),
    'requests': lambda url: requests.get(url, auth=requests.auth.HTTPDigestAuth('me', 'secret'), timeout=10),
    'niquests': lambda url: niquests.get(url, auth=niquests.auth.HTTPDigestAuth('me', 'secret'), timeout=10),
    'httpx': lambda url: httpx.get(url, auth=httpx.DigestAuth('me', 'secret')),
    'httplib2': ask_httplib2,
    'needle': ask_node('needle'),
    'urllib': ask_node('urllib'),
    'axios-digest-auth': ask_node('axios-digest-auth'),
}
server = ThreadingHTTPServer(('127.0.0.1', 0), Challenges)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for client, ask in CLIENTS.items():
    found = []
    for number in range(len(REALMS)):
        answers.clear()
        ask(f'http://127.0.0.1:{server.server_port}/{number}')
        realm = re.search(r'realm=(.*?), ?(?:nonce|uri|qop)=', answers[-1])
        found.append(realm[1])
    print(f'{client}: {" | ".join(found)}{"" if "opaque" in answers[-1] else ", no opaque"}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 120 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='aiohttp: "films" | "films, books" | "the \"A\" list"
requests: "films" | "films, books" | "the "A" list"
niquests: "films" | "films, books" | "the "A" list"
httpx: "films" | "films, books" | "the "A" list"
httplib2: "films" | "films, books" | "the "A" list"
needle: "films" | "films" | "the "
urllib: "films" | "films" | "the \"
axios-digest-auth: "films" | "films" | "the \A\ list", no opaque'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Clients give up, or answer with a mixture, when Digest is not the first or the only challenge.
#
# Expected: a client chooses a challenge that it supports, of those of all WWW-Authenticate fields, each of which can
#   hold several (RFC 9110, section 11.6.1). Of several Digest challenges it uses the first whose algorithm it supports
#   (RFC 7616, section 3.7). So each of these responses leads to an answer of scheme Digest.
# Seen: aiohttp and digest-fetch do not look beyond the first challenge; the latter sends the fields of Digest under the
#   name Basic. If Basic comes first in one field, httpx and urllib send nothing, and with Basic last, urllib takes its
#   realm for that of Digest. aiohttp and httpx raise an error for SHA-512-256, although MD5 follows; that of httpx is a
#   KeyError.
# Packages: aiohttp 3.14.5, httpx 0.29.0, requests 2.34.2 (PyPI), digest-fetch 3.1.1, urllib 4.9.2 (npm), on Node.js 20.
#   Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  aiohttp==3.14.5 httpx==0.29.0 requests==2.34.2 || { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts digest-fetch@3.1.1 urllib@4.9.2 \
  >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const [client, url] = process.argv.slice(2);
const ask = {
  'digest-fetch': () => new (require('digest-fetch').default ?? require('digest-fetch'))('me', 'secret').fetch(url),
  urllib: () => require('urllib').request(url, { digestAuth: 'me:secret', timeout: 10_000 }),
}[client];
ask().catch(() => console.log('an error')).finally(() => process.exit());
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, re, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp, httpx, requests

BASIC = 'Basic realm="basic"'
DIGEST = 'Digest realm="digest", nonce="abc", qop="auth", algorithm='
RESPONSES = {
    'Digest alone': [DIGEST + 'MD5'],
    'fields Basic and Digest': [BASIC, DIGEST + 'MD5'],
    'one field, Basic first': [f'{BASIC}, {DIGEST}MD5'],
    'one field, Basic last': [f'{DIGEST}MD5, {BASIC}'],
    'fields SHA-512-256 and MD5': [DIGEST + 'SHA-512-256', DIGEST + 'MD5'],
}
answers = []


class Challenges(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        answer = self.headers.get('Authorization')
        if answer:
            fields = [re.search(pattern, answer) for pattern in ['realm="?(\\w+)', 'algorithm="?([\\w-]+)']]
            answers.append(' '.join([answer.split()[0]] + [field[1] for field in fields if field]))
        self.send_response(401)
        for value in RESPONSES[list(RESPONSES)[int(self.path.strip('/'))]]:
            self.send_header('WWW-Authenticate', value)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *arguments):
        pass


async def ask_aiohttp(url):
    digest = aiohttp.DigestAuthMiddleware('me', 'secret')
    async with aiohttp.ClientSession(middlewares=[digest]) as session, session.get(url):
        pass


def ask_node(client):
    def ask(url):
        command = ['node', '--no-deprecation', f'{sys.argv[1]}/ask.cjs', client, url]
        if subprocess.run(command, capture_output=True, text=True, timeout=30).stdout:
            raise RuntimeError
    return ask


CLIENTS = {
    'aiohttp': lambda url: asyncio.run(ask_aiohttp(url)),
    'httpx': lambda url: httpx.get(url, auth=httpx.DigestAuth('me', 'secret')),
    'requests': lambda url: requests.get(url, auth=requests.auth.HTTPDigestAuth('me', 'secret'), timeout=10),
    'digest-fetch': ask_node('digest-fetch'),
    'urllib': ask_node('urllib'),
}
server = ThreadingHTTPServer(('127.0.0.1', 0), Challenges)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for number, name in enumerate(RESPONSES):
    for client, ask in CLIENTS.items():
        answers.clear()
        try:
            ask(f'http://127.0.0.1:{server.server_port}/{number}')
            found = answers[-1] if answers else 'no answer'
        except Exception as error:
            found = type(error).__name__
        print(f'{name}: {client}: {found}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 120 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='Digest alone: aiohttp: Digest digest MD5
Digest alone: httpx: Digest digest MD5
Digest alone: requests: Digest digest MD5
Digest alone: digest-fetch: Digest digest MD5
Digest alone: urllib: Digest digest
fields Basic and Digest: aiohttp: no answer
fields Basic and Digest: httpx: Digest digest MD5
fields Basic and Digest: requests: Digest digest MD5
fields Basic and Digest: digest-fetch: Basic basic MD5
fields Basic and Digest: urllib: Digest digest
one field, Basic first: aiohttp: no answer
one field, Basic first: httpx: no answer
one field, Basic first: requests: Digest digest MD5
one field, Basic first: digest-fetch: Basic basic MD5
one field, Basic first: urllib: no answer
one field, Basic last: aiohttp: Digest digest MD5
one field, Basic last: httpx: Digest digest MD5
one field, Basic last: requests: Digest digest MD5
one field, Basic last: digest-fetch: Digest digest MD5
one field, Basic last: urllib: Digest basic
fields SHA-512-256 and MD5: aiohttp: ClientError
fields SHA-512-256 and MD5: httpx: KeyError
fields SHA-512-256 and MD5: requests: Digest digest MD5
fields SHA-512-256 and MD5: digest-fetch: Digest digest MD5
fields SHA-512-256 and MD5: urllib: Digest digest'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# After a redirect, most clients that show the URL of the result with its fragment show it without one.
#
# Expected: if Location has no fragment, a user agent must process the redirect as if it inherits that of the URL that
#   was requested (RFC 9110 section 10.2.2). aiohttp documents `real_url` as the URL with its fragment.
# Seen: aiohttp, tornado, httplib2, got and make-fetch-happen show `#part` for a response without a redirect, and none after
#   `Location: /to`. requests and httpx show it in both cases.
# Packages: aiohttp 3.14.5, httplib2 0.32.1, httpx 0.28.1, requests 2.34.2, tornado 6.6.1 (PyPI), got 14.6.6,
#   make-fetch-happen 15.0.6 (npm), on Node.js 20. Date: 2026-11-30.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install --quiet --disable-pip-version-check \
  aiohttp==3.14.5 httplib2==0.32.1 httpx==0.28.1 requests==2.34.2 tornado==6.6.1 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts got@14.6.6 make-fetch-happen@15.0.6 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import got from 'got';
import fetch from 'make-fetch-happen';
const [url] = process.argv.slice(2);
console.log(`got: ${new URL((await got(url)).url).hash || 'none'}`);
console.log(`make-fetch-happen: ${new URL((await fetch(url)).url).hash || 'none'}`);
JS

cat > "$tmp/run.py" <<'PY'
import asyncio
import http.server
import os
import subprocess
import sys
import threading

import aiohttp
import httplib2
import httpx
import requests
import tornado.httpclient


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/from":
            self.send_response(302)
            self.send_header("Location", "/to")
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return str(response.real_url)


async def by_tornado(url):
    return (await tornado.httpclient.AsyncHTTPClient().fetch(url)).effective_url


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for path in ("/to", "/from"):
    url = "http://127.0.0.1:%d%s#part" % (server.server_port, path)
    print("GET %s#part" % path, flush=True)
    for name, found in [
        ("requests", requests.get(url).url),
        ("httpx", str(httpx.get(url, follow_redirects=True).url)),
        ("aiohttp", asyncio.run(by_aiohttp(url))),
        ("tornado", asyncio.run(by_tornado(url))),
        ("httplib2", httplib2.Http().request(url)[0]["content-location"]),
    ]:
        print("%s: %s" % (name, "#" + found.partition("#")[2] if "#" in found else "none"), flush=True)
    subprocess.run(["node", os.path.join(os.path.dirname(sys.argv[0]), "ask.mjs"), url], check=True)
PY
seen=$(timeout 120 "$tmp/venv/bin/python" "$tmp/run.py" 2>&1) || true
described='GET /to#part
requests: #part
httpx: #part
aiohttp: #part
tornado: #part
httplib2: #part
got: #part
make-fetch-happen: #part
GET /from#part
requests: #part
httpx: #part
aiohttp: none
tornado: none
httplib2: none
got: none
make-fetch-happen: none'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Clients wait for hours too short, fail, or do not wait at all if Retry-After has a date.
#
# Expected: Retry-After tells the seconds to wait, or a date (RFC 9110, section 10.2.3) in one of three formats, all of
#   which are in UTC (section 5.6.7). The readmes or docstrings promise to wait as Retry-After says.
# Seen: east of Greenwich, a date in the format of asctime, which names no zone, makes axios-retry, retry-axios and
#   politeclient wait too short, since they read it as local time; apiroute fails with a TypeError. httpx-tenacity fails
#   with a ValueError for every date, and beavercore heeds none. httpx-retries waits as long for all.
# Packages: axios-retry 4.5.0 and retry-axios 4.0.3 with axios 1.21.1 (npm), on Node.js 20, politeclient 0.1.2, apiroute
#   1.12.0, httpx-tenacity 0.2.0, beavercore 0.1.1, httpx-retries 0.6.0, httpx 0.29.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts axios-retry@4.5.0 retry-axios@4.0.3 \
    axios@1.21.1 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check politeclient==0.1.2 apiroute==1.12.0 \
    httpx-tenacity==0.2.0 beavercore==0.1.1 httpx-retries==0.6.0 httpx==0.29.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/get.mjs" <<'JS'
import axios from 'axios';
import axiosRetry from 'axios-retry';
import * as rax from 'retry-axios';

const [url, ...formats] = process.argv.slice(2);
const realSetTimeout = setTimeout;
let seen; // called with the delay of a long timer
globalThis.setTimeout = (callback, delay, ...rest) =>
  delay > 600e3 ? seen(delay) : realSetTimeout(callback, delay, ...rest);
const CLIENTS = { 'axios-retry': (client) => axiosRetry(client, { retries: 1 }), 'retry-axios': rax.attach };
const raxConfig = { retry: 1, checkRetryAfter: true, maxRetryAfter: 1e9 };
for (const [name, attach] of Object.entries(CLIENTS)) {
  const waits = [];
  for (const format of formats) {
    const client = axios.create({ proxy: false });
    attach(client);
    client.get(`${url}/${format}`, { raxConfig }).catch(console.error);
    const delay = await new Promise((resolve) => { seen = resolve; });
    waits.push(`${format} ${(delay / 3600e3).toFixed(1)}`);
  }
  console.log(`${name}: ${waits.join(', ')}`);
}
process.exit();
JS
cat > "$tmp/get.py" <<'PY'
import http.server, logging, subprocess, sys, threading, time

slept = []
time.sleep = slept.append

import apiroute, beavercore, httpx, httpx_retries, httpx_tenacity, politeclient

VALUES = {'seconds': '43200'}
in_12_hours = time.gmtime(time.time() + 43200)
VALUES['IMF'] = time.strftime('%a, %d %b %Y %H:%M:%S GMT', in_12_hours)
VALUES['RFC-850'] = time.strftime('%A, %d-%b-%y %H:%M:%S GMT', in_12_hours)
VALUES['asctime'] = time.asctime(in_12_hours)


class Handler(http.server.BaseHTTPRequestHandler):
    log_message = lambda *arguments: None

    def do_GET(self):
        self.send_response(503 if 'axios' in self.headers['User-Agent'] else 429)
        self.send_header('Retry-After', VALUES[self.path[1:]])
        self.end_headers()


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f'http://127.0.0.1:{server.server_port}'


class Api(apiroute.Client):
    base_url, retries = url, apiroute.Retries(attempts=2, sleep=0.1, max_sleep=1e9)
    should_retry = lambda *arguments: True

    @apiroute.route('/{format}')
    def get_format(self, format: str) -> dict: ...


def get(transport, format):
    httpx.Client(transport=transport).get(f'{url}/{format}')


polite = politeclient.PoliteClient(retry=politeclient.RetryPolicy(max_retries=1, max_backoff=1e9))
retries = httpx_retries.Retry(total=1, max_backoff_wait=1e9)
policy = beavercore.RetryPolicy(max_attempts=2, backoff_cap=1e9)
CLIENTS = {
    'politeclient': lambda format: polite.get(f'{url}/{format}'),
    'apiroute': lambda format: Api().get_format(format),
    'httpx-tenacity': lambda format: get(httpx_tenacity.TenaciousTransport.create(max_attempts=2), format),
    'beavercore': lambda format: beavercore.Client(url, retry=policy).get(f'/{format}'),
    'httpx-retries': lambda format: get(httpx_retries.RetryTransport(retry=retries), format),
}
subprocess.run(['node', '--no-deprecation', f'{sys.argv[1]}/get.mjs', url, *VALUES])
logging.disable()
for name, call in CLIENTS.items():
    waits = []
    for format in VALUES:
        slept.clear()
        try:
            call(format)
        except Exception as error:
            slept.append(type(error).__name__)
        waits.append(f'{format} {slept[0] if isinstance(slept[0], str) else round(slept[0] / 3600, 1)}')
    print(f'{name}: ' + ', '.join(waits))
PY
seen=$(TZ=Asia/Tokyo timeout 90 "$tmp/venv/bin/python" "$tmp/get.py" "$tmp" 2>&1) || true
described='axios-retry: seconds 12.0, IMF 12.0, RFC-850 12.0, asctime 3.0
retry-axios: seconds 12.0, IMF 12.0, RFC-850 12.0, asctime 3.0
politeclient: seconds 12.0, IMF 12.0, RFC-850 12.0, asctime 3.0
apiroute: seconds 12.0, IMF 12.0, RFC-850 12.0, asctime TypeError
httpx-tenacity: seconds 12.0, IMF ValueError, RFC-850 ValueError, asctime ValueError
beavercore: seconds 12.0, IMF 0.0, RFC-850 0.0, asctime 0.0
httpx-retries: seconds 12.0, IMF 12.0, RFC-850 12.0, asctime 12.0'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

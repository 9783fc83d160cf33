#!/usr/bin/env bash
# Clients that wait as Retry-After says retry at once, or within seconds, if it says days.
#
# Expected: Retry-After tells how long to wait before the next request, as seconds or as a date (RFC 9110, section
#   10.2.3), and all three formats of a date are understood (section 5.6.7). The readme of axios-retry-after promises to
#   read the field and to retry at the right time. The documentation of wait_retry_after in retryhttp knows both forms,
#   and no limit with None as wait_max.
# Seen: 30 days, as seconds or as a date, make axios-retry-after retry at once, because a timer of Node.js takes at most
#   2^31 - 1 milliseconds. retryhttp uses the seconds of the difference to a date without its days, so that it retries
#   five seconds later, and a date in another format counts for nothing. Both wait if it is one day in seconds.
# Packages: axios-retry-after 2.1.0 with axios 1.21.1 (npm), on Node.js 20, retryhttp 1.5.0 with httpx 0.29.0 (PyPI).
#   Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts axios-retry-after@2.1.0 \
  axios@1.21.1 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" retryhttp==1.5.0 \
  httpx==0.29.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/get.mjs" <<'JS'
import axios from 'axios';
import retryAfter from 'axios-retry-after';

const [server, ...paths] = process.argv.slice(2);
for (const path of paths) {
  const client = axios.create({ proxy: false });
  client.interceptors.response.use(null, retryAfter(client));
  client.get(`${server}/axios-retry-after${path}`).catch(console.error);
}
setTimeout(() => process.exit(), 9000);
JS
cat > "$tmp/wait.py" <<'PY'
import collections, email.utils, http.server, subprocess, sys, threading, time

import httpx
from retryhttp import retry, wait_retry_after

DAY = 86400
start = time.time()
in_30_days = email.utils.formatdate(start + 30 * DAY + 5, usegmt=True)
FIELDS = {
    '1 day': str(DAY),
    '30 days': str(30 * DAY),
    'date in 30 days': in_30_days,
    'other format': time.strftime('%A, %d-%b-%y %H:%M:%S GMT', time.gmtime(start + DAY)),
}
PATHS = {f'/{index}': title for index, title in enumerate(FIELDS)}
counts = collections.Counter()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        counts[self.path] += 1
        self.send_response(429 if counts[self.path] == 1 else 200)
        self.send_header('Retry-After', FIELDS[PATHS['/' + self.path.split('/')[-1]]])
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *arguments):
        pass


def get(url):
    @retry(max_attempt_number=2, wait_rate_limited=wait_retry_after(wait_max=None))
    def request():
        httpx.get(url, trust_env=False).raise_for_status()

    request()


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f'http://127.0.0.1:{server.server_port}'
for path in PATHS:
    threading.Thread(target=get, args=(f'{url}/retryhttp{path}',), daemon=True).start()
subprocess.run(['node', '--no-warnings', f'{sys.argv[1]}/get.mjs', url, *PATHS], timeout=30)
for client in ('axios-retry-after', 'retryhttp'):
    for path, title in PATHS.items():
        count = counts[f'/{client}{path}']
        print(f'{client}: {title}: ' + {0: 'no request', 1: 'waits', 2: 'has retried'}.get(count, str(count)))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/wait.py" "$tmp" 2>&1) || true
described='axios-retry-after: 1 day: waits
axios-retry-after: 30 days: has retried
axios-retry-after: date in 30 days: has retried
axios-retry-after: other format: waits
retryhttp: 1 day: waits
retryhttp: 30 days: waits
retryhttp: date in 30 days: has retried
retryhttp: other format: has retried'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

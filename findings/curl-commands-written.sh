#!/usr/bin/env bash
# Commands for curl that are made of a request send another request.
#
# Expected: the readmes promise to convert a request into a curl command. As the manual of curl says, a field without a
#   value needs a semicolon in -H, and HEAD needs -I, because -X HEAD waits for the content. A field may be empty (RFC
#   9110, section 5.5).
# Seen: py2curl writes a line end as \r\n, of which curl sends the letters, up to the length. curlify2 sends "None" with
#   a GET. Four of six leave the empty field out. With all but curlify3, curl fails after a HEAD, because the content that the length tells does not come.
# Packages: fetch-to-curl 0.6.0 (npm), on Node.js 20, curlify 3.0.0, curlify2 2.0.0, curlify3 0.15, py2curl 1.0.9,
#   requests-to-curl 1.1.0, with requests 2.34.2 (PyPI). They need the command curl. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts fetch-to-curl@0.6.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" requests==2.34.2 \
  curlify==3.0.0 curlify2==2.0.0 curlify3==0.15 py2curl==1.0.9 requests-to-curl==1.1.0 ||
  { echo 'cannot install the packages' >&2; exit 2; }
curl --version >/dev/null || { echo 'the command curl is missing' >&2; exit 2; }

cat > "$tmp/write.cjs" <<'JS'
const { fetchToCurl } = require('fetch-to-curl');
const { url, ...options } = JSON.parse(process.argv[2]);
console.log(fetchToCurl(url, options));
JS
cat > "$tmp/send.py" <<'PY'
import http.server, json, os, subprocess, sys, threading

import curlify, curlify2, curlify3, py2curl, requests, requests_to_curl

received = []


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        received.append(f'{self.command} {body.decode()!r}{" with X-Empty" if "X-Empty" in self.headers else ""}')
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok' if self.command != 'HEAD' else b'')

    do_GET = do_HEAD = do_POST = answer

    def log_message(self, *arguments):
        pass


def fetch_to_curl(request):
    options = {'url': request.url, 'method': request.method, 'headers': dict(request.headers)}
    options.update({'body': request.body} if request.body else {})
    command = ['node', f'{sys.argv[1]}/write.cjs', json.dumps(options)]
    return subprocess.run(command, capture_output=True, check=True, timeout=10).stdout.decode()


WRITERS = {
    'fetch-to-curl': fetch_to_curl,
    'curlify': curlify.to_curl,
    'curlify2': lambda request: curlify2.Curlify(request).to_curl(),
    'curlify3': curlify3.to_curl,
    'py2curl': py2curl.render,
    'requests-to-curl': lambda request: requests_to_curl.parse(request, return_it=True, print_it=False),
}
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f'http://127.0.0.1:{server.server_port}/'
plain = {'Content-Type': 'text/plain'}
for title, request, right in [
    ('GET', requests.Request('GET', url), "GET ''"),
    ('POST', requests.Request('POST', url, plain, data='a'), "POST 'a'"),
    ('line end', requests.Request('POST', url, plain, data='a\r\nb'), "POST 'a\\r\\nb'"),
    ('empty field', requests.Request('GET', url, {'X-Empty': ''}), "GET '' with X-Empty"),
    ('HEAD', requests.Request('HEAD', url), "HEAD ''"),
]:
    for name, write in WRITERS.items():
        received.clear()
        command = write(requests.Session().prepare_request(request))
        process = subprocess.run(
            ['bash', '-c', command],
            cwd=sys.argv[1],
            env={**os.environ, 'no_proxy': '*'},
            capture_output=True,
            timeout=10,
        )
        seen = ', '.join(received) + (f', curl ends with {process.returncode}' if process.returncode else '')
        print(f'{title}: {name}: {"right" if seen == right else seen}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 120 python3 "$tmp/send.py" "$tmp" 2>&1) || true
described='GET: fetch-to-curl: right
GET: curlify: right
GET: curlify2: GET '\''None'\''
GET: curlify3: right
GET: py2curl: right
GET: requests-to-curl: right
POST: fetch-to-curl: right
POST: curlify: right
POST: curlify2: right
POST: curlify3: right
POST: py2curl: right
POST: requests-to-curl: right
line end: fetch-to-curl: right
line end: curlify: right
line end: curlify2: right
line end: curlify3: right
line end: py2curl: POST '\''a\\r\\'\''
line end: requests-to-curl: right
empty field: fetch-to-curl: GET '\'''\''
empty field: curlify: right
empty field: curlify2: GET '\''None'\''
empty field: curlify3: right
empty field: py2curl: GET '\'''\''
empty field: requests-to-curl: GET '\'''\''
HEAD: fetch-to-curl: HEAD '\'''\'', curl ends with 18
HEAD: curlify: HEAD '\'''\'', curl ends with 18
HEAD: curlify2: HEAD '\''None'\'', curl ends with 18
HEAD: curlify3: right
HEAD: py2curl: HEAD '\'''\'', curl ends with 18
HEAD: requests-to-curl: HEAD '\'''\'', curl ends with 18'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Runners of .http files send the name of a file in place of its content, one of two equal fields, and GET for PUT.
#
# Expected: the runners read the files of REST Client for VS Code (their readmes: "the same files"). There, `< ./file`
#   is the content of a file, lines of a form that begin with "&" are joined, a query may go on in the next lines, and
#   GET may be omitted (readme of REST Client). A request may have several fields with one name, such as Accept or
#   Link (RFC 9110, section 5.3), and PUT stays PUT after a 302 (section 15.4.3), of which both follow the Location.
# Seen: runhttp and probeflow send "< ./content.txt", a line feed before the "&", only the last of two fields, and
#   after the 302 GET without content. probeflow reports errors for the query and for the omitted method. httpyac gets
#   all of it right.
# Packages: runhttp 0.1.0, probeflow 0.2.0 (PyPI), httpyac 6.16.7 (npm). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts httpyac@6.16.7 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check runhttp==0.1.0 probeflow==0.2.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import http.server, os, subprocess, sys, threading

FORM = 'Content-Type: application/x-www-form-urlencoded'
FILES = {
    'ordinary': 'PUT {base}/a\nX-Test: 1\n\nhello\n',
    'file': 'PUT {base}/a\nContent-Type: text/plain\n\n< ./content.txt\n',
    'form': f'POST {{base}}/a\n{FORM}\n\nb=1\n&c=2\n',
    'two fields': 'GET {base}/a\nX-Test: 1\nX-Test: 2\n',
    'query': 'GET {base}/a\n    ?b=1\n    &c=2\n',
    'omitted GET': '{base}/a\n',
    '302': 'PUT {base}/302\nX-Test: 1\n\nhello\n',
}
requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        content = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode()
        fields = [f'X-Test: {value}' for value in self.headers.get_all('X-Test', [])]
        requests.append(' '.join(filter(None, (self.command, self.path, *fields, repr(content).replace("'", '"')))))
        self.send_response(302 if self.path == '/302' else 200)
        self.send_header('Location', '/target')
        self.send_header('Content-Length', '0')
        self.end_headers()

    do_GET = do_POST = do_PUT

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.chdir(sys.argv[1])
with open('content.txt', 'w') as file:
    file.write('hello')
for command in (['venv/bin/runhttp'], ['venv/bin/probeflow', 'run'], ['node_modules/.bin/httpyac', 'send', '--all']):
    for title, text in FILES.items():
        with open('case.http', 'w') as file:
            file.write(text.format(base=f'http://127.0.0.1:{server.server_port}'))
        requests.clear()
        subprocess.run([*command, 'case.http'], capture_output=True, timeout=30)
        print(f'{os.path.basename(command[0])}: {title}:', ', then '.join(requests) or 'nothing is sent')
PY
seen=$(timeout 120 "$tmp/venv/bin/python" "$tmp/ask.py" "$tmp" 2>&1) || true
described='runhttp: ordinary: PUT /a X-Test: 1 "hello"
runhttp: file: PUT /a "< ./content.txt"
runhttp: form: POST /a "b=1\n&c=2"
runhttp: two fields: GET /a X-Test: 2 ""
runhttp: query: GET /a?b=1&c=2 ""
runhttp: omitted GET: GET /a ""
runhttp: 302: PUT /302 X-Test: 1 "hello", then GET /target X-Test: 1 ""
probeflow: ordinary: PUT /a X-Test: 1 "hello"
probeflow: file: PUT /a "< ./content.txt"
probeflow: form: POST /a "b=1\n&c=2"
probeflow: two fields: GET /a X-Test: 2 ""
probeflow: query: nothing is sent
probeflow: omitted GET: nothing is sent
probeflow: 302: PUT /302 X-Test: 1 "hello", then GET /target X-Test: 1 ""
httpyac: ordinary: PUT /a X-Test: 1 "hello"
httpyac: file: PUT /a "hello"
httpyac: form: POST /a "b=1&c=2"
httpyac: two fields: GET /a X-Test: 1 X-Test: 2 ""
httpyac: query: GET /a?b=1&c=2 ""
httpyac: omitted GET: GET /a ""
httpyac: 302: PUT /302 X-Test: 1 "hello", then PUT /target X-Test: 1 "hello"'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

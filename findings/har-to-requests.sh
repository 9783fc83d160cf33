#!/usr/bin/env bash
# Generators of requests from HAR files lose repeated parameters, contents and content types.
#
# Expected: queryString and params are lists, in which a name may stand several times, postData belongs to any method,
#   and the fields of the request are in its headers (HAR 1.2, "request", "queryString" and "postData").
# Seen: har2requests and har2case keep only the last of two parameters with one name, in the query and in a form.
#   har2requests loses the content of PATCH and the content type of any other content, for instance of XML.
# Packages: har2requests 0.2.3 with black 26.10.1, har2case 0.3.1, with requests 2.34.2 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" install -q --disable-pip-version-check har2requests==0.2.3 \
    black==26.10.1 har2case==0.3.1 requests==2.34.2
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/run.py" <<'PY'
import http.server, json, os, subprocess, sys, threading

import requests

FORM, JSON, XML = 'application/x-www-form-urlencoded', 'application/json', 'application/xml'
REQUESTS = [
    ('GET', '/query?a=1&a=2', None, None),
    ('POST', '/form', FORM, 'a=1&a=2'),
    ('PATCH', '/patch', JSON, '{"a": 1}'),
    ('POST', '/xml', XML, '<a/>'),
]
seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        content = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode()
        content_type = self.headers.get('Content-Type', 'no type')
        seen.append(f'{self.command} {self.path}, {content_type}, {content or "no content"}')
        self.send_response(204)
        self.end_headers()

    do_GET = do_POST = do_PATCH = answer

    def log_message(self, *arguments):
        pass


def pairs(text):
    return [dict(zip(('name', 'value'), part.split('='))) for part in text.split('&')] if text else []


def entry(method, target, content_type, text):
    request = {
        'method': method, 'url': f'http://127.0.0.1:{port}{target}', 'httpVersion': 'HTTP/1.1', 'cookies': [],
        'headers': pairs(f'Content-Type={content_type}' if text else ''), 'headersSize': -1,
        'queryString': pairs(target.partition('?')[2]), 'bodySize': len(text or ''),
    }
    if text:
        request['postData'] = {'mimeType': content_type} | (
            {'params': pairs(text)} if content_type == FORM else {'text': text})
    content = {'size': 0, 'mimeType': 'text/plain'}
    response = {'status': 204, 'statusText': 'No Content', 'httpVersion': 'HTTP/1.1', 'cookies': [], 'headers': [],
                'content': content, 'redirectURL': '', 'headersSize': -1, 'bodySize': 0}
    return {'startedDateTime': '2026-12-03T10:00:00.000Z', 'time': 1, 'request': request, 'response': response,
            'cache': {}, 'timings': {'send': 0, 'wait': 1, 'receive': 0}, '_resourceType': 'xhr'}


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def har2requests():
    exec(run('har2requests', 'file.har', '--no-infer'), {})


def har2case():
    run('har2case', 'file.har')
    with open('file.json') as file:
        for step in json.load(file)['teststeps']:
            requests.request(**step['request'])


server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
port = server.server_port
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ['PATH'] = os.path.dirname(sys.executable) + os.pathsep + os.environ['PATH']
with open('file.har', 'w') as file:
    entries = [entry(*request) for request in REQUESTS]
    json.dump({'log': {'version': '1.2', 'creator': {'name': 'by hand', 'version': '1'}, 'entries': entries}}, file)
for generate in (har2requests, har2case):
    seen.clear()
    generate()
    for line in seen:
        print(f'{generate.__name__}: {line}')
PY
cd "$tmp"
seen=$(timeout 120 "$tmp/venv/bin/python" "$tmp/run.py" 2>&1) || true
described='har2requests: GET /query?a=2, no type, no content
har2requests: POST /form, application/x-www-form-urlencoded, a=2
har2requests: PATCH /patch, no type, no content
har2requests: POST /xml, no type, <a/>
har2case: GET /query?a=2, no type, no content
har2case: POST /form, application/x-www-form-urlencoded, a=2
har2case: PATCH /patch, application/json, {"a": 1}
har2case: POST /xml, application/xml, <a/>'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Five clients resolve relative references of a redirect, or split its URL, otherwise than RFC 3986.
#
# Expected: Location may be a relative reference, which is resolved against the URL of the request (RFC 9110, section
#   10.2.2; RFC 3986, section 5.2). A scheme is case-insensitive (RFC 3986, section 3.1), and a query may follow the
#   host without a path (section 3.2). All five follow redirects of themselves.
# Seen: only a path from the root works everywhere. simple-get sends the reference as request target, HTTP::Tiny
#   cannot parse it, and PHP doubles a slash, keeps dot segments and drops the last segment before a query.
#   `//host/path` becomes a path, and httplib2 refuses it. LuaSocket returns the 302 for `HTTP:`, and fails with a
#   query directly after the host.
# Packages: simple-get 4.0.1 (npm), on Node.js 20, httplib2 0.32.1 (PyPI), libhttp-tiny-perl 0.082-2, php8.2-cli
#   8.2.36-1~deb12u1, lua-socket 3.1.0-1+b1 with lua5.3 5.3.6-2 (Debian 12). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts simple-get@4.0.1 >/dev/null || cannot_install
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" httplib2==0.32.1 ||
  cannot_install
(cd "$tmp" && apt-get -q download libhttp-tiny-perl=0.082-2 php8.2-cli=8.2.36-1~deb12u1 lua-socket=3.1.0-1+b1 \
  lua5.3=5.3.6-2 libargon2-1 libedit2 libicu72 libmagic1 libsodium23 libxml2 >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu)
export PERL5LIB=$tmp/root/usr/share/perl5 LUA_PATH="$tmp/root/usr/share/lua/5.3/?.lua"
export LUA_CPATH="$libraries/lua/5.3/?.so"
LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/php8.2" -n -v >/dev/null || cannot_install

cat > "$tmp/ask.php" <<'PHP'
<?php
$options = ['http' => ['timeout' => 10, 'ignore_errors' => true]];
echo @file_get_contents($argv[1], false, stream_context_create($options));
PHP
cat > "$tmp/ask.lua" <<'LUA'
local content, status = require('socket.http').request(arg[1])
io.write(status == 200 and content or tostring(status))
LUA
cat > "$tmp/ask.pl" <<'PERL'
use HTTP::Tiny;
my $response = HTTP::Tiny->new(timeout => 10)->get($ARGV[0]);
print $response->{content};
PERL
cat > "$tmp/ask.cjs" <<'JS'
require('simple-get').concat({ url: process.argv[2], timeout: 10_000 }, (error, response, content) => {
  process.stdout.write(error ? error.message : content.toString());
  process.exit();
});
JS
cat > "$tmp/ask.py" <<'PY'
import os, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httplib2

tmp, libraries = sys.argv[1:]


class Redirects(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def parse_request(self):
        self.target = self.raw_requestline.split()[1].decode()
        return super().parse_request()

    def do_GET(self):
        content = self.target.encode()
        first = self.target.startswith('/d/e/start?n=')
        self.send_response(302 if first else 200)
        if first:
            self.send_header('Location', list(REFERENCES)[int(self.target.split('=')[1])])
            content = b''
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


def run(*command):
    def ask(url):
        environment = {**os.environ, 'LD_LIBRARY_PATH': libraries} if 'php' in command[0] else None
        return subprocess.run([*command, url], capture_output=True, text=True, timeout=20, env=environment).stdout
    return ask


def with_httplib2(url):
    try:
        return httplib2.Http(timeout=10).request(url)[1].decode()
    except httplib2.HttpLib2Error as error:
        return type(error).__name__


CLIENTS = {
    'simple-get': run('node', '--no-deprecation', f'{tmp}/ask.cjs'),
    'httplib2': with_httplib2,
    'HTTP::Tiny': run('perl', f'{tmp}/ask.pl'),
    'PHP': run(f'{tmp}/root/usr/bin/php8.2', '-n', f'{tmp}/ask.php'),
    'LuaSocket': run(f'{tmp}/root/usr/bin/lua5.3', f'{tmp}/ask.lua'),
}
server = ThreadingHTTPServer(('127.0.0.1', 0), Redirects)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
port = str(server.server_port)
REFERENCES = {
    '/root': '/root',
    'next': '/d/e/next',
    '?page=2': '/d/e/start?page=2',
    '../up': '/d/up',
    f'//127.0.0.1:{port}/same': '/same',
    f'HTTP://127.0.0.1:{port}/capitals': '/capitals',
    f'http://127.0.0.1:{port}?q=1': '/?q=1',
}
for number, (reference, expected) in enumerate(REFERENCES.items()):
    print(f'{reference}: expected {expected}'.replace(port, 'PORT'))
    for name, ask in CLIENTS.items():
        found = ask(f'http://127.0.0.1:{port}/d/e/start?n={number}').strip().replace("'", '')
        if found != expected:
            print(f'  {name}: {found}'.replace(port, 'PORT'))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='/root: expected /root
next: expected /d/e/next
  simple-get: next
  HTTP::Tiny: Cannot parse URL: next
  PHP: /d/e//next
?page=2: expected /d/e/start?page=2
  simple-get: ?page=2
  HTTP::Tiny: Cannot parse URL: ?page=2
  PHP: /d/e//?page=2
../up: expected /d/up
  simple-get: ../up
  HTTP::Tiny: Cannot parse URL: ../up
  PHP: /d/e//../up
//127.0.0.1:PORT/same: expected /same
  simple-get: //127.0.0.1:PORT/same
  httplib2: RelativeURIError
  HTTP::Tiny: //127.0.0.1:PORT/same
  PHP: //127.0.0.1:PORT/same
HTTP://127.0.0.1:PORT/capitals: expected /capitals
  LuaSocket: 302
http://127.0.0.1:PORT?q=1: expected /?q=1
  LuaSocket: service not supported for socket type'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Downloaders do not take a 203 or an unknown 2xx for a success.
#
# Expected: a client must understand the class of any status code and treat an unknown one as the x00 of its class (RFC
#   9110, section 15). A 203 is a success, whose content a proxy has changed (section 15.3.4). wget2's manual says that
#   content is left out if the status indicates an error, and that there is exit status 8 for such a response.
# Seen: wget2 and puf write nothing for a 203 or a 299, with exit status 0. httrack writes nothing for a 299, also with
#   exit status 0. axel reports both as errors. lftp writes the file each time.
# Packages: wget2 1.99.1-2.2, puf 1.0.0-7+b2, httrack 3.49.4-1, axel 2.17.11-3, lftp 4.9.2-2+b1 (Debian 12). Date:
#   2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download wget2=1.99.1-2.2 puf=1.0.0-7+b2 httrack=3.49.4-1 axel=2.17.11-3 lftp=4.9.2-2+b1 \
  libhttrack2=3.49.4-1 libwget0=1.99.1-2.2 libgpgme11 libassuan0 libnghttp2-14 libpsl5 libbrotli1 >/dev/null 2>&1) ||
  cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu)
for program in wget2 httrack axel lftp; do
  LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/$program" --version >/dev/null || cannot_install
done

cat > "$tmp/ask.py" <<'PY'
import glob, os, subprocess, sys, tempfile, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

tmp, libraries = sys.argv[1:]


class Status(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        name = self.path.strip('/').removesuffix('.txt')
        status, content = (int(name), b'hello') if name.isdecimal() else (404, b'')
        self.send_response(status, 'Some Reason')
        for field, value in (('Content-Type', 'text/plain'), ('Content-Length', len(content)), ('Connection', 'close')):
            self.send_header(field, str(value))
        self.end_headers()
        self.wfile.write(content if self.command == 'GET' else b'')

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Status)
threading.Thread(target=server.serve_forever, daemon=True).start()
environment = {**os.environ, 'LD_LIBRARY_PATH': libraries, 'HOME': tmp, 'no_proxy': '*'}
for name in ('wget2', 'puf', 'httrack', 'axel', 'lftp'):
    for status in ('200', '203', '299'):
        url = f'http://127.0.0.1:{server.server_port}/{status}.txt'
        options = {
            'wget2': ('-q', '--tries=1', url),
            'puf': ('-xg', url),
            'httrack': ('-q', '-r1', '-s0', '-I0', url),
            'axel': ('-q', '-n', '1', url),
            'lftp': ('-c', f'set net:max-retries 1; set cmd:fail-exit yes; get {url}'),
        }[name]
        folder = tempfile.mkdtemp(dir=tmp)
        ended = subprocess.run([f'{tmp}/root/usr/bin/{name}', *options], cwd=folder, env=environment,
                               capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)
        content = 'no file'
        for path in glob.glob(f'{folder}/**/{status}.txt', recursive=True):
            with open(path) as file:
                content = file.read()
        print(f'{name}: {status}: {content}, exit status {ended.returncode}')
PY
seen=$(timeout 150 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='wget2: 200: hello, exit status 0
wget2: 203: no file, exit status 0
wget2: 299: no file, exit status 0
puf: 200: hello, exit status 0
puf: 203: no file, exit status 0
puf: 299: no file, exit status 0
httrack: 200: hello, exit status 0
httrack: 203: hello, exit status 0
httrack: 299: no file, exit status 0
axel: 200: hello, exit status 0
axel: 203: no file, exit status 1
axel: 299: no file, exit status 1
lftp: 200: hello, exit status 0
lftp: 203: hello, exit status 0
lftp: 299: hello, exit status 0'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

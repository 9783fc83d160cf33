#!/usr/bin/env bash
# Downloaders that fetch a file in several requests join two versions of it, although each part has another entity tag.
#
# Expected: parts are combined only if they share the same strong validator (RFC 9110, section 15.3.7.3). If-Range with
#   the entity tag of the first response makes the server send the whole new file instead (section 13.1.5).
# Seen: aria2, pypdl and pySmartDL send no If-Range and do not compare the tags. When the file is replaced after the first
#   segment, the result has bytes of both versions, and the download is reported as complete.
# Packages: aria2 1.36.0-1 (Debian), pypdl 1.5.7, pySmartDL 1.3.4 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  pypdl==1.5.7 pySmartDL==1.3.4 || cannot_install
(cd "$tmp" && apt-get -q download aria2=1.36.0-1 libaria2-0=1.36.0-1 libc-ares2 libssh2-1 >/dev/null 2>&1) ||
  cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu)
LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/aria2c" --version >/dev/null || cannot_install

cat > "$tmp/ask.py" <<'PY'
import os, re, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIZE = 4 << 20
tmp = sys.argv[1]


class Replaced(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        found = re.fullmatch(r'bytes=(\d+)-(\d*)', self.headers.get('Range', ''))
        first, last = (int(found[1]), int(found[2] or SIZE - 1)) if found else (0, SIZE - 1)
        # The file is replaced before anything of its second half is asked for.
        version = 1 if first < SIZE // 2 else 2
        fields = {'ETag': f'"{version}"', 'Accept-Ranges': 'bytes'}
        if found and self.headers.get('If-Range', fields['ETag']) == fields['ETag']:
            self.send_response(206)
            fields['Content-Range'] = f'bytes {first}-{last}/{SIZE}'
        else:
            self.send_response(200)
            first, last = 0, SIZE - 1
        fields['Content-Length'] = last - first + 1
        for name, value in fields.items():
            self.send_header(name, str(value))
        self.end_headers()
        if version == 2:
            replaced.set()
        content = str(version).encode() * (last - first + 1)
        if self.command == 'GET':
            self.wfile.write(content[:100_000])
            if self.path == '/aria2' and not found:
                # aria2 starts other requests while the first response arrives.
                replaced.wait(10)
            self.wfile.write(content[100_000:])

    do_HEAD = do_GET

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Replaced)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f'http://127.0.0.1:{server.server_port}/'
replaced = threading.Event()
PYPDL = """
import sys
from pypdl import Pypdl

if __name__ == '__main__':
    result = Pypdl().start(sys.argv[1], sys.argv[2], display=False, multisegment=True, segments=4)
    sys.exit(0 if result else 1)
"""
SMART = """
import sys
from pySmartDL import SmartDL

download = SmartDL(sys.argv[1], sys.argv[2], progress_bar=False, threads=4)
download.start()
sys.exit(0 if download.isSuccessful() else 1)
"""
libraries = {**os.environ, 'LD_LIBRARY_PATH': sys.argv[2]}
aria2 = [f'{tmp}/root/usr/bin/aria2c', '-q', '-x4', '-s4', '-k1M', '-d', '/', '-o', f'{tmp}/aria2', f'{url}aria2']
for name, command, environment in [
        ('aria2', aria2, libraries),
        ('pypdl', [sys.executable, '-c', PYPDL, f'{url}pypdl', f'{tmp}/pypdl'], None),
        ('pySmartDL', [sys.executable, '-c', SMART, f'{url}pySmartDL', f'{tmp}/pySmartDL'], None)]:
    replaced.clear()
    status = subprocess.run(command, env=environment, timeout=60, capture_output=True).returncode
    with open(f'{tmp}/{name}', 'rb') as file:
        content = file.read()
    has = ' and '.join(version for version in '12' if version.encode() in content)
    print(f'{name}: exit status {status}, {len(content)} of {SIZE} bytes, of version {has}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 200 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='aria2: exit status 0, 4194304 of 4194304 bytes, of version 1 and 2
pypdl: exit status 0, 4194304 of 4194304 bytes, of version 1 and 2
pySmartDL: exit status 0, 4194304 of 4194304 bytes, of version 1 and 2'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

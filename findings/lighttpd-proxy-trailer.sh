#!/usr/bin/env bash
# lighttpd's mod_proxy turns trailer fields into header fields that end in CR CR LF.
#
# Expected: a proxy forwards the trailer section, or discards it. RFC 9110, section 6.5.1, forbids merging a field into
#   the header section unless the field's definition allows it; RFC 9112, section 2.2, forbids a CR without LF.
# Seen: the trailer field appears in the header section, and its line has an additional CR before CR LF. The response
#   has a Content-Length instead of the chunked coding, and the Trailer field is gone.
# Package: lighttpd 1.4.69-1 (Debian 12). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the package (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download lighttpd=1.4.69-1 >/dev/null 2>&1) || cannot_install
dpkg -x "$tmp"/lighttpd_*.deb "$tmp/root"
"$tmp/root/usr/sbin/lighttpd" -v >/dev/null || cannot_install

cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, sys, threading, time

tmp = sys.argv[1]
origin = socket.create_server(('127.0.0.1', 0))
origin.settimeout(20)


def answer():
    connection, _ = origin.accept()
    connection.settimeout(20)
    head = b''
    while b'\r\n\r\n' not in head:
        head += connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nTrailer: Checksum\r\nTransfer-Encoding: chunked\r\n\r\n'
                       b'5\r\nhello\r\n0\r\nChecksum: abc\r\n\r\n')
    connection.close()


threading.Thread(target=answer, daemon=True).start()
with socket.create_server(('127.0.0.1', 0)) as free:
    port = free.getsockname()[1]
with open(tmp + '/conf', 'w') as conf:
    conf.write(f'server.document-root = "{tmp}"\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
               'server.modules = ("mod_proxy")\n'
               f'proxy.server = ("" => (("host" => "127.0.0.1", "port" => {origin.getsockname()[1]})))\n')
proxy = subprocess.Popen([tmp + '/root/usr/sbin/lighttpd', '-D', '-f', tmp + '/conf',
                          '-m', tmp + '/root/usr/lib/lighttpd'], stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 20)
            break
        except OSError:
            time.sleep(0.1)
    client.sendall(b'GET / HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n')
    response = b''
    while data := client.recv(65536):
        response += data
finally:
    proxy.terminate()
    proxy.wait(20)
head, _, content = response.partition(b'\r\n\r\n')
for line in head.split(b'\r\n'):
    if line.lower().startswith((b'checksum', b'content-length', b'transfer-encoding', b'trailer')):
        print('header section:', line)
print('after it:', content)
PY
seen=$(timeout 90 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described="header section: b'Checksum: abc\\r'
header section: b'Content-Length: 5'
after it: b'hello'"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

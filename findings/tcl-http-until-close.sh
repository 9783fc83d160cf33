#!/usr/bin/env bash
# Tcl's http returns empty content when the end of the connection ends the content.
#
# Expected: a response of HTTP/1.1 with neither Content-Length nor Transfer-Encoding has the content that comes until the
#   connection is closed (RFC 9112, section 6.3, rule 8), with or without `Connection: close`.
# Seen: without `Connection: close`, the status is `ok`, the code 200, and the content empty. No error is raised. With
#   the field the content is there.
# Package: libtcl8.6 8.6.13+dfsg-2 and tcl8.6 8.6.13+dfsg-2, which have http 2.9.8 (Debian 12). Date: 2026-11-30.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the package (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download libtcl8.6=8.6.13+dfsg-2 tcl8.6=8.6.13+dfsg-2 >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
LD_LIBRARY_PATH=$(echo "$tmp"/root/usr/lib/*-linux-gnu)
TCL_LIBRARY=$tmp/root/usr/share/tcltk/tcl8.6
export LD_LIBRARY_PATH TCL_LIBRARY
cat > "$tmp/ask.tcl" <<'TCL'
package require http 2.9.8
set token [http::geturl [lindex $argv 0]]
puts -nonewline "[http::status $token] [http::ncode $token] [http::data $token]"
TCL

cat > "$tmp/ask.py" <<'PY'
import os, socket, subprocess, sys, threading


def get(fields):
    server = socket.create_server(('127.0.0.1', 0))
    server.settimeout(20)

    def answer():
        connection, _ = server.accept()
        connection.settimeout(20)
        head = b''
        while b'\r\n\r\n' not in head:
            head += connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\n' + fields + b'\r\nhello')
        connection.close()
        server.close()

    threading.Thread(target=answer, daemon=True).start()
    url = f'http://127.0.0.1:{server.getsockname()[1]}/'
    client = subprocess.run([sys.argv[1], sys.argv[2], url], stdout=subprocess.PIPE, timeout=30)
    return client.stdout.decode()


print('with Connection: close:', get(b'Connection: close\r\n'))
print('without it:', get(b''))
PY
seen=$(timeout 80 python3 "$tmp/ask.py" "$tmp/root/usr/bin/tclsh8.6" "$tmp/ask.tcl" 2>&1) || true
described="with Connection: close: ok 200 hello
without it: ok 200 "

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Guile's (web client) returns the chunk framing as content when the name of the coding has a capital letter.
#
# Expected: names of transfer codings are case-insensitive (RFC 9112, section 7), and a client of HTTP/1.1 must be able
#   to decode `chunked` (section 7.1).
# Seen: after `Transfer-Encoding: Chunked`, the content is read until the connection closes and contains the chunk
#   sizes. The status is 200, and no error is raised.
# Package: guile-3.0 and guile-3.0-libs 3.0.8-2, with libgc1 1:8.2.2-3 (Debian 12). Date: 2026-11-30.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the package (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download guile-3.0=3.0.8-2 guile-3.0-libs=3.0.8-2 libgc1=1:8.2.2-3 >/dev/null 2>&1) \
  || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$libraries GUILE_AUTO_COMPILE=0
export GUILE_SYSTEM_PATH=$tmp/root/usr/share/guile/3.0
export GUILE_SYSTEM_COMPILED_PATH=$libraries/guile/3.0/ccache
guile=$(echo "$tmp"/root/usr/lib/*-linux-gnu/guile/3.0/bin/guile)
"$guile" -c 1 || cannot_install

cat > "$tmp/ask.scm" <<'SCM'
(use-modules (web client) (web response) (rnrs bytevectors) (srfi srfi-11))
(let-values (((response body) (http-get (cadr (command-line)) #:decode-body? #f)))
  (write (list (response-code response) (utf8->string body))))
SCM

cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, sys, threading


def get(coding):
    server = socket.create_server(('127.0.0.1', 0))
    server.settimeout(20)

    def answer():
        connection, _ = server.accept()
        connection.settimeout(20)
        head = b''
        while b'\r\n\r\n' not in head:
            head += connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: ' + coding +
                           b'\r\n\r\n5\r\nhello\r\n0\r\n\r\n')
        connection.close()
        server.close()

    threading.Thread(target=answer, daemon=True).start()
    url = f'http://127.0.0.1:{server.getsockname()[1]}/'
    client = subprocess.run([sys.argv[1], sys.argv[2], url], stdout=subprocess.PIPE, timeout=30)
    return client.stdout.decode()


print('chunked:', get(b'chunked'))
print('Chunked:', get(b'Chunked'))
PY
seen=$(timeout 80 python3 "$tmp/ask.py" "$guile" "$tmp/ask.scm" 2>&1) || true
described='chunked: (200 "hello")
Chunked: (200 "5\r\nhello\r\n0\r\n\r\n")'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Furl returns the chunk framing as content when the name of the coding has a capital letter.
#
# Expected: names of transfer codings are case-insensitive (RFC 9112, section 7), and a client of HTTP/1.1 must be able
#   to decode `chunked` (section 7.1). The manual of Furl::HTTP says that Furl supports HTTP/1.1.
# Seen: after `Transfer-Encoding: Chunked`, the content is read until the connection closes and contains the chunk
#   sizes. The status is 200, and no error is raised.
# Package: libfurl-perl 3.14-2 with libhttp-parser-xs-perl 0.17-2+b2 and libclass-accessor-lite-perl 0.08-3 (Debian 12).
#   Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the package (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download libfurl-perl=3.14-2 libhttp-parser-xs-perl=0.17-2+b2 \
  libclass-accessor-lite-perl=0.08-3 >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
PERL5LIB=$tmp/root/usr/share/perl5:$(echo "$tmp"/root/usr/lib/*/perl5/*)
export PERL5LIB
perl -MFurl -e 1 || cannot_install

cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, threading

CLIENT = 'my $r = Furl->new(timeout => 20)->get($ARGV[0]); print $r->code, " ", $r->content'


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
    client = subprocess.run(['perl', '-MFurl', '-e', CLIENT, f'http://127.0.0.1:{server.getsockname()[1]}/'],
                            stdout=subprocess.PIPE, timeout=30)
    return client.stdout


print('chunked:', get(b'chunked'))
print('Chunked:', get(b'Chunked'))
PY
seen=$(timeout 80 python3 "$tmp/ask.py" 2>&1) || true
described="chunked: b'200 hello'
Chunked: b'200 5\\r\\nhello\\r\\n0\\r\\n\\r\\n'"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

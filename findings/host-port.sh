#!/usr/bin/env bash
# Five clients send a Host field that does not have the port of the URL.
#
# Expected: the Host field has the host and the port of the target URI (RFC 9110, section 7.2), and a client must send
#   there what the authority of the URI is (RFC 9112, section 3.2). Only the default port may be left out.
# Seen: for a URL with another port, wget2, snarf, httping and netrik send the host alone. puf sends a negative number
#   for each port above 32767. So a server with several virtual hosts does not find the one that was asked for, and one
#   that builds a URL from the field points elsewhere. axel sends the port.
# Packages: wget2 1.99.1-2.2, puf 1.0.0-7+b2, snarf 7.0-9+b1, httping 2.5-5.2+b1, netrik 1.16.1-2+b2, axel 2.17.11-3
#   (Debian 12). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download wget2=1.99.1-2.2 puf=1.0.0-7+b2 snarf=7.0-9+b1 httping=2.5-5.2+b1 \
  netrik=1.16.1-2+b2 axel=2.17.11-3 libwget0=1.99.1-2.2 libgpgme11 libassuan0 libnghttp2-14 libpsl5 libbrotli1 \
  libfftw3-double3 libncursesw6 >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu):$(echo "$tmp"/root/lib/*-linux-gnu)
LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/wget2" --version >/dev/null || cannot_install

cat > "$tmp/ask.py" <<'PY'
import contextlib, os, re, socket, subprocess, sys, threading

tmp, libraries = sys.argv[1:]
COMMANDS = {
    'wget2': ('-q', '-O', 'out'),
    'puf': ('-xg', '-O', 'out'),
    'snarf': ('-q',),
    'httping': ('-c', '1', '-G', '-t', '5', '-g'),
    'netrik': ('--dump',),
    'axel': ('-q', '-n', '1', '-o', 'axel.out'),
}
hosts = []


def answer(connection):
    with connection, contextlib.suppress(ConnectionError):
        request = b''
        while b'\r\n\r\n' not in request:
            some = connection.recv(65536)
            if not some:
                return
            request += some
        hosts.append(re.search(r'\r\nHost:[ \t]*(.*?)[ \t]*\r\n', request.decode())[1])
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n'
                           b'Connection: close\r\n\r\nhello')


def serve():
    while True:
        threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()


# A port of the dynamic range, that is, above 49151.
for port in range(49152, 65536):
    try:
        server = socket.create_server(('127.0.0.1', port))
        break
    except OSError:
        pass
threading.Thread(target=serve, daemon=True).start()
environment = {**os.environ, 'LD_LIBRARY_PATH': libraries, 'HOME': tmp, 'TERM': 'dumb', 'no_proxy': '*'}
for name, options in COMMANDS.items():
    hosts.clear()
    command = [f'{tmp}/root/usr/bin/{name}', *options, f'http://localhost:{port}/file']
    if name == 'snarf':
        command.append('snarf.out')
    subprocess.run(command, cwd=tmp, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
    named = {host.replace(f'{port - 65536}', '(PORT - 65536)').replace(f'{port}', 'PORT') for host in hosts}
    print(f'{name}: Host: {" and ".join(sorted(named))}')
PY
seen=$(timeout 120 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='wget2: Host: localhost
puf: Host: localhost:(PORT - 65536)
snarf: Host: localhost
httping: Host: localhost
netrik: Host: localhost
axel: Host: localhost:PORT'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

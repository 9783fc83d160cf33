#!/usr/bin/env bash
# tinyproxy forwards only the first of several fields with one name.
#
# Expected: a field that is a list may be sent as several lines, and Set-Cookie has to be; a recipient, a proxy too, may
#   join lines, but it keeps their values and their order (RFC 9110, section 5.3). A proxy forwards the fields that it
#   does not know (section 5.1).
# Seen: the second cookie, the second link and the second challenge of a response are gone, and so are the second entity
#   tag, preference and unknown field of a request. So a client with two stored versions gets the file
#   again instead of 304. privoxy forwards all of them.
# Packages: tinyproxy-bin 1.11.1-2.1+deb12u1, privoxy 3.0.34-1 (Debian 12). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download tinyproxy-bin=1.11.1-2.1+deb12u1 privoxy=3.0.34-1 libbrotli1 libmbedtls14 \
  libmbedx509-1 libmbedcrypto7 libpcre3 >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu):$(echo "$tmp"/root/lib/*-linux-gnu)
LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/tinyproxy" -v >/dev/null || cannot_install
LD_LIBRARY_PATH=$libraries "$tmp/root/usr/sbin/privoxy" --version >/dev/null || cannot_install

cat > "$tmp/ask.py" <<'PY'
import contextlib, os, socket, subprocess, sys, threading, time

tmp, libraries = sys.argv[1:]
RESPONSE = (('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2'), ('Link', '</a.css>; rel=preload'),
            ('Link', '</b.css>; rel=preload'), ('WWW-Authenticate', 'Basic realm="r"'), ('WWW-Authenticate', 'Bearer'))
REQUEST = (('If-None-Match', '"v1"'), ('If-None-Match', '"v2"'), ('Prefer', 'respond-async'), ('Prefer', 'wait=5'),
           ('X-New', 'one'), ('X-New', 'two'))
requests = []


def lines(fields):
    return ''.join(f'{name}: {value}\r\n' for name, value in fields)


def read(connection, end=b''):
    got = b''
    while not end or end not in got:
        some = connection.recv(65536)
        if not some:
            break
        got += some
    return got.decode()


def answer(connection):
    with connection, contextlib.suppress(ConnectionError):
        request = read(connection, b'\r\n\r\n')
        requests.append(request)
        if request.startswith('GET /cached'):
            # This server has the second version.
            status, fields, content = ('304 Not Modified', '', '') if '"v2"' in request else ('200 OK', '', 'hello')
        else:
            status, fields, content = '200 OK', lines(RESPONSE), 'hello'
        length = '' if status.startswith('304') else f'Content-Length: {len(content)}\r\n'
        connection.sendall(f'HTTP/1.1 {status}\r\n{fields}{length}Connection: close\r\n\r\n{content}'.encode())


def serve():
    while True:
        threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as some:
        return some.getsockname()[1]


def values(message, fields):
    names = list(dict.fromkeys(name for name, _ in fields))
    head = [line.partition(':') for line in message.partition('\r\n\r\n')[0].split('\r\n')[1:]]
    return {name: ' | '.join(value.strip() for found, _, value in head if found.lower() == name.lower())
            for name in names}


def ask(proxy, path):
    with socket.create_connection(('127.0.0.1', proxy), 10) as connection:
        host = f'127.0.0.1:{server.getsockname()[1]}'
        connection.sendall(f'GET http://{host}{path} HTTP/1.1\r\nHost: {host}\r\n{lines(REQUEST)}Connection: close\r\n'
                           '\r\n'.encode())
        return read(connection)


def start(name):
    port = free_port()
    with open(f'{tmp}/{name}.conf', 'w') as file:
        if name == 'tinyproxy':
            file.write(f'Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 10\n')
            command = [f'{tmp}/root/usr/bin/tinyproxy', '-d', '-c', file.name]
        else:
            file.write(f'listen-address 127.0.0.1:{port}\nconfdir {tmp}\nlogdir {tmp}\n')
            command = [f'{tmp}/root/usr/sbin/privoxy', '--no-daemon', file.name]
    process = subprocess.Popen(command, cwd=tmp, env={**os.environ, 'LD_LIBRARY_PATH': libraries},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
            break
        time.sleep(0.1)
    return process, port


server = socket.create_server(('127.0.0.1', 0))
threading.Thread(target=serve, daemon=True).start()
for name in ('tinyproxy', 'privoxy'):
    process, port = start(name)
    try:
        requests.clear()
        response = ask(port, '/')
        for title, found in (('response', values(response, RESPONSE)), ('request', values(requests[0], REQUEST))):
            for field, value in found.items():
                print(f'{name}: {title}: {field}: {value}')
        print(f'{name}: stored version: {ask(port, "/cached").split()[1]}')
    finally:
        process.terminate()
        process.wait(10)
PY
seen=$(timeout 100 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='tinyproxy: response: Set-Cookie: a=1
tinyproxy: response: Link: </a.css>; rel=preload
tinyproxy: response: WWW-Authenticate: Basic realm="r"
tinyproxy: request: If-None-Match: "v1"
tinyproxy: request: Prefer: respond-async
tinyproxy: request: X-New: one
tinyproxy: stored version: 200
privoxy: response: Set-Cookie: a=1 | b=2
privoxy: response: Link: </a.css>; rel=preload | </b.css>; rel=preload
privoxy: response: WWW-Authenticate: Basic realm="r" | Bearer
privoxy: request: If-None-Match: "v1" | "v2"
privoxy: request: Prefer: respond-async | wait=5
privoxy: request: X-New: one | two
privoxy: stored version: 304'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

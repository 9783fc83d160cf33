#!/usr/bin/env bash
# tinyproxy removes colons at the start of a field value.
#
# Expected: the first colon of a field line ends the name, and any further colon belongs to the value (RFC 9112,
#   section 5; RFC 9110, section 5.5). A proxy forwards fields that it does not know (RFC 9110, section 5.1); `::1` is
#   an IPv6 address.
# Seen: all colons and spaces at the start of a value are gone, in requests and in responses. Later colons remain.
# Package: tinyproxy-bin 1.11.1-2.1+deb12u1 (Debian 12). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the package (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download tinyproxy-bin=1.11.1-2.1+deb12u1 >/dev/null 2>&1) || cannot_install
dpkg -x "$tmp"/tinyproxy-bin_*.deb "$tmp/root"
"$tmp/root/usr/bin/tinyproxy" -v >/dev/null || cannot_install

cat > "$tmp/ask.py" <<'PY'
import socket, subprocess, sys, threading, time

tmp = sys.argv[1]
origin = socket.create_server(('127.0.0.1', 0))
origin.settimeout(20)
request = b''


def fields(head):
    return [line for line in head.split(b'\r\n') if line.startswith((b'Peer', b'Ratio', b'Time'))]


def answer():
    global request
    connection, _ = origin.accept()
    connection.settimeout(20)
    while b'\r\n\r\n' not in request:
        request += connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nPeer: ::1\r\nRatio: : 4:3\r\nTime: 10:30\r\n'
                       b'Content-Length: 0\r\n\r\n')
    connection.close()


threading.Thread(target=answer, daemon=True).start()
with socket.create_server(('127.0.0.1', 0)) as free:
    port = free.getsockname()[1]
with open(tmp + '/conf', 'w') as conf:
    conf.write(f'Listen 127.0.0.1\nPort {port}\nTimeout 20\nMaxClients 5\n')
proxy = subprocess.Popen([tmp + '/root/usr/bin/tinyproxy', '-d', '-c', tmp + '/conf'],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 20)
            break
        except OSError:
            time.sleep(0.1)
    authority = b'127.0.0.1:%d' % origin.getsockname()[1]
    client.sendall(b'GET http://' + authority + b'/ HTTP/1.1\r\nHost: ' + authority +
                   b'\r\nPeer: ::1\r\nTime: 10:30\r\n\r\n')
    response = b''
    while data := client.recv(65536):
        response += data
finally:
    proxy.terminate()
    proxy.wait(20)
print('request: ', fields(request))
print('response:', fields(response))
PY
seen=$(timeout 90 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described="request:  [b'Peer: 1', b'Time: 10:30']
response: [b'Peer: 1', b'Ratio: 4:3', b'Time: 10:30']"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

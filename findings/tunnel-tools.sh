#!/usr/bin/env bash
# Tools that reach a host through an HTTP proxy give up at a 204 or 299, and at a 1xx before the 200.
#
# Expected: any 2xx response to CONNECT says that the tunnel begins right after its header section (RFC 9110, section
#   9.3.6), and a client must be able to parse 1xx responses before it (section 15.2). A stream of TCP has no borders: a
#   response may arrive in several segments.
# Seen: connect-proxy, proxytunnel, nc, ncat, socat and proxychains4 take only 200 for a success; plink and corkscrew
#   take both others. All eight take a 100 or 103 for the final response. If the fields arrive after the status line,
#   corkscrew passes them on as the first bytes of the tunnel.
# Packages: connect-proxy 1.105-1.3, corkscrew 2.0-14, proxytunnel 1.10.20210604-2, netcat-openbsd 1.219-1, ncat
#   7.93+dfsg1-1, socat 1.7.4.4-2, proxychains4 4.16-2, putty-tools 0.78-2+deb12u2 (Debian 12). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download connect-proxy=1.105-1.3 corkscrew=2.0-14 proxytunnel=1.10.20210604-2 \
  netcat-openbsd=1.219-1 ncat=7.93+dfsg1-1 socat=1.7.4.4-2 libproxychains4=4.16-2 putty-tools=0.78-2+deb12u2 \
  libbsd0 libmd0 libpcap0.8 liblua5.3-0 libibverbs1 libnl-3-200 libnl-route-3-200 libdbus-1-3 libwrap0 \
  >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu):$(echo "$tmp"/root/lib/*-linux-gnu)
for program in usr/bin/{connect-proxy,corkscrew,proxytunnel,ncat,socat,plink} bin/nc.openbsd; do
  ! LD_LIBRARY_PATH=$libraries ldd "$tmp/root/$program" 2>&1 | grep -q 'not found' || cannot_install
done

cat > "$tmp/ask.py" <<'PY'
import contextlib, os, pathlib, socket, subprocess, sys, threading, time

tmp, libraries = sys.argv[1:]
PROGRAMS = f'{tmp}/root/usr/bin'
NC = f'{tmp}/root/bin/nc.openbsd'
FINAL = 'HTTP/1.1 200 OK\r\nVia: 1.1 proxy\r\n\r\n'
CASES = {
    '200': [FINAL],
    '204': [FINAL.replace('200 OK', '204 No Content')],
    '299': [FINAL.replace('200 OK', '299 Done')],
    '100': ['HTTP/1.1 100 Continue\r\n\r\n' + FINAL],
    '103': ['HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n' + FINAL],
    'segments': [FINAL[:17], FINAL[17:]],
}
THROUGH = b'hello\nping\n'


def answer(connection):
    with connection, contextlib.suppress(OSError):
        request = b''
        while b'\r\n\r\n' not in request:
            some = connection.recv(65536)
            if not some:
                return
            request += some
        *first, last = CASES[case]
        for part in first:
            connection.sendall(part.encode())
            time.sleep(0.5)
        connection.sendall(last.encode() + b'hello\n')
        some = request.partition(b'\r\n\r\n')[2]
        while some or (some := connection.recv(65536)):
            connection.sendall(some)
            some = b''


def serve():
    while True:
        threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()


server = socket.create_server(('127.0.0.1', 0))
port = str(server.getsockname()[1])
proxy, target = f'127.0.0.1:{port}', ['h.example', '22']
threading.Thread(target=serve, daemon=True).start()
sessions = pathlib.Path(tmp, '.putty', 'sessions')
sessions.mkdir(parents=True)
(sessions / 'tunnel').write_text('Protocol=raw\nHostName=h.example\nPortNumber=22\nProxyMethod=3\nProxyDNS=2\n'
                                 f'ProxyHost=127.0.0.1\nProxyPort={port}\n')
chains = pathlib.Path(tmp, 'chains.conf')
chains.write_text(f'strict_chain\nquiet_mode\n[ProxyList]\nhttp 127.0.0.1 {port}\n')
preload = [f'LD_PRELOAD={libraries.split(":")[0]}/libproxychains.so.4', f'PROXYCHAINS_CONF_FILE={chains}']
commands = {
    'connect-proxy': [f'{PROGRAMS}/connect-proxy', '-H', proxy, *target],
    'corkscrew': [f'{PROGRAMS}/corkscrew', '127.0.0.1', port, *target],
    'proxytunnel': [f'{PROGRAMS}/proxytunnel', '-q', '-p', proxy, '-d', ':'.join(target)],
    'nc': [NC, '-X', 'connect', '-x', proxy, *target],
    'ncat': [f'{PROGRAMS}/ncat', '--proxy', proxy, '--proxy-type', 'http', *target],
    'socat': [f'{PROGRAMS}/socat', '-', f'PROXY:127.0.0.1:h.example:22,proxyport={port}'],
    'proxychains4': ['env', *preload, NC, '127.0.0.2', '22'],
    'plink': [f'{PROGRAMS}/plink', '-batch', '-raw', '-load', 'tunnel'],
}
environment = {**os.environ, 'LD_LIBRARY_PATH': libraries, 'HOME': tmp}
for name, command in commands.items():
    found = []
    for case in CASES:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, bufsize=0)
        timer = threading.Timer(8, process.kill)
        timer.start()
        with contextlib.suppress(OSError):
            process.stdin.write(b'ping\n')
        output = b''
        while not output.endswith(b'ping\n') and (some := process.stdout.read(65536)):
            output += some
        process.kill()
        process.wait()
        timer.cancel()
        result = 'ok' if output == THROUGH else ' '.join(output.decode().split()) or 'fails'
        found.append(f'{case}: {result}')
    print(f'{name}: {"; ".join(found)}')
PY
seen=$(timeout 200 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='connect-proxy: 200: ok; 204: fails; 299: fails; 100: fails; 103: fails; segments: ok
corkscrew: 200: ok; 204: ok; 299: ok; 100: fails; 103: fails; segments: Via: 1.1 proxy hello ping
proxytunnel: 200: ok; 204: fails; 299: fails; 100: fails; 103: fails; segments: ok
nc: 200: ok; 204: fails; 299: fails; 100: fails; 103: fails; segments: ok
ncat: 200: ok; 204: fails; 299: fails; 100: fails; 103: fails; segments: ok
socat: 200: ok; 204: fails; 299: fails; 100: fails; 103: fails; segments: ok
proxychains4: 200: ok; 204: fails; 299: fails; 100: fails; 103: fails; segments: ok
plink: 200: ok; 204: ok; 299: ok; 100: fails; 103: fails; segments: ok'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

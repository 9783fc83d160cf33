#!/usr/bin/env bash
# Downloaders, text browsers and a monitor take a 1xx response for the final one.
#
# Expected: a client must be able to parse 1xx responses before the final one, even if it does not expect them (RFC
#   9110, section 15.2); an unknown one is as a 100 (section 15).
# Seen: wget2 writes nothing after any of them, and says with exit status 0 that no problems occurred. links and elinks
#   know only 100, and lftp does not know 103. check_http reports each of them as OK, although the response is a 500.
# Packages: wget2 1.99.1-2.2, lftp 4.9.2-2+b1, links 2.28-1+b2, elinks 0.13.2-1+b4, monitoring-plugins-basic
#   2.3.3-5+deb12u2 (Debian 12). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
(cd "$tmp" && apt-get -q download wget2=1.99.1-2.2 lftp=4.9.2-2+b1 links=2.28-1+b2 elinks=0.13.2-1+b4 \
  monitoring-plugins-basic=2.3.3-5+deb12u2 libwget0=1.99.1-2.2 libgpgme11 libassuan0 libnghttp2-14 libpsl5 libbrotli1 \
  libgpm2 liblz1 elinks-data=0.13.2-1 libev4 libfsplib0 libidn12 liblua5.1-0 libperl5.36 libtre5 >/dev/null 2>&1) ||
  cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu):$(echo "$tmp"/root/lib/*-linux-gnu):$tmp/root/usr/lib
for program in wget2 lftp links elinks; do
  LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/$program" --version >/dev/null 2>&1 ||
    LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/$program" -version >/dev/null 2>&1 || cannot_install
done

cat > "$tmp/ask.py" <<'PY'
import contextlib, os, socket, subprocess, sys, threading

tmp, libraries = sys.argv[1:]
PROGRAMS = f'{tmp}/root/usr/bin'
INTERIM = {
    '': '',
    '100': 'HTTP/1.1 100 Continue\r\n\r\n',
    '102': 'HTTP/1.1 102 Processing\r\n\r\n',
    '103': 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n',
}


def answer(connection):
    with connection, contextlib.suppress(ConnectionError):
        request = b''
        while b'\r\n\r\n' not in request:
            some = connection.recv(65536)
            if not some:
                return
            request += some
        interim, status = request.split()[1].decode().strip('/').split('-')
        connection.sendall(f'{INTERIM[interim]}HTTP/1.1 {status} Final\r\nContent-Type: text/plain\r\n'
                           'Content-Length: 5\r\nConnection: close\r\n\r\nhello'.encode())


def serve():
    while True:
        threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()


def run(*command):
    environment = {**os.environ, 'LD_LIBRARY_PATH': libraries, 'HOME': tmp, 'TERM': 'dumb', 'no_proxy': '*'}
    return subprocess.run(command, cwd=tmp, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=20)


def fetch(name, url):
    out = f'{tmp}/{name}.out'
    with contextlib.suppress(FileNotFoundError):
        os.remove(out)
    ended = run(*{
        'wget2': (f'{PROGRAMS}/wget2', '-q', '--tries=1', '-O', out, url),
        'lftp': (f'{PROGRAMS}/lftp', '-c', f'set net:max-retries 1; set cmd:fail-exit yes; get {url} -o {out}'),
        'links': (f'{PROGRAMS}/links', '-source', url),
        'elinks': (f'{PROGRAMS}/elinks', '-no-home', '-source', '1', url),
    }[name])
    content = ended.stdout
    if os.path.exists(out):
        with open(out) as file:
            content = file.read()
    return f'{content or "nothing"}, exit status {ended.returncode}'


server = socket.create_server(('127.0.0.1', 0))
port = server.getsockname()[1]
threading.Thread(target=serve, daemon=True).start()
for name in ('wget2', 'lftp', 'links', 'elinks'):
    for interim in INTERIM:
        print(f'{name}: {interim or "ordinary"}: {fetch(name, f"http://127.0.0.1:{port}/{interim}-200")}')
for interim in INTERIM:
    ended = run(f'{tmp}/root/usr/lib/nagios/plugins/check_http', '-H', '127.0.0.1', '-p', f'{port}', '-t', '10', '-u',
                f'/{interim}-500')
    print(f'check_http: {interim or "ordinary"}: {ended.stdout.split(" - ")[0]}, exit status {ended.returncode}')
PY
seen=$(timeout 120 python3 "$tmp/ask.py" "$tmp" "$libraries" 2>&1) || true
described='wget2: ordinary: hello, exit status 0
wget2: 100: nothing, exit status 0
wget2: 102: nothing, exit status 0
wget2: 103: nothing, exit status 0
lftp: ordinary: hello, exit status 0
lftp: 100: hello, exit status 0
lftp: 102: hello, exit status 0
lftp: 103: nothing, exit status 1
links: ordinary: hello, exit status 0
links: 100: hello, exit status 0
links: 102: nothing, exit status 1
links: 103: nothing, exit status 1
elinks: ordinary: hello, exit status 0
elinks: 100: hello, exit status 0
elinks: 102: nothing, exit status 1
elinks: 103: nothing, exit status 1
check_http: ordinary: HTTP CRITICAL: HTTP/1.1 500 Final, exit status 2
check_http: 100: HTTP OK: HTTP/1.1 100 Continue, exit status 0
check_http: 102: HTTP OK: HTTP/1.1 102 Processing, exit status 0
check_http: 103: HTTP OK: HTTP/1.1 103 Early Hints, exit status 0'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# h2load and autocannon count valid responses as failures, twice, or not at all.
#
# Expected: the reason phrase of a status line may be empty (RFC 9112, section 4). Content without a length ends with
#   the connection (section 6.3), which a server may close after any response (section 9.6). A 1xx precedes the
#   response (RFC 9110, section 15.2). So ten requests are ten responses 200, as loadtest counts them. h2load's manual
#   says that "succeeded" means an HTTP status 2xx or 3xx; autocannon's readme, that `amount` requests are made.
# Seen: h2load fails each response with an empty reason. With content until close, it stops after one, although that
#   was a 200, and autocannon counts none. autocannon counts a 103 and its 200 as two responses, and with `Connection:
#   close` it reports ten requests as sent and five responses.
# Packages: nghttp2-client 1.52.0-1+deb12u3 (Debian 12), autocannon 9.0.0, loadtest 8.2.1 (npm), on Node.js 20. Date:
#   2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages (try "apt-get update")' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts autocannon@9.0.0 loadtest@8.2.1 >/dev/null ||
  cannot_install
(cd "$tmp" && apt-get -q download nghttp2-client=1.52.0-1+deb12u3 libnghttp2-14=1.52.0-1+deb12u3 libev4 libjansson4 \
  libjemalloc2 libxml2 libicu72 >/dev/null 2>&1) || cannot_install
for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/root"; done
libraries=$(echo "$tmp"/root/usr/lib/*-linux-gnu)
LD_LIBRARY_PATH=$libraries "$tmp/root/usr/bin/h2load" --version >/dev/null || cannot_install

cat > "$tmp/count.py" <<'PY'
import contextlib, json, os, re, socket, subprocess, sys, threading

LENGTH = 'Content-Length: 5\r\n'
RESPONSES = {
    'ordinary': f'HTTP/1.1 200 OK\r\n{LENGTH}\r\nhello',
    'empty-reason': f'HTTP/1.1 200 \r\n{LENGTH}\r\nhello',
    'after-103': f'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n{LENGTH}\r\nhello',
    'close': f'HTTP/1.1 200 OK\r\nConnection: close\r\n{LENGTH}\r\nhello',
    'until-close': 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello',
}
tmp, libraries = sys.argv[1:]


def answer(connection):
    waiting = b''
    with connection, contextlib.suppress(ConnectionError):
        while True:
            while b'\r\n\r\n' not in waiting:
                some = connection.recv(65536)
                if not some:
                    return
                waiting += some
            request, waiting = waiting.split(b'\r\n\r\n', 1)
            name = request.split()[1].decode().strip('/')
            connection.sendall(RESPONSES[name].encode())
            if 'close' in name:
                return


def serve(server):
    while True:
        threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()


def run(*command, **extra):
    return subprocess.run(command, capture_output=True, text=True, timeout=20, env={**os.environ, **extra}).stdout


def h2load(url):
    printed = run(f'{tmp}/root/usr/bin/h2load', '--h1', '-n', '10', '-c', '1', url, LD_LIBRARY_PATH=libraries)
    return re.search(r'\d+ succeeded, \d+ failed', printed)[0] + ', ' + re.search(r'\d+ 2xx', printed)[0]


def autocannon(url):
    found = json.loads(run('node', f'{tmp}/node_modules/autocannon/autocannon.js', '-a', '10', '-c', '1', '-j', url))
    kinds = ', '.join(f'{found[kind]} {kind}' for kind in ('1xx', '2xx'))
    return f'{found["requests"]["sent"]} sent, {kinds}'


def loadtest(url):
    printed = run('node', f'{tmp}/node_modules/loadtest/bin/loadtest.js', '-n', '10', '-c', '1', '--cores', '1', url)
    kinds = ('Completed requests', 'Total errors')
    return ', '.join(re.search(f'{kind}: +(\\d+)', printed)[1] + f' {kind}' for kind in kinds)


server = socket.create_server(('127.0.0.1', 0))
threading.Thread(target=serve, args=(server,), daemon=True).start()
for name in RESPONSES:
    for ask in (h2load, autocannon, loadtest):
        print(f'{name}: {ask.__name__}: {ask(f"http://127.0.0.1:{server.getsockname()[1]}/{name}")}')
PY
seen=$(timeout 60 python3 "$tmp/count.py" "$tmp" "$libraries" 2>&1) || true
described='ordinary: h2load: 10 succeeded, 0 failed, 10 2xx
ordinary: autocannon: 10 sent, 0 1xx, 10 2xx
ordinary: loadtest: 10 Completed requests, 0 Total errors
empty-reason: h2load: 0 succeeded, 10 failed, 0 2xx
empty-reason: autocannon: 10 sent, 0 1xx, 10 2xx
empty-reason: loadtest: 10 Completed requests, 0 Total errors
after-103: h2load: 10 succeeded, 0 failed, 10 2xx
after-103: autocannon: 10 sent, 5 1xx, 5 2xx
after-103: loadtest: 10 Completed requests, 0 Total errors
close: h2load: 10 succeeded, 0 failed, 10 2xx
close: autocannon: 10 sent, 0 1xx, 5 2xx
close: loadtest: 10 Completed requests, 0 Total errors
until-close: h2load: 0 succeeded, 10 failed, 1 2xx
until-close: autocannon: 10 sent, 0 1xx, 0 2xx
until-close: loadtest: 10 Completed requests, 0 Total errors'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Clients of event streams reconnect with another Last-Event-ID than they should.
#
# Expected: the last event ID is set when an event is dispatched, so that of an event without its empty line does not
#   count, and `id` without a value sets it to the empty string (WHATWG HTML, section 9.2.6), for which a client sends
#   no Last-Event-ID (section 9.2.3).
# Seen: undici, requests-sse and aiohttp-sse-client send an ID that the server has reset. extended-eventsource sends
#   that of an event which was cut off and not dispatched, so that a server which resumes after it never sends that
#   event. eventsource does both right.
# Packages: undici 7.30.2, extended-eventsource 2.1.0, eventsource 4.1.1 (npm), requests-sse 0.5.3, aiohttp-sse-client
#   0.2.1 with aiohttp 3.14.5 (PyPI), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot_install() { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts undici@7.30.2 extended-eventsource@2.1.0 \
  eventsource@4.1.1 >/dev/null || cannot_install
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" requests-sse==0.5.3 \
  aiohttp-sse-client==0.2.1 aiohttp==3.14.5 || cannot_install

cat > "$tmp/connect.mjs" <<'JS'
const [, , name, url] = process.argv
const { EventSource } = await import(name)
const source = new EventSource(url)
source.onmessage = () => {}
source.onerror = () => {}
setTimeout(() => process.exit(0), 12000)
JS
cat > "$tmp/connect.py" <<'PY'
import asyncio, sys

name, url = sys.argv[1:]


async def aiohttp_sse_client():
    from aiohttp_sse_client.client import EventSource
    async with EventSource(url) as source:
        async for _ in source:
            pass


if name == 'requests-sse':
    from requests_sse import EventSource
    with EventSource(url) as source:
        for _ in source:
            pass
else:
    asyncio.run(aiohttp_sse_client())
PY
cat > "$tmp/ask.py" <<'PY'
import contextlib, re, socket, subprocess, sys, threading

tmp = sys.argv[1]
STREAMS = {
    'cut off': ('retry: 20\n\nid: 7\ndata: seven\n\nid: 8\ndata: eight',),
    'reset': ('retry: 20\n\nid: 7\ndata: seven\n\n', 'retry: 20\n\nid\ndata: reset\n\n'),
}


def read(connection):
    request = b''
    while b'\r\n\r\n' not in request:
        some = connection.recv(65536)
        if not some:
            break
        request += some
    return request.decode()


def serve(server, streams, ids):
    # The last connection gets a 204, which tells the client to stop.
    while len(ids) <= len(streams):
        connection, _ = server.accept()
        with connection, contextlib.suppress(ConnectionError):
            request = read(connection)
            found = re.search(r'\r\nLast-Event-ID: *(.*?)\r\n', request, re.IGNORECASE)
            ids.append(found[1] if found else 'none')
            if len(ids) <= len(streams):
                status, rest = '200 OK', f'Content-Type: text/event-stream\r\n\r\n{streams[len(ids) - 1]}'
            else:
                status, rest = '204 No Content', '\r\n'
            connection.sendall(f'HTTP/1.1 {status}\r\nConnection: close\r\n{rest}'.encode())
    ended.set()


def connect(name):
    url = f'http://127.0.0.1:{server.getsockname()[1]}/'
    script = ('node', f'{tmp}/connect.mjs') if name in NODE else (sys.executable, f'{tmp}/connect.py')
    return subprocess.Popen([*script, name, url], cwd=tmp, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


NODE = ('eventsource', 'undici', 'extended-eventsource')
for name in (*NODE, 'requests-sse', 'aiohttp-sse-client'):
    for title, streams in STREAMS.items():
        ids, ended = [], threading.Event()
        with socket.create_server(('127.0.0.1', 0)) as server:
            threading.Thread(target=serve, args=(server, streams, ids), daemon=True).start()
            client = connect(name)
            ended.wait(10)
            client.kill()
            client.wait()
        print(f'{name}: {title}: {", ".join(ids[1:])}', flush=True)
PY
seen=$(PYTHONPATH="$tmp/py" timeout 120 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='eventsource: cut off: 7
eventsource: reset: 7, none
undici: cut off: 7
undici: reset: 7, 7
extended-eventsource: cut off: 8
extended-eventsource: reset: 7, none
requests-sse: cut off: 7
requests-sse: reset: 7, 7
aiohttp-sse-client: cut off: 7
aiohttp-sse-client: reset: 7, 7'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

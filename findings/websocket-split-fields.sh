#!/usr/bin/env bash
# Three WebSocket servers use only one line of a handshake whose subprotocols or extensions stand on two lines.
#
# Expected: Sec-WebSocket-Protocol and Sec-WebSocket-Extensions may each appear several times in a request, which is the
#   same as one field with all values (RFC 6455, sections 11.3.4, 11.3.2 and 9.1).
# Seen: aiohttp and sanic read the first line, and hypercorn the last one. So the subprotocol that client and server
#   have in common is not chosen, and sanic answers 400. aiohttp and hypercorn do not find permessage-deflate either.
#   websockets reads all lines.
# Packages: aiohttp 3.14.5, hypercorn 0.18.0, sanic 25.12.1 with websockets 17.4 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  aiohttp==3.14.5 hypercorn==0.18.0 sanic==25.12.1 websockets==17.4 ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/serve.py" <<'PY'
import asyncio, sys

name, port = sys.argv[1], int(sys.argv[2])
ADDRESS = {'host': '127.0.0.1', 'port': port}


def serve_aiohttp():
    from aiohttp import web

    async def handle(request):
        socket = web.WebSocketResponse(protocols=('chat',))
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get('/', handle)
    web.run_app(app, print=None, **ADDRESS)


def serve_hypercorn():
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    async def app(scope, receive, send):
        if scope['type'] == 'websocket':
            await receive()
            subprotocol = 'chat' if 'chat' in scope['subprotocols'] else None
            await send({'type': 'websocket.accept', 'subprotocol': subprotocol})
            await receive()

    config = Config()
    config.bind = [f'127.0.0.1:{port}']
    asyncio.run(serve(app, config))


def serve_sanic():
    from sanic import Sanic

    app = Sanic('app')

    @app.websocket('/', subprotocols=['chat'])
    async def handle(request, socket):
        await socket.recv()

    app.run(single_process=True, access_log=False, motd=False, **ADDRESS)


def serve_websockets():
    from websockets.asyncio.server import serve

    async def main():
        async with serve(lambda socket: socket.wait_closed(), subprotocols=['chat'], **ADDRESS):
            await asyncio.Event().wait()

    asyncio.run(main())


globals()[f'serve_{name}']()
PY
cat > "$tmp/ask.py" <<'PY'
import contextlib, re, socket, subprocess, sys, time

PROTOCOL, EXTENSIONS = 'Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions'
REQUESTS = {
    'one line each': (f'{PROTOCOL}: other, chat', f'{EXTENSIONS}: x-other, permessage-deflate'),
    'chat on line 1': (f'{PROTOCOL}: chat', f'{PROTOCOL}: other'),
    'chat on line 2': (f'{PROTOCOL}: other', f'{PROTOCOL}: chat'),
    'deflate on line 1': (f'{PROTOCOL}: chat', f'{EXTENSIONS}: permessage-deflate', f'{EXTENSIONS}: x-other'),
    'deflate on line 2': (f'{PROTOCOL}: chat', f'{EXTENSIONS}: x-other', f'{EXTENSIONS}: permessage-deflate'),
}


def ask(port, fields):
    head = ['GET / HTTP/1.1', f'Host: 127.0.0.1:{port}', 'Upgrade: websocket', 'Connection: Upgrade',
            'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==', *fields]
    response = b''
    with socket.create_connection(('127.0.0.1', port), 10) as connection:
        connection.sendall(('\r\n'.join(head) + '\r\n\r\n').encode())
        while b'\r\n\r\n' not in response:
            some = connection.recv(65536)
            if not some:
                break
            response += some
    response = response.decode()
    chosen = re.findall(rf'^(?:{PROTOCOL}|{EXTENSIONS}): *([a-z-]+)', response, re.IGNORECASE | re.MULTILINE)
    return ', '.join([response.split()[1], *sorted(chosen)])


for name in ('aiohttp', 'hypercorn', 'sanic', 'websockets'):
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, sys.argv[1], name, str(port)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
                break
            time.sleep(0.1)
        for title, fields in REQUESTS.items():
            # Sanic does not offer compression.
            if name != 'sanic' or 'deflate' not in title:
                print(f'{name}: {title}: {ask(port, fields)}', flush=True)
    finally:
        server.kill()
        server.wait()
PY
seen=$(PYTHONPATH="$tmp/py" timeout 120 python3 "$tmp/ask.py" "$tmp/serve.py" 2>&1) || true
described='aiohttp: one line each: 101, chat, permessage-deflate
aiohttp: chat on line 1: 101, chat
aiohttp: chat on line 2: 101
aiohttp: deflate on line 1: 101, chat, permessage-deflate
aiohttp: deflate on line 2: 101, chat
hypercorn: one line each: 101, chat, permessage-deflate
hypercorn: chat on line 1: 101
hypercorn: chat on line 2: 101, chat
hypercorn: deflate on line 1: 101, chat
hypercorn: deflate on line 2: 101, chat, permessage-deflate
sanic: one line each: 101, chat
sanic: chat on line 1: 101, chat
sanic: chat on line 2: 400
websockets: one line each: 101, chat, permessage-deflate
websockets: chat on line 1: 101, chat
websockets: chat on line 2: 101, chat
websockets: deflate on line 1: 101, chat, permessage-deflate
websockets: deflate on line 2: 101, chat, permessage-deflate'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

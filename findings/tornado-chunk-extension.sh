#!/usr/bin/env bash
# Tornado takes chunk extensions and trailer fields for errors, as client and as server.
#
# Expected: every recipient must be able to decode the chunked coding (RFC 9112, section 7.1), ignores chunk
#   extensions that it does not know (section 7.1.1), and may discard trailer fields (section 7.1.2). Tornado's
#   documentation of tornado.http1connection promises an implementation of HTTP/1.1.
# Seen: the client reports a closed connection, which names no reason, and the server answers 400. Python's
#   http.client and aiohttp's server read both.
# Packages: tornado 6.6.1, aiohttp 3.14.5 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  tornado==6.6.1 aiohttp==3.14.5 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import asyncio, http.client, logging

import aiohttp.web, tornado.httpclient, tornado.web

BODIES = {
    'plain': b'5\r\nhello\r\n0\r\n\r\n',
    'extension': b'5;note=x\r\nhello\r\n0\r\n\r\n',
    'trailer': b'5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
}
logging.disable()


async def answer(reader, writer):
    request = await reader.readuntil(b'\r\n\r\n')
    body = BODIES[request.split()[1].decode().strip('/')]
    writer.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' + body)
    await writer.drain()
    writer.close()


class Echo(tornado.web.RequestHandler):
    def post(self):
        self.write(self.request.body)


async def echo(request):
    return aiohttp.web.Response(body=await request.read())


def get(port, name):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
    connection.request('GET', f'/{name}')
    return connection.getresponse().read().decode()


async def post(port, body):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' + body)
    head, _, content = (await asyncio.wait_for(reader.read(), 10)).partition(b'\r\n\r\n')
    writer.close()
    return f'{head.split()[1].decode()} {content.decode()}'.strip()


async def main():
    port = (await asyncio.start_server(answer, '127.0.0.1', 0)).sockets[0].getsockname()[1]
    sockets = tornado.netutil.bind_sockets(0, '127.0.0.1')
    tornado.httpserver.HTTPServer(tornado.web.Application([('/', Echo)])).add_sockets(sockets)
    app = aiohttp.web.Application()
    app.router.add_post('/', echo)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, '127.0.0.1', 0).start()
    for name, body in BODIES.items():
        try:
            client = (await tornado.httpclient.AsyncHTTPClient().fetch(f'http://127.0.0.1:{port}/{name}')).body.decode()
        except Exception as error:
            client = f'{type(error).__name__} {error}'
        print(f'{name}: clients: tornado {client}, http.client {await asyncio.to_thread(get, port, name)}')
        tornado_server = await post(sockets[0].getsockname()[1], body)
        print(f'{name}: servers: tornado {tornado_server}, aiohttp {await post(runner.addresses[0][1], body)}')
    await runner.cleanup()


asyncio.run(main())
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" 2>&1) || true
described='plain: clients: tornado hello, http.client hello
plain: servers: tornado 200 hello, aiohttp 200 hello
extension: clients: tornado HTTPStreamClosedError Connection closed, http.client hello
extension: servers: tornado 400, aiohttp 200 hello
trailer: clients: tornado HTTPStreamClosedError Connection closed, http.client hello
trailer: servers: tornado 400, aiohttp 200 hello'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Web frameworks send 405 without Allow, HEAD as unknown, and a length with 204 and 304.
#
# Expected: a 405 has Allow (RFC 9110, section 15.5.6); a server supports HEAD wherever it supports GET (sections 9.1
#   and 9.3.2). Content-Length must not be in a 204, and in a 304 only with the length of the 200 (section 8.6).
# Seen: yhttp, pycnic, morepath, clastic, muffin and microdot send 405 without Allow. yhttp, pycnic, morepath and
#   muffin answer HEAD with 405, and blacksheep with 404. yhttp, muffin, blacksheep, baize and microdot send
#   `Content-Length: 0` with 204 and with 304, although the 200 has a length of 5. bottle gets all of it right.
# Packages: yhttp 9.5.0, pycnic 0.1.9, morepath 1.0.0, clastic 26.0.0, bottle 0.13.4, muffin 3.0.3, blacksheep 2.6.4,
#   baize 0.23.1, microdot 2.7.0, with the servers uvicorn 0.54.0 and cheroot 11.1.2 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" install -q --disable-pip-version-check 'setuptools<81' \
  yhttp==9.5.0 pycnic==0.1.9 morepath==1.0.0 clastic==26.0.0 bottle==0.13.4 muffin==3.0.3 blacksheep==2.6.4 \
  baize==0.23.1 microdot==2.7.0 uvicorn==0.54.0 cheroot==11.1.2 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import asyncio, http.client, logging, os, threading, time, warnings

import baize.asgi, blacksheep, bottle, cheroot.wsgi, clastic, microdot, morepath, muffin, pycnic.core, uvicorn
import yhttp.core

STATUSES = {'/hello': 200, '/204': 204, '/304': 304}


def make_yhttp():
    app = yhttp.core.Application('1', 'app')

    @app.route('/hello')
    @yhttp.core.text
    def get(request):
        return 'hello'

    @app.route('/(204|304)')
    def get(request, status):
        raise yhttp.core.statuses.nocontent() if status == '204' else yhttp.core.statuses.notmodified()

    return app


def make_pycnic():
    class Hello(pycnic.core.Handler):
        def get(self):
            return 'hello'

    class App(pycnic.core.WSGI):
        routes = [('/hello', Hello())]

    return App


def make_morepath():
    class App(morepath.App):
        pass

    class Model:
        def __init__(self, name):
            self.status = STATUSES[f'/{name}']

    @App.path(path='/{name}', model=Model)
    def find(name):
        return Model(name)

    @App.view(model=Model)
    def view(model, request):
        return 'hello' if model.status == 200 else morepath.Response(status=model.status)

    morepath.commit(App)
    return App()


def make_clastic():
    def answer(status):
        return lambda: clastic.Response('hello' if status == 200 else None, status=status)

    return clastic.Application([clastic.GET(path, answer(status)) for path, status in STATUSES.items()])


def make_bottle():
    app = bottle.Bottle()
    for path, status in STATUSES.items():
        app.get(path, callback=lambda status=status: bottle.HTTPResponse('hello' if status == 200 else '', status))
    return app


def make_muffin():
    app = muffin.Application()
    for path, status in STATUSES.items():
        async def answer(request, status=status):
            return muffin.ResponseText('hello') if status == 200 else muffin.Response('', status_code=status)
        app.route(path, methods=['GET'])(answer)
    return app


def make_blacksheep():
    app = blacksheep.Application()
    for path, status in STATUSES.items():
        def answer(status=status):
            return blacksheep.text('hello') if status == 200 else blacksheep.Response(status)
        app.router.add_get(path, (lambda status: lambda: answer(status))(status))
    return app


def make_baize():
    @baize.asgi.request_response
    async def answer(request):
        status = STATUSES[request['path']]
        return baize.asgi.PlainTextResponse('hello') if status == 200 else baize.asgi.Response(status)

    return baize.asgi.Router(*((path, answer) for path in STATUSES))


def make_microdot():
    app = microdot.Microdot()
    for path, status in STATUSES.items():
        async def answer(request, status=status):
            return ('hello' if status == 200 else ''), status
        app.get(path)(answer)
    return app


def start(make):
    app, ports = make(), []
    if make in (make_muffin, make_blacksheep, make_baize):
        server = uvicorn.Server(uvicorn.Config(app, '127.0.0.1', 0, log_level='critical'))
        threading.Thread(target=server.run, daemon=True).start()
        while not server.started:
            time.sleep(0.05)
        return server.servers[0].sockets[0].getsockname()[1]
    if make is make_microdot:
        async def run():
            server = asyncio.create_task(app.start_server('127.0.0.1', 0))
            while not app.server:
                await asyncio.sleep(0.05)
            ports.append(app.server.sockets[0].getsockname()[1])
            await server
        threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
        while not ports:
            time.sleep(0.05)
        return ports[0]
    server = cheroot.wsgi.Server(('127.0.0.1', 0), app)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    return server.bind_addr[1]


def ask(port, method, path):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    shown = [str(response.status), *(f'Allow: {value}' for value in response.headers.get_all('Allow', []))]
    if path != '/hello':
        shown += (f'Content-Length: {value}' for value in response.headers.get_all('Content-Length', []))
    return ', '.join(shown)


logging.disable()
warnings.simplefilter('ignore')
for make in (make_yhttp, make_pycnic, make_morepath, make_clastic, make_muffin, make_blacksheep, make_baize,
             make_microdot, make_bottle):
    name, port = make.__name__[5:], start(make)
    requests = ('GET', '/hello'), ('HEAD', '/hello'), ('DELETE', '/hello'), ('GET', '/204'), ('GET', '/304')
    for method, path in requests[:3] if name == 'pycnic' else requests:
        print(f'{name}: {method} {path}: {ask(port, method, path)}', flush=True)
os._exit(0)
PY
seen=$(timeout 60 "$tmp/venv/bin/python" "$tmp/ask.py" 2>&1) || true
described='yhttp: GET /hello: 200
yhttp: HEAD /hello: 405
yhttp: DELETE /hello: 405
yhttp: GET /204: 204, Content-Length: 0
yhttp: GET /304: 304, Content-Length: 0
pycnic: GET /hello: 200
pycnic: HEAD /hello: 405
pycnic: DELETE /hello: 405
morepath: GET /hello: 200
morepath: HEAD /hello: 405
morepath: DELETE /hello: 405
morepath: GET /204: 204
morepath: GET /304: 304
clastic: GET /hello: 200
clastic: HEAD /hello: 200
clastic: DELETE /hello: 405
clastic: GET /204: 204
clastic: GET /304: 304
muffin: GET /hello: 200
muffin: HEAD /hello: 405
muffin: DELETE /hello: 405
muffin: GET /204: 204, Content-Length: 0
muffin: GET /304: 304, Content-Length: 0
blacksheep: GET /hello: 200
blacksheep: HEAD /hello: 404
blacksheep: DELETE /hello: 404
blacksheep: GET /204: 204, Content-Length: 0
blacksheep: GET /304: 304, Content-Length: 0
baize: GET /hello: 200
baize: HEAD /hello: 200
baize: DELETE /hello: 200
baize: GET /204: 204, Content-Length: 0
baize: GET /304: 304, Content-Length: 0
microdot: GET /hello: 200
microdot: HEAD /hello: 200
microdot: DELETE /hello: 405
microdot: GET /204: 204, Content-Length: 0
microdot: GET /304: 304, Content-Length: 0
bottle: GET /hello: 200
bottle: HEAD /hello: 200
bottle: DELETE /hello: 405, Allow: GET
bottle: GET /204: 204
bottle: GET /304: 304'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

#!/usr/bin/env bash
# Servers for WSGI and ASGI send content to HEAD, do not know absolute targets, and send 100 to clients of HTTP/1.0.
#
# Expected: a server must not send content in response to HEAD (RFC 9110, section 9.3.2), and so removes that of an
#   application. It accepts a target in absolute form (RFC 9112, section 3.2.2). Several fields with one name are a
#   list with commas (RFC 9110, section 5.3). It answers `Expect: 100-continue` with 100 or the final status, but
#   ignores the expectation of a client of HTTP/1.0, which does not know 100 (section 10.1.1).
# Seen: gevent, eventlet, cheroot, wsgiserver, netius, waitress and daphne send content for HEAD. gevent, eventlet,
#   zibai, daphne and hypercorn make a path of the absolute target, so that it is not found, and cheroot refuses it.
#   cheroot and wsgiserver keep the last of two fields, and netius puts a semicolon between them. gevent, eventlet,
#   cheroot and wsgiserver send 100 to a client of HTTP/1.0, and netius never does. granian gets all of it right.
# Packages: gevent 26.9.0, eventlet 0.41.3, cheroot 11.1.2, WSGIserver 1.3, netius 1.64.0, zibai-server 0.13.0, daphne
#   4.2.3, hypercorn 0.18.0, waitress 3.0.2, granian 2.8.9 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" install -q --disable-pip-version-check gevent==26.9.0 \
  eventlet==0.41.3 cheroot==11.1.2 WSGIserver==1.3 netius==1.64.0 zibai-server==0.13.0 daphne==4.2.3 \
  hypercorn==0.18.0 waitress==3.0.2 granian==2.8.9 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/apps.py" <<'PY'
def wsgi(environ, start_response):
    if environ['PATH_INFO'] == '/stream':
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return iter([b'hel', b'lo'])
    known = environ['PATH_INFO'] == '/fields'
    content = environ.get('HTTP_X_TEST', '')
    if not known:
        content = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0)).decode()
    status = '200 OK' if known or content == 'hello' else '404 Not Found'
    start_response(status, [('Content-Length', str(len(content)))])
    return [content.encode()]


async def asgi(scope, receive, send):
    if scope['type'] == 'lifespan':
        while True:
            await send({'type': (await receive())['type'] + '.complete'})
    content, parts = '', [b'hel', b'lo']
    if scope['path'] == '/fields':
        content = ', '.join(value.decode() for name, value in scope['headers'] if name == b'x-test')
    elif scope['path'] != '/stream':
        content = (await receive())['body'].decode()
    status = 200 if scope['path'] in ('/fields', '/stream') or content == 'hello' else 404
    fields = [(b'content-type', b'text/plain')]
    if scope['path'] != '/stream':
        parts = [content.encode()]
        fields.append((b'content-length', str(len(content)).encode()))
    await send({'type': 'http.response.start', 'status': status, 'headers': fields})
    for part in parts:
        await send({'type': 'http.response.body', 'body': part, 'more_body': True})
    await send({'type': 'http.response.body', 'body': b''})
PY
cat > "$tmp/serve.py" <<'PY'
import runpy, sys

import apps

name, port = sys.argv[1], int(sys.argv[2])
if name == 'gevent':
    from gevent.pywsgi import WSGIServer
    WSGIServer(('127.0.0.1', port), apps.wsgi, log=None).serve_forever()
elif name == 'eventlet':
    import eventlet.wsgi
    eventlet.wsgi.server(eventlet.listen(('127.0.0.1', port)), apps.wsgi, log_output=False)
elif name == 'cheroot':
    import cheroot.wsgi
    cheroot.wsgi.Server(('127.0.0.1', port), apps.wsgi).start()
elif name == 'wsgiserver':
    import wsgiserver
    wsgiserver.WSGIServer(apps.wsgi, '127.0.0.1', port).start()
elif name == 'netius':
    import netius.servers
    netius.servers.WSGIServer(apps.wsgi).serve(host='127.0.0.1', port=port)
elif name == 'waitress':
    import waitress
    waitress.serve(apps.wsgi, host='127.0.0.1', port=port)
else:
    sys.argv = {
        'zibai': ['zibai', 'apps:wsgi', '--listen', f'127.0.0.1:{port}'],
        'daphne': ['daphne', '-b', '127.0.0.1', '-p', str(port), 'apps:asgi'],
        'hypercorn': ['hypercorn', '-b', f'127.0.0.1:{port}', 'apps:asgi'],
        'granian': ['granian', '--interface', 'asgi', '--host', '127.0.0.1', '--port', str(port), 'apps:asgi'],
    }[name]
    runpy.run_path(f'{sys.prefix}/bin/{name}', run_name='__main__')
PY
cat > "$tmp/ask.py" <<'PY'
import json, os, signal, socket, subprocess, sys, time

REQUESTS = {
    'HEAD': ('HEAD /stream HTTP/1.1', ''),
    'absolute': ('GET http://h.example/fields HTTP/1.1', ''),
    'two fields': ('GET /fields HTTP/1.1', 'X-Test: a\r\nX-Test: b\r\n'),
    'expectation': ('POST / HTTP/1.1', 'Expect: 100-continue\r\nContent-Length: 5\r\n'),
    'expectation, 1.0': ('POST / HTTP/1.0', 'Expect: 100-continue\r\nContent-Length: 5\r\n'),
}


def ask(port, line, fields):
    with socket.create_connection(('127.0.0.1', port), 10) as connection:
        connection.sendall(f'{line}\r\nHost: h.example\r\nConnection: close\r\n{fields}\r\n'.encode())
        received = b''
        if 'Expect' in fields:
            connection.settimeout(1.5)
            try:
                received = connection.recv(65536)
            except TimeoutError:
                received = b'nothing '
            connection.settimeout(10)
            connection.sendall(b'hello')
        while True:
            some = connection.recv(65536)
            if not some:
                break
            received += some
    shown = []
    while received.startswith((b'HTTP/1', b'nothing ')):
        if received.startswith(b'nothing '):
            shown, received = ['nothing'], received[8:]
            continue
        head, _, received = received.partition(b'\r\n\r\n')
        shown.append(head.split()[1].decode())
    return ' '.join([*shown, json.dumps(received.decode())])


for name in sys.argv[2:]:
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, 'serve.py', name, str(port)], cwd=sys.argv[1],
                              env={**os.environ, 'PYTHONPATH': sys.argv[1]}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(100):
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        for title, request in REQUESTS.items():
            print(f'{name}: {title}: {ask(port, *request)}', flush=True)
    finally:
        # With the processes that it has started.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
PY
seen=$(timeout 120 "$tmp/venv/bin/python" "$tmp/ask.py" "$tmp" gevent eventlet cheroot wsgiserver netius zibai daphne \
  hypercorn waitress granian 2>&1) || true
described='gevent: HEAD: 200 "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
gevent: absolute: 404 ""
gevent: two fields: 200 "a,b"
gevent: expectation: 100 200 "hello"
gevent: expectation, 1.0: 100 200 "hello"
eventlet: HEAD: 200 "hello"
eventlet: absolute: 404 ""
eventlet: two fields: 200 "a,b"
eventlet: expectation: 100 200 "hello"
eventlet: expectation, 1.0: 100 200 "hello"
cheroot: HEAD: 200 "hello"
cheroot: absolute: 400 "Absolute URI not allowed if server is not a proxy."
cheroot: two fields: 200 "b"
cheroot: expectation: 100 200 "hello"
cheroot: expectation, 1.0: 100 200 "hello"
wsgiserver: HEAD: 200 "hello"
wsgiserver: absolute: 200 ""
wsgiserver: two fields: 200 "b"
wsgiserver: expectation: 100 200 "hello"
wsgiserver: expectation, 1.0: 100 200 "hello"
netius: HEAD: 200 "hello"
netius: absolute: 200 ""
netius: two fields: 200 "a;b"
netius: expectation: nothing 200 "hello"
netius: expectation, 1.0: nothing 200 "hello"
zibai: HEAD: 200 ""
zibai: absolute: 404 ""
zibai: two fields: 200 "a,b"
zibai: expectation: 100 200 "hello"
zibai: expectation, 1.0: nothing 200 "hello"
daphne: HEAD: 200 "lo"
daphne: absolute: 404 ""
daphne: two fields: 200 "a, b"
daphne: expectation: 100 200 "hello"
daphne: expectation, 1.0: nothing 200 "hello"
hypercorn: HEAD: 200 ""
hypercorn: absolute: 404 ""
hypercorn: two fields: 200 "a, b"
hypercorn: expectation: 100 200 "hello"
hypercorn: expectation, 1.0: nothing 200 "hello"
waitress: HEAD: 200 "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
waitress: absolute: 200 ""
waitress: two fields: 200 "a, b"
waitress: expectation: 100 200 "hello"
waitress: expectation, 1.0: nothing 200 "hello"
granian: HEAD: 200 ""
granian: absolute: 200 ""
granian: two fields: 200 "a, b"
granian: expectation: 100 200 "hello"
granian: expectation, 1.0: nothing 200 "hello"'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

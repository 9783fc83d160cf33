#!/usr/bin/env bash
# Mock servers do not recognize a chunked request, an absolute request target, or a field name in another case.
#
# Expected: a recipient must be able to decode the chunked coding (RFC 9112, section 7.1), and a server must accept a
#   target in absolute form in any request (section 3.2.2). Field names are case-insensitive (RFC 9110, section 5.1).
# Seen: with a chunked body, mimicker answers as if there were none, httpsrv finds no matching rule, and mockallan
#   answers 400, "POST without body". mimicker and httpsrv do not find the path in absolute form, and httpsrv compares
#   names of fields with their case. pytest-httpserver recognizes all of them.
# Packages: mimicker 2.2.3, httpsrv 0.1.6, mockallan 0.1.1, pytest-httpserver 1.2.1 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  mimicker==2.2.3 httpsrv==0.1.6 mockallan==0.1.1 pytest-httpserver==1.2.1 ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import logging, os, socket, socketserver, threading

import httpsrv, mimicker.mimicker, mimicker.route, mockallan.main, pytest_httpserver

REQUESTS = {
    'ordinary': ('POST /orders', 'X-Test: 1', 'Content-Length: 5', '[1,2]'),
    'chunked': ('POST /orders', 'X-Test: 1', 'Transfer-Encoding: chunked', '5\r\n[1,2]\r\n0\r\n\r\n'),
    'absolute form': ('POST http://127.0.0.1/orders', 'X-Test: 1', 'Content-Length: 5', '[1,2]'),
    'lower case': ('POST /orders', 'x-test: 1', 'Content-Length: 5', '[1,2]'),
}
bind = socketserver.TCPServer.server_bind


def bind_to_loopback(server):
    server.server_address = '127.0.0.1', 0
    bind(server)


def ask(port, line, *rest):
    *fields, body = rest
    with socket.create_connection(('127.0.0.1', port), 10) as connection:
        head = [f'{line} HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', *fields, 'Connection: close']
        connection.sendall(('\r\n'.join(head) + '\r\n\r\n' + body).encode())
        connection.shutdown(socket.SHUT_WR)
        try:
            head, _, content = b''.join(iter(lambda: connection.recv(65536), b'')).decode().partition('\r\n\r\n')
        except ConnectionError:
            return 'connection reset'
    status = head.split()[1]
    return f'{status} {content}' if status == '200' and len(content) < 40 else status


def start_mimicker():
    def answer(payload, headers, **other):
        return 200, f'body {payload}, field {headers.get("x-test")}'
    server = mimicker.mimicker.mimicker(0)
    server.routes(mimicker.route.Route('POST', '/orders').response_func(answer))
    return server.get_port()


def start_httpsrv():
    server = httpsrv.Server(0).start()
    server.always('POST', '/orders', headers={'X-Test': '1'}, text='[1,2]').text('matched')
    return server._server.server_address[1]


def start_mockallan():
    server = mockallan.main.MockHTTPServer(('127.0.0.1', 0), None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server._http_server.server_address[1]


def start_pytest_httpserver():
    server = pytest_httpserver.HTTPServer('127.0.0.1', 0)
    server.expect_request('/orders', 'POST', data='[1,2]', headers={'X-Test': '1'}).respond_with_data('matched')
    server.start()
    return server.port


logging.disable()
http_handler = httpsrv.httpsrv.BaseHTTPRequestHandler
http_handler.log_message = lambda *arguments: None
socketserver.TCPServer.server_bind = bind_to_loopback
for start in (start_mimicker, start_httpsrv, start_mockallan, start_pytest_httpserver):
    port = start()
    for title, request in REQUESTS.items():
        print(f'{start.__name__[6:].replace("_", "-")}: {title}: {ask(port, *request)}', flush=True)
os._exit(0)
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" 2>&1) || true
described='mimicker: ordinary: 200 body [1, 2], field 1
mimicker: chunked: 200 body None, field 1
mimicker: absolute form: 404
mimicker: lower case: 200 body [1, 2], field 1
httpsrv: ordinary: 200 matched
httpsrv: chunked: 500
httpsrv: absolute form: 500
httpsrv: lower case: 500
mockallan: ordinary: 200
mockallan: chunked: 400
mockallan: absolute form: 200
mockallan: lower case: 200
pytest-httpserver: ordinary: 200 matched
pytest-httpserver: chunked: 200 matched
pytest-httpserver: absolute form: 200 matched
pytest-httpserver: lower case: 200 matched'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }

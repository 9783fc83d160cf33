"""Uses `response.writer._handler`, the library's request handler, as `?do=` says."""

import json


def heads(request, response):
    """An interim head, a final one, and content, of which the writer knows nothing."""
    handler = response.writer._handler
    handler.send_response_only(103, "Early")
    handler.send_header("a", "b")
    handler.end_headers()
    handler.wfile.write(b"HTTP/1.1 200 Mine\n\nmine")
    handler.wfile.flush()
    response.add_required_headers = False


def dated(request, response):
    """The library's own Server and Date."""
    handler = response.writer._handler
    handler.send_response(200)
    handler.send_header("Content-Length", 0)
    handler.end_headers()
    response.writer.content_written = True


def mixed(request, response):
    """Both doors lead to the same wire."""
    writer = response.writer
    writer.write_status(200)
    writer._handler.wfile.write(b"x: 1\r\n")
    writer.write_header("y", "2")
    writer._handler.connection.sendall(b"z: 3\r\n")
    writer._handler.send_header("zz", "4")
    writer._handler.end_headers()
    writer.write("end")
    response.close_connection = True


def read(request, response):
    handler = response.writer._handler
    return handler.rfile.readline() + handler.rfile.read(3) + b"|" + request.raw_input.read()


def facts(request, response):
    handler = response.writer._handler
    return json.dumps(
        {
            "same": handler is response.writer._handler,
            "command": handler.command,
            "path": handler.path,
            "requestline": handler.requestline,
            "request_version": handler.request_version,
            "header": handler.headers["X-Header"],
            "client": handler.client_address[0],
            "connection": handler.connection is handler.request,
            "wfile": handler.wfile is response.writer._wfile,
            "close": handler.close_connection,
        }
    )


def close(request, response):
    response.writer._handler.close_connection = True
    return "closed behind this"


def main(request, response):
    return globals()[request.GET.first(b"do").decode()](request, response)

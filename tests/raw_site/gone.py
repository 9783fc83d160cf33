"""Writes until it is told that the client is gone, and keeps what each method says then."""

import io

CALLS = {
    "write": lambda writer: writer.write(b"x"),
    "text": lambda writer: writer.write("x"),
    "nothing": lambda writer: writer.write(b""),
    "write_status": lambda writer: writer.write_status(200),
    "write_header": lambda writer: writer.write_header("a", "b"),
    "write_default_headers": lambda writer: writer.write_default_headers(),
    "end_headers": lambda writer: writer.end_headers(),
    "write_content": lambda writer: writer.write_content("x"),
    "write_raw_content": lambda writer: writer.write_raw_content("x"),
    "write_content_file": lambda writer: writer.write_content_file(io.BytesIO(b"x")),
    "flush": lambda writer: writer.flush(),
}


def outcome(call, writer):
    try:
        return repr(call(writer))
    except BaseException as error:
        return repr(error)


def main(request, response):
    writer = response.writer
    writer.coalesce = b"coalesce" in request.GET
    while writer.write(b"." * 1000):
        pass
    found = [f"{name}: {outcome(call, writer)}" for name, call in CALLS.items()]
    request.server.stash.put(request.GET.first(b"key"), "\n".join(found), "/")

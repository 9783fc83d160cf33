"""What scripts see of a request as it came, for JSON; text is bytes, one character a byte."""


def text(value):
    return None if value is None else value.decode("latin-1")


def chunk(chunk):
    extensions = [[text(name), text(value)] for name, value in chunk.extensions]
    return [text(chunk.line), chunk.size, chunk.offset, extensions]


def line(line):
    parts = [line.name, line.separator, line.value, line.line_end]
    return [line.kind, line.offset, text(line.raw), [text(part) for part in parts], line.flags]


def problem(problem):
    return [problem.offset, problem.what, problem.clause, problem.is_violation]


def body(request):
    try:
        return text(request.body)
    except Exception:
        return None


def connection(connection):
    return {
        "id": connection.id,
        "ordinal": connection.ordinal,
        "previous": connection.previous,
    }


def shown(request):
    """Twice the same, whatever was read before."""
    once, again = as_it_came(request), as_it_came(request)
    assert once == again, (once, again)
    return once


def as_it_came(request):
    return {
        "head": text(request.raw_head),
        "lines": [line(one) for one in request.raw_lines],
        "target": text(request.raw_target),
        "form": request.target_form,
        "version": text(request.raw_version),
        "framing": request.framing,
        "chunks": [chunk(one) for one in request.chunks],
        "raw_trailers": text(request.raw_trailers),
        "trailers": [[text(name), text(value)] for name, value in request.trailers],
        "raw_body": text(request.raw_body),
        "problems": [problem(one) for one in request.problems],
    }

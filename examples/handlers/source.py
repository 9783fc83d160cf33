"""A file as content: sends the source of one of these handlers, such as ?name=redirect.py."""

from pathlib import Path

from wptserve.handlers import HTTPException


def main(request, response):
    here = Path(__file__).parent
    sources = {str(p.relative_to(here)): p for p in here.rglob("*") if p.suffix in (".py", ".asis", ".wire")}

    name = request.GET.first(b"name", b"source.py").decode("latin-1")
    if name not in sources:
        raise HTTPException(404)

    # An open file is sent in pieces and then closed. The response has no Content-Length, so the
    # end of the connection marks the end of the content.
    return [("Content-Type", "text/plain; charset=utf-8")], sources[name].open("rb")

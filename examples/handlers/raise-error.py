"""What the client sees when a handler raises.

Any exception becomes a 500 whose JSON body contains the traceback; a browser that opens this URL gets
a page instead. HTTPException sets another status: try ?status=418.
"""

from wptserve.handlers import HTTPException


def main(request, response):
    if b"status" in request.GET:
        raise HTTPException(int(request.GET[b"status"]))
    raise ValueError("this handler always fails")

"""What the client sees when a handler raises.

Any exception becomes a 500 whose JSON body has the traceback. HTTPException chooses the status
itself: try ?status=418.
"""

from wptserve.handlers import HTTPException


def main(request, response):
    if b"status" in request.GET:
        raise HTTPException(int(request.GET[b"status"]))
    raise ValueError("this handler always fails")

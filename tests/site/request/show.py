"""Shows what a handler sees: the `repr` of the expression in the request's first header, `Show`.

An exception is shown too, so that one case can ask for what is not there.
"""


def main(request, response):
    expression = request.raw_headers["Show"]
    try:
        shown = repr(eval(expression, {"request": request, "response": response}))
    except Exception as error:
        shown = "raised " + repr(error)
    return [("Content-Type", "text/plain")], shown + "\n"

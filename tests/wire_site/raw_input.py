"""Answers with the value of each expression in the field `Do`, one a line; `raw` is `raw_input`."""


def main(request, response):
    names = {"raw": request.raw_input, "request": request}
    shown = []
    for expression in request.raw_headers["Do"].split("; "):
        try:
            shown.append(repr(eval(expression, names)))
        except Exception as error:
            shown.append(type(error).__name__)
    return "\n".join(shown)

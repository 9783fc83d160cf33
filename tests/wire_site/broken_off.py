"""Answers with the value of the expression in the field `Do`; `partial` calls what raises `EOFError`."""


def partial(read, *arguments):
    try:
        return "no error", read(*arguments)
    except EOFError as error:
        return error.partial


def main(request, response):
    names = {"raw": request.raw_input, "request": request, "partial": partial}
    return repr(eval(request.raw_headers["Do"], names))

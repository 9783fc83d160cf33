"""`wptserve.pipes`: the pipes as Python functions, for scripts that call or combine them.

`?pipe=` and `.sub.` in a path are the server's own business and do not come through here. A pipe is
called with the request, the response and its arguments, and changes the response. `@pipe` registers
it for Pipeline under its name, with what turns its arguments from text; called directly, a pipe
gets them as values.
"""

import time

from wptserve.template import template

__all__ = ["Pipeline", "PipeTokenizer", "boolean", "gzip", "header", "nullable", "opt", "pipe",
           "resolve_content", "slice", "status", "sub", "template", "trickle"]


def apply_to_script(path, request, response):
    """Applies the pipes of a script's name (`.sub.`) and of its query to the response it has left.

    Of several `pipe` parameters the last one counts; an empty one does not.
    """
    expressions = []
    if ".sub." in path:
        expressions.append("sub(%s)" % ("html" if path.endswith(MARKUP) else "none"))
    asked = [value for name, value in query_of(request) if name == "pipe" and value]
    expressions += asked[-1:]
    if expressions:
        Pipeline("|".join(expressions))(request, response)


def query_of(request):
    from urllib.parse import unquote_plus

    pieces = (piece.partition("=") for piece in request.url_parts.query.split("&"))
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pieces]


MARKUP = (".html", ".htm", ".xht", ".xhtml", ".xml", ".svg")


class Pipeline:
    """A parsed pipe expression, `a(x,y)|b`, to be called with a request and a response."""

    pipes = {}

    def __init__(self, pipe_string):
        self.pipe_functions = self.parse(pipe_string)

    def __call__(self, request, response):
        for function, arguments in self.pipe_functions:
            response = function(request, response, *arguments)
        return response

    def parse(self, pipe_string):
        functions = []
        for token in PipeTokenizer().tokenize(pipe_string):
            if token is None:
                break
            kind, text = token
            if kind == "function":
                functions.append((self.pipes[text], []))
            else:
                functions[-1][1].append(text)
        return functions


class PipeTokenizer:
    """Splits a pipe expression into ("function", name) and ("argument", text), then None.

    Nothing is trimmed. A missing `)` and a stray `|` do no harm, `f()` has one empty argument, and
    a backslash takes the character after it as it is, or as the line end or tab that it stands for.
    """

    escapes = {"n": "\n", "r": "\r", "t": "\t"}

    def tokenize(self, string):
        characters = iter(string)
        text = ""
        for character in characters:
            if character == "(":
                yield "function", text
                yield from self.arguments(characters)
                text = ""
            elif character == "|":
                if text:
                    yield "function", text
                text = ""
            else:
                text += character
        if text:
            yield "function", text
        yield None

    def arguments(self, characters):
        text = ""
        for character in characters:
            if character == ")":
                break
            if character == ",":
                yield "argument", text
                text = ""
            elif character == "\\":
                escaped = next(characters, None)
                if escaped is None:
                    raise ValueError("a pipe expression ends in a backslash")
                text += self.escapes.get(escaped, escaped)
            else:
                text += character
        yield "argument", text


class pipe:
    """Registers a pipe, with one converter for each of its arguments. Optional ones come last."""

    def __init__(self, *arg_converters):
        self.arg_converters = arg_converters
        optional = [isinstance(converter, opt) for converter in arg_converters]
        if optional != sorted(optional):
            raise ValueError("an argument that must be given follows one that need not")
        self.min_args = optional.count(False)
        self.max_args = len(optional)

    def __call__(self, f):
        def converted(request, response, *args):
            if not self.min_args <= len(args) <= self.max_args:
                raise ValueError("pipe %s takes %d to %d arguments, not %d" % (
                    f.__name__, self.min_args, self.max_args, len(args)))
            values = [convert(text) for convert, text in zip(self.arg_converters, args)]
            return f(request, response, *values)

        Pipeline.pipes[f.__name__] = converted
        return f


class opt:
    """Marks the converter of an argument that may be left out."""

    def __init__(self, f):
        self.f = f

    def __call__(self, arg):
        return self.f(arg)


def nullable(func):
    """A converter that reads `null` as None."""
    def convert(arg):
        return None if arg.lower() == "null" else func(arg)

    return convert


def boolean(arg):
    """The converter of `true`, `1`, `false` and `0`."""
    if arg.lower() in ("true", "1"):
        return True
    if arg.lower() in ("false", "0"):
        return False
    raise ValueError("neither true nor false: %r" % arg)


@pipe(int)
def status(request, response, code):
    """Sets the status code."""
    response.status = code
    return response


@pipe(str, str, opt(boolean))
def header(request, response, name, value, append=False):
    """Sets a header field, or adds one."""
    for text in (name, value):
        if "\r" in text or "\n" in text:
            raise ValueError("%r is not one line" % text)
    change = response.headers.append if append else response.headers.set
    change(name, value)
    return response


@pipe(opt(nullable(str)))
def sub(request, response, escape_type="html"):
    """Fills in the template that the content is; `escape_type` is "html" or "none"."""
    response.content = template(request, resolve_content(response), escape_type=escape_type)
    return response


@pipe(nullable(int), opt(nullable(int)))
def slice(request, response, start, end=None):
    """Keeps a slice of the content, by Python's rules."""
    replace_content(response, resolve_content(response)[start:end])
    return response


@pipe()
def gzip(request, response):
    """Compresses the content, and says so."""
    import gzip as codec

    response.headers.set("Content-Encoding", "gzip")
    replace_content(response, codec.compress(resolve_content(response)))
    return response


@pipe(str)
def trickle(request, response, delays):
    """Sends the content in pieces, with pauses.

    `delays` is made of these, with colons between: `N` sends that many bytes, `dN` waits N seconds
    (a decimal fraction is fine), and a final `rN` repeats the N steps before it for as long as
    there is content. Without it, what is left is sent at the end.
    """
    steps = parse_delays(delays)
    content = resolve_content(response)
    if not any(name in response.headers for name in ("Cache-Control", "Pragma", "Expires")):
        response.headers.set("Cache-Control", "no-cache, no-store, must-revalidate")
        response.headers.set("Pragma", "no-cache")
        response.headers.set("Expires", "0")
    response.content = trickled(content, steps)
    return response


def trickled(content, steps):
    """The pieces of the content. The pauses are made between them, when the head is long out."""
    once, repeated = steps, []
    if steps[-1][0] == "repeat":
        once, count = steps[:-1], steps[-1][1]
        repeated = once[-count:] if count else []
        # What neither sends nor waits would be repeated for ever without anybody noticing.
        if not any(value for _, value in repeated):
            repeated = []
    offset = 0
    while True:
        for kind, value in once:
            if kind == "delay":
                time.sleep(value)
            elif kind == "bytes":
                yield content[offset:offset + value]
                offset += value
            # A repeat that is not the last step means nothing.
        if offset >= len(content):
            return
        if not repeated:
            yield content[offset:]
            return
        once = repeated


def parse_delays(delays):
    """The steps of a trickle as ("delay", seconds), ("bytes", count) and ("repeat", steps)."""
    steps = []
    for item in delays.split(":"):
        if item.startswith("d"):
            step = "delay", float(item[1:])
        elif item.startswith("r"):
            step = "repeat", int(item[1:])
        else:
            step = "bytes", int(item)
        if steps and steps[-1][0] == step[0]:
            raise ValueError("two %s steps in a row" % step[0])
        if not step[1] >= 0:
            raise ValueError("a %s step of %s" % step)
        if step[0] == "repeat" and step[1] % 2:
            raise ValueError("only an even number of steps can be repeated")
        steps.append(step)
    return steps


def resolve_content(response):
    """The whole content as bytes, whatever it is made of."""
    return b"".join(response.iter_content(read_file=True))


def replace_content(response, content):
    response.content = content
    response.headers.set("Content-Length", len(content))

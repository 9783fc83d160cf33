"""`wptserve.pipes`: the pipes as Python functions, for scripts that call, combine or define them.

A pipe is called with the request, the response and its arguments, and changes the response. The built-in
pipes are the server's own, `crates/core/src/pipes`, the same as for files; the functions here give them values instead
of text. `@pipe` adds a function to `Pipeline.pipes` under its name, with converters for its arguments, and
`?pipe=` finds it there.
"""

import operator
import re

from ._native import PIPES, pipe_calls, resolve_content, template

__all__ = ["Pipeline", "PipeTokenizer", "ReplacementTokenizer", "boolean", "gzip", "header", "nullable", "opt", "pipe",
           "resolve_content", "slice", "status", "sub", "template", "trickle"]


class Pipeline:
    """A parsed pipe expression, `a(x,y)|b`, to be called with a request and a response."""

    pipes = dict(PIPES)

    def __init__(self, pipe_string):
        self.pipe_functions = self.parse(pipe_string)

    def __call__(self, request, response):
        for function, arguments in self.pipe_functions:
            response = function(request, response, *arguments)
        return response

    def parse(self, pipe_string):
        return [(self.pipes[name], arguments) for name, arguments in pipe_calls(pipe_string)]


class PipeTokenizer:
    """Splits a pipe expression into ("function", name) and ("argument", text), then None."""

    def tokenize(self, string):
        for name, arguments in pipe_calls(string):
            yield "function", name
            for text in arguments:
                yield "argument", text
        yield None


class ReplacementTokenizer:
    """Splits the expression of a placeholder into pairs of a kind and a value, up to what it does not know."""

    TOKEN = re.compile(
        rb"(?P<var>\$\w+):|(?P<ident>\$?\w+)|\[(?P<index>[^\]]*)\]|\((?P<arguments>[^)]*)\)")

    def tokenize(self, string):
        if not isinstance(string, bytes):
            raise AssertionError("expected an expression in bytes, found %r" % (string,))
        tokens = []
        end = 0
        while True:
            match = self.TOKEN.match(string, end)
            if match is None:
                return tokens
            end = match.end()
            kind = match.lastgroup
            tokens.append((kind, self.value(kind, match[kind].decode("utf-8"))))

    def value(self, kind, text):
        if kind == "arguments":
            return re.split(r",\s*", text) if text else []
        if kind == "index":
            try:
                return int(text)
            except ValueError:
                return text
        return text


class pipe:
    """Adds a pipe, with one converter for each of its arguments. Optional ones come last."""

    def __init__(self, *arg_converters):
        self.arg_converters = arg_converters
        optional = [isinstance(converter, opt) for converter in arg_converters]
        if optional != sorted(optional):
            raise ValueError("a required argument follows an optional one")
        self.min_args = optional.count(False)
        self.max_args = len(optional)

    def __call__(self, f):
        def converted(request, response, *args):
            if not self.min_args <= len(args) <= self.max_args:
                raise ValueError("pipe %s: expected %d to %d arguments, found %d" % (
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
    raise ValueError("expected true or false, found %r" % arg)


def status(request, response, code):
    """Sets the status: a number, or a pair of a number and a phrase."""
    response.status = code
    return response


def header(request, response, name, value, append=False):
    """Sets a header field, or adds one."""
    change = "true" if append else "false"
    return PIPES["header"](request, response, as_text(name), as_text(value), change)


def sub(request, response, escape_type="html"):
    """Fills in the content as a template; `escape_type` is "html" or "none"."""
    return PIPES["sub"](request, response, as_text(escape_type))


def slice(request, response, start, end=None):
    """Keeps a slice of the content, by Python's rules."""
    bounds = ["null" if bound is None else operator.index(bound) for bound in (start, end)]
    return PIPES["slice"](request, response, *map(as_text, bounds))


def gzip(request, response):
    """Compresses the content, and sets `Content-Encoding` and `Content-Length`."""
    return PIPES["gzip"](request, response)


def trickle(request, response, delays):
    """Sends the content in pieces, with pauses.

    `delays` is steps separated by colons: `N` sends N bytes, `dN` waits N seconds (a decimal fraction is
    fine), and a final `rN` repeats the N steps before it while there is content. Without it, the rest is
    sent at the end.
    """
    return PIPES["trickle"](request, response, delays)


def as_text(value):
    """A value as the text of an argument."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)

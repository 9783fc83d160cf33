"""`six`, for scripts that were written for Python 2 as well and where no `six` is installed.

Many scripts of 2021 import it. What they take from it is the names below, which in Python 3 are names
of the standard library. A real `six` on `sys.path` is found first.
"""

import builtins
import io
import operator

PY2, PY3, PY34 = False, True, True

string_types, text_type, binary_type = (str,), str, bytes
integer_types, class_types = (int,), (type,)
MAXSIZE = __import__("sys").maxsize

BytesIO, StringIO = io.BytesIO, io.StringIO
unichr, next, callable = chr, builtins.next, builtins.callable
indexbytes, iterbytes, byte2int = operator.getitem, iter, operator.itemgetter(0)


def int2byte(number):
    return bytes((number,))


def b(text):
    return text.encode("latin-1")


def u(text):
    return text


def ensure_binary(value, encoding="utf-8", errors="strict"):
    if isinstance(value, str):
        return value.encode(encoding, errors)
    if isinstance(value, bytes):
        return value
    raise TypeError("expected str or bytes, not %s" % type(value))


def ensure_text(value, encoding="utf-8", errors="strict"):
    if isinstance(value, bytes):
        return value.decode(encoding, errors)
    if isinstance(value, str):
        return value
    raise TypeError("expected str or bytes, not %s" % type(value))


ensure_str = ensure_text


def iterkeys(mapping, **named):
    return iter(mapping.keys(**named))


def itervalues(mapping, **named):
    return iter(mapping.values(**named))


def iteritems(mapping, **named):
    return iter(mapping.items(**named))


def viewkeys(mapping):
    return mapping.keys()


def viewvalues(mapping):
    return mapping.values()


def viewitems(mapping):
    return mapping.items()


def reraise(kind, value, traceback=None):
    raise (kind() if value is None else value).with_traceback(traceback)


def raise_from(value, cause):
    raise value from cause


def with_metaclass(metaclass, *bases):
    return metaclass("Base", bases, {})


def add_metaclass(metaclass):
    def remake(cls):
        kept = {name: value for name, value in vars(cls).items()
                if name not in ("__dict__", "__weakref__")}
        return metaclass(cls.__name__, cls.__bases__, kept)

    return remake


def python_2_unicode_compatible(cls):
    return cls

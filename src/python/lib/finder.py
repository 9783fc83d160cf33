"""How `import wptserve.…` finds the modules that are built into the server, and `import json` Python's.

A meta path finder over a mapping of module names to sources. One comes first, so that a `wptserve`
which happens to be installed, or to lie in the doc root, is not the one that handlers get; another
comes last, with stand-ins for modules that are not to be found anywhere else. In between, names of
the standard library are looked up without the doc root, for a handler may be called `json.py`.
"""

import sys
from importlib.machinery import ModuleSpec, PathFinder

# What the reference has imported before the doc root is on the path, so that files there do not hide it; and
# what these import when they are used.
STANDARD = frozenset(
    """
    abc array ast base64 binascii bisect bz2 calendar codecs collections compression contextlib copy
    copyreg dataclasses datetime dis email encodings enum fcntl fnmatch functools genericpath gzip hashlib
    heapq hmac html http importlib inspect io ipaddress json keyword linecache locale logging lzma
    math mimetypes mmap multiprocessing ntpath opcode operator os pathlib pickle platform posixpath
    queue quopri random re reprlib runpy secrets select selectors shutil signal site socket
    socketserver sre_compile sre_constants sre_parse ssl stat string struct subprocess tempfile textwrap
    threading token tokenize traceback types typing urllib uu uuid warnings weakref zipimport zlib
    """.split()
)


class BuiltInSources:
    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        if name not in self.sources:
            return None
        is_package = any(other.startswith(name + ".") for other in self.sources)
        return ModuleSpec(name, self, origin=file_name(name), is_package=is_package)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        exec(compile(self.sources[name], file_name(name), "exec"), module.__dict__)

    def get_source(self, name):
        """For tracebacks, which show the lines that were running."""
        return self.sources[name]


class StandardLibrary:
    def __init__(self, path):
        self.path = path

    def find_spec(self, name, path=None, target=None):
        # Python 3.9 does not list them; a private name in a doc root is unlikely.
        names = getattr(sys, "stdlib_module_names", (name,))
        is_private = name.startswith("_") and name in names
        is_standard = name in STANDARD or is_private
        return PathFinder.find_spec(name, self.path) if is_standard else None


def file_name(name):
    return "<wireserve>/%s.py" % name.replace(".", "/")


def install(sources, stand_ins):
    sys.meta_path.insert(0, BuiltInSources(sources))
    # Behind the finders of what is built into the interpreter; the doc root is not on the path yet.
    sys.meta_path.insert(sys.meta_path.index(PathFinder), StandardLibrary(list(sys.path)))
    sys.meta_path.append(BuiltInSources(stand_ins))

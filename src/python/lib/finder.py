"""How `import wptserve.…` finds the modules that are built into the server.

A meta path finder over a mapping of module names to sources. One comes first, so that a `wptserve`
which happens to be installed, or to lie in the doc root, is not the one that handlers get; another
comes last, with stand-ins for modules that are not to be found anywhere else.
"""

import sys
from importlib.machinery import ModuleSpec


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


def file_name(name):
    return "<wireserve>/%s.py" % name.replace(".", "/")


def install(sources, stand_ins):
    sys.meta_path.insert(0, BuiltInSources(sources))
    sys.meta_path.append(BuiltInSources(stand_ins))

"""`wptserve.other_name`: importing a package under a second name, as the same modules."""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec

__all__ = ["OtherName", "install", "install_last"]


def install():
    """Makes this package importable as `wptserve`, before any other package of that name."""
    sys.meta_path.insert(0, OtherName("wptserve", __package__))


def install_last():
    """Makes this package importable as `wptserve` for scripts, unless there is another package of that name."""
    if not any(isinstance(finder, LastResort) for finder in sys.meta_path):
        sys.meta_path.append(LastResort())


class LastResort:
    """Finds `wptserve` where no other finder has. Its modules are then found before all others: a finder of files
    would find them in the folder of the package, and load them once more.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "wptserve":
            return None
        install()
        return sys.meta_path[0].find_spec(name)


class OtherName:
    """Finds a package and its modules under another name, as the same module objects."""

    def __init__(self, name, package):
        self.name = name
        self.package = package

    def find_spec(self, name, path=None, target=None):
        if name != self.name and not name.startswith(self.name + "."):
            return None
        own = find_spec(self.package + name[len(self.name):])
        return own and ModuleSpec(name, self, origin=own.name)

    def create_module(self, spec):
        module = import_module(spec.origin)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        # The import has just replaced the module's spec with ours.
        module.__spec__ = module.__spec__.loader_state

"""`imp`, for scripts written before Python 3.12 took it away: the three functions they used.

Registered only where the standard library has none.
"""

import importlib
import importlib.machinery
import importlib.util
import sys
import types

reload = importlib.reload


def load_source(name, path, file=None):
    """Runs a file as the module `name`, which replaces a module of that name.

    The old `imp` ran it inside the module that was there. With several requests at a time, which
    all use the same empty name, one would then see the functions of another; so the module is
    always new. `file`, an open file of the same text, is not needed.
    """
    # The loader is named because the file need not be called `.py`.
    loader = importlib.machinery.SourceFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before
        raise
    return module


def new_module(name):
    """An empty module that is not registered anywhere."""
    return types.ModuleType(name)

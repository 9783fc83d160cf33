"""Runs a program whose `import wptserve` imports `wireserve.wptserve`.

    python -m wireserve.as_wptserve SCRIPT [ARGS...]
    pytest -p wireserve.as_wptserve

Importing this module is sufficient.
"""

import io
import os
import sys

from . import install_as_wptserve

install_as_wptserve()

# Tells a process that the script spawns which script it was.
SCRIPT = "WIRESERVE_AS_WPTSERVE_SCRIPT"


def main() -> None:
    """Runs the script that the arguments of the process name, with those that follow it."""
    if __name__ == "__main__":
        if len(sys.argv) < 2:
            sys.exit("usage: python -m wireserve.as_wptserve SCRIPT [ARGS...]")
        del sys.argv[0]
        os.environ[SCRIPT] = os.path.abspath(sys.argv[0])
        # As for a script that is run by itself.
        sys.path[0] = os.path.dirname(os.environ[SCRIPT])
    else:
        # `multiprocessing` puts this module's file here, and takes it away again.
        sys.argv[0] = os.environ[SCRIPT]
    run(sys.argv[0], globals())


def run(script: str, namespace: "dict[str, object]") -> None:
    """Runs a script in the namespace of a module.

    It is that of this module: its `__spec__` is how `multiprocessing` tells the processes that it spawns to run this
    module before all else, as `__mp_main__`.
    """
    script = os.path.abspath(script)
    with io.open_code(script) as file:
        code = compile(file.read(), script, "exec")
    kept = {name: namespace[name] for name in ("__name__", "__spec__", "__builtins__")}
    namespace.clear()
    namespace.update(kept, __file__=script, __doc__=None, __package__=None, __loader__=None, __cached__=None)
    exec(code, namespace)


if __name__ in ("__main__", "__mp_main__"):
    main()

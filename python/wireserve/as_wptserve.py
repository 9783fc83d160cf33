"""Runs a program whose `import wptserve` imports `wireserve.wptserve`.

    python -m wireserve.as_wptserve SCRIPT [ARGS...]
    pytest -p wireserve.as_wptserve

Importing this module is sufficient.
"""

import multiprocessing
import os
import runpy
import sys

from . import install_as_wptserve

install_as_wptserve()


def main() -> None:
    """Runs the script that the arguments of the process name, with those that follow it."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m wireserve.as_wptserve SCRIPT [ARGS...]")
    # The process from which Python 3.14 forks others has it, too.
    multiprocessing.set_forkserver_preload([__spec__.name])
    del sys.argv[0]
    script = sys.argv[0]
    # As for a script that is run by itself.
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()

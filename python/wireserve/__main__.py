"""The command `wireserve`, in the running interpreter: its scripts find what this interpreter has installed."""

import signal
import sys
from typing import NoReturn

from . import _native
from .wptserve import _native as classes


def main() -> NoReturn:
    """Runs the command with the arguments of the process."""
    # Python would raise a KeyboardInterrupt once the command has stopped its server.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Scripts see the classes of the command.
    classes.IN_PROGRAM = False
    sys.exit(_native.main(["wireserve", *sys.argv[1:]]))


if __name__ == "__main__":
    main()

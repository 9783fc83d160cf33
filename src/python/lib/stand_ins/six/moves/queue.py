from queue import *  # noqa: F403

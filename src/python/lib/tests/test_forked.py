"""How a forked child ends: as Python ends any process."""

import contextlib
import io
import os
import unittest

import support  # noqa: F401
from wptserve import forked


class Forked(unittest.TestCase):
    def test_code_and_words(self):
        for error, code, words in [
            (None, 0, ""),
            (SystemExit(), 0, ""),
            (SystemExit(0), 0, ""),
            (SystemExit(3), 3, ""),
            (SystemExit(-1), 255, ""),
            (SystemExit("last words"), 1, "last words\n"),
            (ValueError("ham"), 1, "ValueError: ham\n"),
            (KeyboardInterrupt(), 1, "KeyboardInterrupt\n"),
        ]:
            with self.subTest(error):
                said = io.StringIO()
                with contextlib.redirect_stderr(said):
                    self.assertEqual(forked.report(error), code)
                self.assertEqual(said.getvalue(), words)

    def test_it_ends_where_nothing_can_be_said(self):
        child = os.fork()
        if child == 0:
            with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
                forked.end(SystemExit(3))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.assertEqual(status, 3)


if __name__ == "__main__":
    unittest.main()

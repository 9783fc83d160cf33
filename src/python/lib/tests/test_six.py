"""The stand-in for `six`: what scripts of 2021 take from it."""

import importlib.util
import pathlib
import sys
import unittest

STAND_INS = pathlib.Path(__file__).parent.parent / "stand_ins"


def load(name, file):
    spec = importlib.util.spec_from_file_location(name, STAND_INS / file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Six(unittest.TestCase):
    def setUp(self):
        self.six = load("stand_in_six", "six/__init__.py")
        self.moves = load("stand_in_six_moves", "six/moves/__init__.py")

    def test_types(self):
        six = self.six
        self.assertTrue(six.PY3 and not six.PY2)
        self.assertEqual((six.text_type, six.binary_type, six.integer_types), (str, bytes, (int,)))
        self.assertEqual((six.int2byte(255), six.byte2int(b"a"), six.indexbytes(b"ab", 1)),
                         (b"\xff", 97, 98))
        self.assertEqual((six.ensure_binary("\xe9"), six.ensure_text(b"a"), six.ensure_str("a")),
                         (b"\xc3\xa9", "a", "a"))
        self.assertRaises(TypeError, six.ensure_binary, 1)

    def test_moves(self):
        self.assertIs(self.moves.range, range)
        self.assertEqual(self.moves.http_client.__name__, "http.client")
        self.assertEqual(self.moves.zip_longest.__module__, "itertools")
        with self.assertRaises(AttributeError):
            self.moves.nothing

    def test_every_move_is_somewhere(self):
        for name in self.moves.PLACES:
            if name != "winreg" or sys.platform == "win32":
                getattr(self.moves, name)


if __name__ == "__main__":
    unittest.main()

"""The `imp` stand-in for Pythons that have none."""

import importlib.util
import os
import sys
import tempfile
import unittest

import support


class LoadSource(unittest.TestCase):
    def test_always_a_new_module(self):
        spec = importlib.util.spec_from_file_location(
            "imp_of_ours", os.path.join(support.ROOT, "src", "python", "lib", "stand_ins", "imp.py"))
        imp = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(imp)
        with tempfile.TemporaryDirectory() as root:
            path = os.path.join(root, "helper.sub")
            for text in ("a = 1", "b = __file__"):
                with open(path, "w") as file:
                    file.write(text)
                module = imp.load_source("", path)
                self.assertIs(sys.modules[""], module)
            self.assertEqual((module.b, hasattr(module, "a")), (path, False))
            with open(path, "w") as file:
                file.write("1 / 0  # longer")
            self.assertRaises(ZeroDivisionError, imp.load_source, "", path)
            self.assertIs(sys.modules.pop(""), module)


if __name__ == "__main__":
    unittest.main()

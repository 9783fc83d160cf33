"""The table of clients and the drivers agree, and the documents name them."""

import unittest

from clients import CLIENTS, LEFT_OUT
from install import DRIVERS, ROOT
from kept import driver, file_name, load


class Clients(unittest.TestCase):
    def test_names_are_unique(self):
        self.assertEqual(len({client.name for client in CLIENTS}), len(CLIENTS))
        self.assertEqual(len({file_name(client.name) for client in CLIENTS}), len(CLIENTS))

    def test_every_driver_has_a_row_and_is_documented(self):
        own = {path.relative_to(DRIVERS).as_posix() for path in DRIVERS.glob("*_driver.*")}
        own |= {path.relative_to(DRIVERS).as_posix() for path in DRIVERS.glob("*Driver.*")}
        own |= {path.relative_to(DRIVERS).as_posix() for path in DRIVERS.glob("rust/src/bin/*.rs")}
        self.assertGreater(len(own), 30)
        self.assertEqual(own, {driver(client) for client in CLIENTS} - {None})
        documented = (ROOT / "docs" / "conform.md").read_text()
        self.assertEqual([name for name in sorted(own) if f"`{name}`" not in documented], [])

    def test_versions_are_exact(self):
        for client in CLIENTS:
            for package in client.pypi:
                self.assertIn("==", package, client.name)
            for package in client.npm:
                self.assertIn("@", package[1:], client.name)

    def test_every_result_has_a_row(self):
        names = {client.name for client in CLIENTS}
        for name, data in load().items():
            self.assertIn(name, names)
            client = next(client for client in CLIENTS if client.name == name)
            self.assertEqual((data["language"], data["driver"]), (client.language, driver(client)), name)

    def test_a_client_is_run_or_left_out(self):
        self.assertFalse({client.name for client in CLIENTS} & set(LEFT_OUT))


if __name__ == "__main__":
    unittest.main()

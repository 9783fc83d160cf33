"""The configuration that scripts and templates see, and the tables and helpers next to it."""

import json
import unittest

import support  # noqa: F401
from wptserve import constants, utils
from wptserve.config import ConfigBuilder, config_of
from wptserve.logger import get_logger


class Configuration(unittest.TestCase):
    def test_of_the_running_server(self):
        facts = {"doc_root": "/r", "ports": {"http": [1], "https": [2]}, "subdomains": ["www"],
                 "not_subdomains": ["no"], "domains_set": ["a.test"], "ssl_config": None,
                 "not_domains_set": ["no.a.test"], "all_domains_set": ["a.test", "no.a.test"]}
        config = config_of(facts)
        self.assertEqual(config.not_domains_set, {"no.a.test"})
        self.assertEqual((config.subdomains, config.doc_root), ({"www"}, "/r"))
        self.assertEqual((config.ports["http"], config.ports["https"], config.ports["ws"]),
                         ([1], [2], []))
        self.assertIn("ssl_config", config)
        json.dumps(config.as_dict())
        with self.assertRaises(ValueError):
            config["nope"]
        with self.assertRaises(ValueError):
            config.ports = {}

    def test_names_of_a_builder(self):
        with ConfigBuilder(get_logger(), {"www", "\xe9"}, {"no"}, doc_root="/r",
                           browser_host="a.test", alternate_hosts={"alt": "b.test"}) as config:
            self.assertEqual(config["all_domains"], {
                "alt": {"www": "www.b.test", "\xe9": "xn--9ca.b.test", "": "b.test",
                        "no": "no.b.test"},
                "": {"www": "www.a.test", "\xe9": "xn--9ca.a.test", "": "a.test",
                     "no": "no.a.test"},
            })
            self.assertEqual(config.not_domains_set, {"no.a.test", "no.b.test"})
            self.assertEqual((config.server_host, config.paths), ("a.test", {"doc_root": "/r"}))
            self.assertEqual(config.logging,
                             {"level": "DEBUG", "suppress_handler_traceback": False})

    def test_builder(self):
        builder = ConfigBuilder(get_logger(), ports={"http": ["auto"], "https": [3]})
        builder.update({"logging": {"level": "info", "other": 1}, "browser_host": "x"})
        builder.doc_root = "/y"
        with builder as config:
            self.assertEqual(config.logging["level"], "INFO")
            self.assertEqual((config.browser_host, config.doc_root), ("x", "/y"))
            self.assertEqual(list(config.ports), ["http"])
        with builder as config:
            self.assertNotIn("other", config.logging)
        with self.assertRaises(KeyError):
            builder.update({"nope": 1})
        with self.assertRaises(TypeError):
            ConfigBuilder(get_logger(), nope=1)


class Small(unittest.TestCase):
    def test_utils(self):
        self.assertEqual(utils.isomorphic_decode(b"\xe9"), "\xe9")
        self.assertEqual(utils.isomorphic_encode("\xe9"), b"\xe9")
        self.assertRaises(TypeError, utils.isomorphic_encode, None)
        self.assertRaises(TypeError, utils.isomorphic_decode, 1)
        self.assertEqual(utils.invert_dict({"a": [1, 2]}), {1: "a", 2: "a"})
        self.assertRaises(ValueError, utils.invert_dict, {"a": [1], "b": [1]})
        self.assertTrue(utils.is_bad_port(6000))
        # The Fetch standard's list, which the reference has otherwise.
        self.assertEqual([utils.is_bad_port(port) for port in (0, 990, 999)], [True, True, False])
        self.assertFalse(utils.is_bad_port(utils.get_port()))

    def test_constants(self):
        self.assertEqual(constants.response_codes[404][0], "Not Found")
        self.assertEqual(constants.response_codes[599], ("Ours", ""))
        self.assertEqual(constants.content_types["js"], "text/javascript")


if __name__ == "__main__":
    unittest.main()

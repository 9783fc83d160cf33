//! How a handler's file is found, loaded and run, and what it can import.

use super::case::{Case, get, raw, request, run};

/// The cases.
pub fn cases() -> Vec<Case> {
    [execution(), imports(), package()]
        .into_iter()
        .flatten()
        .collect()
}

fn execution() -> Vec<Case> {
    let count = request("GET", "/imports/counter.py", "", b"");
    vec![
        get("__file__ and __name__", "/imports/file.py"),
        get("__file__ of an escaped path", "/%69mports/file.py"),
        get("__file__ after two slashes", "/imports//file.py"),
        get("the names that a module starts with", "/imports/names.py"),
        raw("a module's state does not last", count.clone()).then(count),
        raw(
            "a helper's state lasts",
            request("GET", "/imports/lasting.py?reset", "", b""),
        )
        .then(request("GET", "/imports/lasting.py", "", b""))
        .then(request("GET", "/imports/lasting.py", "", b"")),
        get("the working directory", "/imports/working_directory.py"),
        get("the doc root in sys.path", "/imports/path.py"),
        get("parameters under other names", "/imports/other_names.py"),
        get("a main with defaults", "/imports/defaults.py"),
        get("a main that is a lambda", "/imports/lambda.py"),
        get("a main that is an object", "/imports/callable.py"),
        get("a main from another module", "/imports/borrowed.py"),
        get("a file with an encoding of its own", "/imports/latin1.py"),
        get("a file with CRLF line ends", "/imports/crlf.py"),
        get("a file that starts with a mark", "/imports/marked.py"),
    ]
}

fn imports() -> Vec<Case> {
    vec![
        get("a helper from the doc root", "/imports/helper_by_from.py"),
        get("a helper after hyphens", "/imports/hyphens.py"),
        get("a helper beside it by a bare name", "/imports/bare.py"),
        get("a relative import", "/imports/relative.py"),
        get("a helper loaded by its path", "/imports/by_path.py"),
    ]
}

/// What can be imported from the reference's package.
fn package() -> Vec<Case> {
    vec![
        run(
            "wptserve.utils",
            r"
from wptserve.utils import isomorphic_decode, isomorphic_encode
def attempt(function, value):
    try:
        return function(value)
    except Exception as error:
        return type(error).__name__
return repr([attempt(f, v) for f in (isomorphic_decode, isomorphic_encode) for v in (b'\xe4', '\xe4', '\u20ac', None, 5)])",
        ),
        run(
            "wptserve.handlers",
            "from wptserve.handlers import json_handler, HTTPException, handler\nreturn repr([json_handler.__name__, HTTPException(404, 'ham').code, HTTPException(404, 'ham').message, HTTPException(404).message])",
        ),
        run(
            "wptserve.constants",
            "from wptserve.constants import response_codes, content_types\nreturn repr([response_codes[404][0], response_codes[414][0], 308 in response_codes, content_types['html'], content_types['mjs']])",
        ),
        run(
            "wptserve by its name",
            "import wptserve.utils\nimport wptserve.handlers as h\nreturn repr([wptserve.utils.HTTPException is h.HTTPException, wptserve.__name__])",
        ),
        run(
            "wptserve.request",
            "from wptserve.request import Request, MultiDict, RequestHeaders, CookieValue\nreturn repr([isinstance(request, Request), isinstance(request.GET, MultiDict), isinstance(request.headers, RequestHeaders)])",
        ),
        run(
            "wptserve.response",
            "from wptserve.response import Response, ResponseHeaders, ResponseWriter\nreturn repr([isinstance(response, Response), isinstance(response.headers, ResponseHeaders), isinstance(response.writer, ResponseWriter)])",
        ),
        run(
            "wptserve.stash",
            "from wptserve.stash import StashError\nkey = '00000000-0000-0000-0000-000000000030'\nrequest.server.stash.put(key, 1)\ntry:\n    request.server.stash.put(key, 2)\nexcept StashError:\n    return repr(request.server.stash.take(key))",
        ),
        run(
            "the modules of wptserve",
            "from wptserve import config, constants, handlers, logger, pipes, request, response, stash, utils\nreturn pipes.__name__",
        ),
        run(
            "a MultiDict of its own",
            "from wptserve.request import MultiDict\nown = MultiDict()\nown.add('a', 1)\nown.add('a', 2)\nown['b'] = 3\nreturn repr([own, own['a'], own.first('a'), own.last('a'), own.get('x'), own.get_list('a')])",
        ),
        run(
            "a MultiDict from arguments",
            "from wptserve.request import MultiDict\nreturn repr(MultiDict([('a', 1)]))",
        ),
        run(
            "a ResponseHeaders of its own",
            "from wptserve.response import ResponseHeaders\nown = ResponseHeaders()\nown.append('A', 1)\nown.append('a', 2)\nresponse.headers = own\nreturn repr(list(own))",
        ),
    ]
}

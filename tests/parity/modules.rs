//! What scripts import from the modules of `wptserve`, and what becomes of it when they call it.

use super::case::{Case, run, run_as};

/// A request for another path, for handlers that serve what a request names.
const ASKED: &str = "
class Asked:
    def __init__(self, path):
        self.url_parts = request.url_parts._replace(path=path)
        self.url = 'http://a.test' + path
    def __getattr__(self, name):
        return getattr(request, name)
";

fn asking(name: &'static str, fields: &str, main: &str) -> Case {
    run_as(name, "POST", fields, &[ASKED, main].concat())
}

pub fn cases() -> Vec<Case> {
    vec![
        run(
            "import of the package alone",
            "
import wptserve
response.content = repr([wptserve.utils.isomorphic_encode('\\xe9'), wptserve.Request is type(request),
    wptserve.Response is type(response), wptserve.handlers.HTTPException(404).code,
    wptserve.constants.response_codes[404][0], wptserve.pipes.Pipeline.__name__,
    wptserve.ranges.RangeParser.__name__, wptserve.stash.StashError.__name__,
    wptserve.router.any_method is wptserve.routes.routes[0][0], wptserve.server.Router is wptserve.Router,
    wptserve.logger.get_logger().name, wptserve.config.ConfigBuilder.__name__])
",
        ),
        run(
            "a name that the package lacks",
            "
import wptserve
try:
    wptserve.none
except AttributeError as error:
    response.content = str(error)
",
        ),
        run(
            "parse_qs of handlers",
            "
from wptserve.handlers import parse_qs
response.content = repr([parse_qs(text) for text in
    ['', 'a=1&b=&c&a=%2B+x;y&&=z', 'a+b=%C3%A9&a%20b==', '&', 'a=1=2']])
",
        ),
        run(
            "load_headers of handlers",
            "
import os
from wptserve.handlers import load_headers
root = request.doc_root
folder = os.path.join(root, 'headers_files')
response.content = repr([load_headers(request, os.path.join(folder, name))
    for name in sorted(os.listdir(folder)) if not name.endswith('.headers')][:20])
",
        ),
        asking(
            "file_handler of a file",
            "",
            "
from wptserve.handlers import file_handler
file_handler(Asked('/files/page.html'), response)
",
        ),
        asking(
            "FileHandler below another path",
            "",
            "
import os
from wptserve.handlers import FileHandler
handler = FileHandler(os.path.join(request.doc_root, 'files'), '/other/')
handler(Asked('/other/h%C3%A4m.txt'), response)
",
        ),
        asking(
            "file_handler of a range",
            "Range: bytes=1-3\r\n",
            "
from wptserve.handlers import file_handler
file_handler(Asked('/files/after.txt'), response)
",
        ),
        asking(
            "file_handler of a range beyond the end",
            "Range: bytes=100000-\r\n",
            "
from wptserve.handlers import file_handler
file_handler(Asked('/files/after.txt'), response)
",
        ),
        asking(
            "file_handler of a file that is not there",
            "",
            "
from wptserve.handlers import file_handler
file_handler(Asked('/files/none.txt'), response)
",
        ),
        asking(
            "file_handler of a folder without a slash",
            "",
            "
from wptserve.handlers import file_handler
file_handler(Asked('/files'), response)
",
        ),
        asking(
            "as_is_handler",
            "",
            "
from wptserve.handlers import as_is_handler
as_is_handler(Asked('/files/plain.asis'), response)
",
        ),
        asking(
            "as_is_handler of a folder",
            "",
            "
from wptserve.handlers import as_is_handler
from wptserve.utils import HTTPException
try:
    as_is_handler(Asked('/files/'), response)
except HTTPException as error:
    response.content = str(error.code)
",
        ),
        asking(
            "python_script_handler of another script",
            "",
            "
from wptserve.handlers import python_script_handler
python_script_handler(Asked('/probe.py'), response)
",
        ),
        asking(
            "python_script_handler of a script that is not there",
            "",
            "
from wptserve.handlers import python_script_handler
python_script_handler(Asked('/none.py'), response)
",
        ),
        asking(
            "basic_auth_handler without credentials",
            "",
            "
from wptserve.handlers import basic_auth_handler
basic_auth_handler(Asked('/files/after.txt'), response)
",
        ),
        asking(
            "basic_auth_handler with any credentials",
            "Authorization: Basic dTpw\r\n",
            "
from wptserve.handlers import basic_auth_handler
basic_auth_handler(Asked('/files/after.txt'), response)
",
        ),
        run(
            "wrap_pipeline of the path of a template",
            "
from wptserve.handlers import wrap_pipeline
response.content = b'{{host}} {{GET[a]}}'
wrap_pipeline('/x.sub.txt', request, response)
",
        ),
        run(
            "matches of a pattern",
            "
from wptserve.router import compile_path_match
response.content = repr([(pattern, path, match and (match.groupdict(), match.groups()))
    for pattern in ['*', '/a/{b}/*.json', 'x/{y}', '/a.b', '/{a}{b}', '*.py', '']
    for path in ['/', '/a/x/y/z.json', '/x/y', '/x/', '/a.b', '/axb', '/a/b.py']
    for match in [compile_path_match(pattern).match(path)]])
",
        ),
        run(
            "patterns that are malformed",
            "
from wptserve.router import compile_path_match
found = []
for pattern in ['/*/{a}', '**']:
    try:
        compile_path_match(pattern)
    except ValueError:
        found.append(pattern)
response.content = repr(found)
",
        ),
        run(
            "a router of a script",
            "
from wptserve.router import Router, any_method
router = Router(request.doc_root, [('GET', '/run.py', 'for GET'), ('POST', '/{name}.py', 'first'),
                                   (any_method, '*', 'all')])
found = [router.get_handler(request), dict(request.route_match)]
router.register(['PUT', 'POST'], '/run*', 'later')
found += [router.get_handler(request), dict(request.route_match)]
router.register('*', '/other', 'other')
found += [router.get_handler(request), len(router.routes)]
response.content = repr(found)
",
        ),
        run(
            "rules of a rewriter",
            "
from wptserve.server import RequestRewriter
class Asking:
    def __init__(self, command, path):
        self.command, self.path = command, path
rewriter = RequestRewriter([('GET', '/a', '/first'), ('GET', '/a', '/second'), ('*', '/b', '/c?d')])
rewriter.register(['PUT', 'POST'], '/e', '/f')
found = []
for asking in [Asking('GET', '/a?x'), Asking('POST', '/a'), Asking('PUT', '/b'), Asking('POST', '/e')]:
    rewriter.rewrite(asking)
    found.append(asking.path)
response.content = repr(found)
",
        ),
        run(
            "environments of certificates",
            "
from wptserve.sslutils import environments, get_cls
found = []
with get_cls('pregenerated')(None, 'key', 'cert', ca_cert_path='ca') as files:
    found += [files.ssl_enabled, files.host_cert_path(['a']), files.ca_cert_path(['a'])]
with get_cls('none')(None) as nothing:
    found += [nothing.ssl_enabled, nothing.host_cert_path(['a']), nothing.ca_cert_path(['a'])]
try:
    get_cls('gold')
except ValueError:
    found.append('refused')
response.content = repr(found)
",
        ),
        run(
            "parse_header of cgi",
            "
from wptserve.cgi.cgi import FieldStorage, parse_header
import wptserve.cgi
response.content = repr([parse_header(text) for text in
    ['text/html', 'form-data; name=\"a\"; filename=\"b;\\\\\"c\"', 'a;b', ';']]
    + [wptserve.cgi.FieldStorage is FieldStorage])
",
        ),
    ]
}

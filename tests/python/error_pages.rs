//! A failing script is a page with its line in a browser; content that a script makes stays its own.

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::Response;

fn ask(server: &Process, target: &str, accept: &str) -> Response {
    let mut client = Client::connect(server.addr());
    client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n").as_bytes());
    client.read_response("GET")
}

const RAISES: &str = "\
import lib.helper


def main(request, response):
    return lib.helper.first([])  # <here>
";

const SCRIPTS: &[(&str, &str)] = &[
    ("raises.py", RAISES),
    ("lib/helper.py", "def first(items):\n    return items[0]\n"),
    (
        "syntax.py",
        "def main(request, response):\n    return <b>\n",
    ),
    ("bad_import.py", "import lib.nowhere\n"),
    ("no_main.py", "pass\n"),
    ("os_error.py", "import os\nDATA = open('nowhere').read()\n"),
    (
        "http.py",
        "from wptserve.handlers import HTTPException\n\ndef main(request, response):\n    raise HTTPException(404)\n",
    ),
    (
        "set_error.py",
        "def main(request, response):\n    response.set_error(409, 'not <now>')\n",
    ),
    (
        "set_500.py",
        "def main(request, response):\n    try:\n        1 / 0\n    except Exception as e:\n        response.set_error(500, e)\n",
    ),
    (
        "own.py",
        "def main(request, response):\n    return 500, [('A', 'b')], 'mine'\n",
    ),
    (
        "replaced.py",
        "def main(request, response):\n    response.set_error(409, 'no')\n    response.content = 'mine'\n    response.headers[1] = ('Content-Length', 4)\n",
    ),
    (
        "status.py",
        "def main(request, response):\n    response.set_error(409, 'no')\n    response.status = 200\n",
    ),
    (
        "after.py",
        "def main(request, response):\n    response.writer.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok')\n    response.set_error(500, 'late')\n",
    ),
];

#[test]
fn a_page_shows_the_exception_and_the_line_of_the_script() {
    let folder = folder(SCRIPTS);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    for (target, status, parts) in [
        (
            "/raises.py",
            500,
            &[
                "<code>IndexError: list index out of range</code>",
                "raises.py</code>, line 5:",
                "<pre class=\"line\">return lib.helper.first([])  # &lt;here&gt;</pre>",
                "helper.py&quot;, line 2, in first",
            ][..],
        ),
        (
            "/syntax.py",
            500,
            &[
                "<code>SyntaxError: ",
                "syntax.py</code>, line 2:",
                "<pre class=\"line\">return &lt;b&gt;</pre>",
            ],
        ),
        (
            "/bad_import.py",
            500,
            &["ModuleNotFoundError: ", "bad_import.py</code>, line 1:"],
        ),
        ("/no_main.py", 500, &["No main function"]),
        (
            "/set_500.py",
            500,
            &["ZeroDivisionError", "<pre class=\"line\">1 / 0</pre>"],
        ),
        (
            "/set_error.py",
            409,
            &["409</span> Conflict", "<pre>not &lt;now&gt;</pre>"],
        ),
        (
            "/os_error.py",
            404,
            &[
                "404</span> Not Found",
                "FileNotFoundError: ",
                "os_error.py</code>, line 2:",
                "<pre class=\"line\">DATA = open(&#x27;nowhere&#x27;).read()</pre>",
            ],
        ),
        ("/http.py", 404, &["404</span> Not Found", "GET /http.py"]),
        ("/none.py", 404, &["<code>none.py</code> in the doc root"]),
    ] {
        let answer = ask(&server, target, "text/html");
        let page = answer.text();
        assert_eq!(answer.status, status, "{target}: {page}");
        let media_type = answer.header("content-type");
        assert_eq!(
            media_type,
            Some(&b"text/html; charset=utf-8"[..]),
            "{target}"
        );
        for part in parts {
            assert!(page.contains(part), "{target}: {part} in {page}");
        }
        let answer = ask(&server, target, "*/*");
        assert_eq!(answer.status, status, "{target}");
        let json: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(json["error"]["code"], status, "{target}");
    }
}

#[test]
fn what_a_script_sends_stays_as_it_is() {
    let folder = folder(SCRIPTS);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    for (target, status, text) in [
        ("/own.py", 500, "mine"),
        ("/replaced.py", 409, "mine"),
        (
            "/status.py",
            200,
            r#"{"error": {"code": 409, "message": "no"}}"#,
        ),
        ("/after.py", 200, "ok"),
    ] {
        let answer = ask(&server, target, "text/html");
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (status, text),
            "{target}"
        );
        assert_eq!(answer.header("vary"), None, "{target}");
    }
}

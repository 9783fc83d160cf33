//! Errors that handlers make, and what is not there at all.

use super::case::{Case, get, raw, request, run, run_as};

/// The cases.
pub fn cases() -> Vec<Case> {
    [missing(), raised(), loading(), json(), negotiated()]
        .into_iter()
        .flatten()
        .collect()
}

fn missing() -> Vec<Case> {
    vec![
        get("a file that is not there", "/files/none.txt"),
        get("a script that is not there", "/none.py"),
        get("an asis file that is not there", "/none.asis"),
        get("a path through a file", "/files/after.txt/more"),
        get("two dots in a path", "/files/../after.txt"),
        get("two dots in a name", "/files/a..txt"),
        raw(
            "no route for POST",
            request("POST", "/files/after.txt", "", b"ham"),
        ),
        raw(
            "no route for OPTIONS",
            request("OPTIONS", "/files/after.txt", "", b""),
        ),
        raw(
            "no route for POST on an asis file",
            request("POST", "/files/plain.asis", "", b""),
        ),
        raw(
            "no route for a method of its own",
            request("HAM", "/files/after.txt", "", b""),
        ),
        raw(
            "HEAD of nothing there",
            request("HEAD", "/files/none.txt", "", b""),
        ),
        get(
            "a name too long for a file",
            &format!("/{}.py", "a".repeat(300)),
        ),
    ]
}

fn raised() -> Vec<Case> {
    vec![
        run("an exception", "raise ValueError('ham')"),
        run("an exception without a message", "raise ValueError"),
        run(
            "an exception with quotes and more",
            r#"raise ValueError('"a"\\b <c> \u20ac')"#,
        ),
        run(
            "an exception of its own class",
            "class Ham(Exception): pass\nraise Ham(1, 'two')",
        ),
        run(
            "an exception with a cause",
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('ham') from error",
        ),
        run("a missing parameter", "return request.GET.first(b'ham')"),
        run("a missing name", "return ham"),
        run("an OSError in main", "open('/does/not/exist')"),
        run(
            "an exception drops the headers",
            "response.headers.set('A', 'b')\nraise ValueError('ham')",
        ),
        run(
            "an exception after reading the body",
            "request.body\nraise ValueError('ham')",
        ),
        run("a StopIteration", "raise StopIteration(5)"),
        run(
            "a recursion without end",
            "def again():\n    return again()\nagain()",
        ),
        run(
            "HTTPException",
            "from wptserve.handlers import HTTPException\nraise HTTPException(404)",
        ),
        run(
            "HTTPException with a message",
            "from wptserve.utils import HTTPException\nraise HTTPException(416, 'Bad range specifier')",
        ),
        run(
            "HTTPException with its message by name",
            "from wptserve.utils import HTTPException\nraise HTTPException(400, message='No id')",
        ),
        run(
            "HTTPException by names",
            "from wptserve.utils import HTTPException\nraise HTTPException(code=418, message='tea')",
        ),
        run(
            "HTTPException of 500",
            "from wptserve.utils import HTTPException\nraise HTTPException(500, 'ham')",
        ),
        run(
            "HTTPException of 503",
            "from wptserve.utils import HTTPException\nraise HTTPException(503)",
        ),
        run(
            "HTTPException of 204",
            "from wptserve.utils import HTTPException\nraise HTTPException(204, 'ham')",
        ),
        run("SystemExit", "import sys\nsys.exit(3)"),
        run("KeyboardInterrupt", "raise KeyboardInterrupt"),
        run("GeneratorExit", "raise GeneratorExit"),
    ]
}

fn loading() -> Vec<Case> {
    vec![
        get("a script without main", "/errors/no_main.py"),
        get("a script with a syntax error", "/errors/syntax.py"),
        get("a script that is no text", "/errors/binary.py"),
        get(
            "a script that imports what is not there",
            "/errors/bad_import.py",
        ),
        get("a script that raises when loaded", "/errors/raises.py"),
        get(
            "a script that raises OSError when loaded",
            "/errors/os_error.py",
        ),
        get(
            "a script that raises HTTPException when loaded",
            "/errors/http_exception.py",
        ),
        get("a script that exits when loaded", "/errors/exits.py"),
        get(
            "a script whose main takes nothing",
            "/errors/no_parameters.py",
        ),
        get(
            "a script whose main is no function",
            "/errors/main_is_none.py",
        ),
        get("a script that is empty", "/errors/empty.py"),
    ]
}

/// Clients that accept several media types.
fn negotiated() -> Vec<Case> {
    const BROWSER: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
    let ask = |name, method, target, fields| raw(name, request(method, target, fields, b""));
    vec![
        ask(
            "a file that is not there, for a browser",
            "GET",
            "/files/none.txt",
            BROWSER,
        ),
        ask(
            "a script that is not there, for a browser",
            "GET",
            "/none.py",
            BROWSER,
        ),
        ask(
            "no route for POST, for a browser",
            "POST",
            "/files/after.txt",
            BROWSER,
        ),
        ask(
            "a file that is not there, for any type",
            "GET",
            "/files/none.txt",
            "Accept: */*\r\n",
        ),
        ask(
            "a file that is not there, for JSON or HTML",
            "GET",
            "/files/none.txt",
            "Accept: text/html;q=0.5, application/json\r\n",
        ),
        run_as(
            "an exception for a browser",
            "POST",
            BROWSER,
            "raise ValueError('ham')",
        ),
        run_as(
            "an exception for a browser, with quality values",
            "POST",
            "Accept: application/json;q=0.4, text/*;q=0.5\r\n",
            "raise ValueError('ham')",
        ),
        run_as(
            "content with an error's status, for a browser",
            "POST",
            BROWSER,
            "return 404, [], 'ham'",
        ),
    ]
}

/// Handlers decorated with `json_handler`.
fn json() -> Vec<Case> {
    vec![
        get(
            "json_handler",
            "/returns/json.py?value=%7B%22a%22%3A[1,null,true,%22%C3%A4%22]%7D",
        ),
        get("json_handler of none", "/returns/json.py?value=null"),
        get(
            "json_handler with a status",
            "/returns/json.py?value=[1]&status=299",
        ),
        get(
            "json_handler with headers",
            "/returns/json.py?value=[1]&headers",
        ),
        get("json_handler that cannot", "/returns/json.py?value=5&set"),
        get("json_handler that raises", "/returns/json.py?value="),
        run(
            "handler as a decorator",
            "from wptserve.handlers import handler\nreturn repr(type(handler(len)).__name__)",
        ),
    ]
}

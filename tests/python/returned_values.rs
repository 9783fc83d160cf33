//! What `main` returns is sent, or the client gets a 500 that names the value and the place of `main`:
//! never an empty 200.

use crate::support::client::{Client, request};
use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::Response;
use crate::support::wait::eventually;

/// The response of a file with this text.
fn answer(text: &str) -> (Response, String) {
    let folder = folder(&[("f.py", text)]);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    let mut client = Client::connect(server.addr());
    client.send(&request("GET", "/f.py"));
    let response = client.read_response("GET");
    if response.status == 500 {
        assert!(client.is_kept_open(), "{text}");
        eventually("in the log", || {
            let log = server.stderr();
            log.contains("ERROR") && log.contains("f.py\", line") || log.contains("f.py\"\n")
        });
    }
    let place = folder.path().join("f.py").display().to_string();
    (response, place)
}

#[test]
fn what_cannot_be_sent_is_named() {
    for (returned, named) in [
        ("404", "main returned 404 (int), expected bytes"),
        ("False", "main returned False (bool)"),
        ("True", "main returned True (bool)"),
        ("1.5", "main returned 1.5 (float)"),
        ("object()", "main returned <object object at"),
        (
            "[200, [], 'x']",
            "main returned [200, [], 'x'] (list), whose item 1 is 200 (int)",
        ),
        ("['x', None]", "whose item 2 is None"),
        ("['x', 0]", "whose item 2 is 0 (int)"),
        ("['x', False]", "whose item 2 is False (bool)"),
        ("['x', []]", "whose item 2 is [] (list)"),
        (
            "[('X-A', 'b'), 'x']",
            "whose item 1 is ('X-A', 'b') (tuple)",
        ),
        ("{'a': 1}", "main returned {'a': 1} (dict)"),
        ("{}", "main returned {} (dict)"),
        ("lambda: 'x'", "(function)"),
        ("str", "(type)"),
        ("response", "(Response)"),
        ("[], None", "main returned None, expected bytes"),
        ("200, [], 5", "main returned 5 (int)"),
        ("Silent()", "main returned an object of type Silent"),
        (
            "{'X-A': 'b'}, 'x'",
            "a dict of headers, expected pairs of name and value: return its .items()",
        ),
        ("200, {'TE': 'b'}, 'x'", "return its .items()"),
        (
            "404, [('X-A', 'b')]",
            "main returned 404 as headers, expected pairs of name and value",
        ),
        ("None, 'x'", "main returned None as headers"),
        ("'ham', [], 'x'", "'ham'"),
        ("1, 2, 3, 4", "main returned a tuple of 4 items"),
    ] {
        let text = format!(
            "class Silent:\n    def __repr__(self): raise ValueError\n\n\
            def main(request, response):\n    return {returned}\n"
        );
        let (response, place) = answer(&text);
        assert_eq!(response.status, 500, "{returned}: {}", response.text());
        let json: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
        let message = json["error"]["message"].as_str().expect("a message");
        assert!(message.contains(named), "{returned}: {message}");
        let place = format!("File \"{place}\", line 4, in main");
        assert!(message.contains(&place), "{returned}: {message}");
        assert!(!message.contains("<wireserve>"), "{returned}: {message}");
    }
}

#[test]
fn asynchronous_functions_are_named() {
    for body in ["return 'x'", "yield 'x'"] {
        let text = format!("async def main(request, response):\n    {body}\n");
        let (response, place) = answer(&text);
        assert_eq!(response.status, 500, "{body}");
        let message = response.text();
        assert!(message.contains("not `async def main`"), "{message}");
        assert!(
            message.contains(&format!("{place}\\\", line 1")),
            "{message}"
        );
    }
}

#[test]
fn content_that_was_set_is_looked_at_as_well() {
    for set in ["None", "5", "[None]", "{'a': 1}"] {
        let text = format!("def main(request, response):\n    response.content = {set}\n");
        let (response, place) = answer(&text);
        assert_eq!(response.status, 500, "{set}");
        assert!(
            response.text().contains("the content is "),
            "{}",
            response.text()
        );
        assert!(response.text().contains(&place), "{}", response.text());
    }
}

/// Decorators and objects that are called are looked into.
#[test]
fn main_is_found_within_decorators() {
    for (before, line) in [
        ("import functools\n@functools.lru_cache\n", 3),
        ("from wptserve.handlers import handler\n@handler\n", 3),
        ("import functools\n", 2),
    ] {
        let text = format!(
            "{before}def main(request, response, more=1):\n    return 404\n\
            if {line} == 2: main = functools.partial(main, more=2)\n"
        );
        let (response, place) = answer(&text);
        let expected = [line - 1, line].map(|line| format!("{place}\\\", line {line}, in main"));
        let text = response.text();
        assert!(expected.iter().any(|place| text.contains(place)), "{text}");
    }
}

#[test]
fn buffers_are_sent_with_their_length() {
    for (returned, sent) in [
        ("bytearray(b'ham')", &b"ham"[..]),
        ("bytearray()", b""),
        ("memoryview(b'ham')", b"ham"),
        ("memoryview(b'hxaxm')[::2]", b"ham"),
        ("array.array('H', [0x6868, 0x6161])", b"hhaa"),
        ("[], bytearray(b'ham')", b"ham"),
        (
            "(response.headers.set('A', 'b'), bytearray(b'ham'))[1]",
            b"ham",
        ),
    ] {
        let text = format!("import array\ndef main(request, response):\n    return {returned}\n");
        let (response, _) = answer(&text);
        assert_eq!(
            (response.status, &response.body[..]),
            (200, sent),
            "{returned}"
        );
        let length = sent.len().to_string();
        assert_eq!(
            response.header("content-length"),
            Some(length.as_bytes()),
            "{returned}"
        );
    }
    for (returned, sent) in [
        (
            "[bytearray(b'h'), memoryview(b'a'), array.array('B', [109])]",
            "ham",
        ),
        ("[b'', '', bytearray(), 'ham']", "ham"),
        ("(bytearray(piece) for piece in (b'h', b'am'))", "ham"),
        ("[lambda: bytearray(b'ham')]", "ham"),
    ] {
        let text = format!("import array\ndef main(request, response):\n    return {returned}\n");
        let (response, _) = answer(&text);
        assert_eq!(
            (response.status, response.text()),
            (200, sent.to_owned()),
            "{returned}"
        );
    }
}

/// A script that has written its response may return anything, as the page says.
#[test]
fn the_returned_value_does_not_matter_after_a_write() {
    for returned in ["404", "None, 5", "{'a': 1}, ''"] {
        let folder = folder(&[(
            "f.py",
            &format!(
                "def main(request, response):\n    \
                response.writer.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok')\n    \
                return {returned}\n"
            ),
        )]);
        let server = Process::wireserve(folder.path(), ["--log", "error"]);
        assert_eq!(get(server.addr(), "/f.py").text(), "ok", "{returned}");
        assert_eq!(server.stderr(), "", "{returned}");
    }
}

//! Only those with the token may use the interface, and no page of another origin.

use crate::control::asking::controlled;
use crate::support::client::Client;

#[test]
fn nothing_is_told_without_the_token() {
    let (_server, _control, asker) = controlled();
    let token = &asker.token;
    let own = format!("Host: {}\r\n", asker.address);
    let bearer = format!("Authorization: Bearer {token}\r\n");
    for (target, fields, status) in [
        ("/v1/status", own.clone(), 401),
        ("/nothing", own.clone(), 401),
        (
            "/v1/status",
            format!("{own}Authorization: Bearer {}\r\n", &token[1..]),
            401,
        ),
        (
            "/v1/status",
            format!("Host: attacker.test\r\n{bearer}"),
            403,
        ),
        (
            "/v1/status",
            format!("{own}{bearer}Origin: http://attacker.test\r\n"),
            403,
        ),
        (
            "/v1/status",
            format!("{own}{bearer}Origin: http://{}\r\n", asker.address),
            200,
        ),
        ("/nothing", format!("{own}{bearer}"), 404),
    ] {
        let mut client = Client::connect(asker.address);
        client.send(format!("GET {target} HTTP/1.1\r\n{fields}\r\n").as_bytes());
        let response = client.read_response("GET");
        assert_eq!(
            response.status,
            status,
            "{target} {fields}: {}",
            response.text()
        );
        assert_eq!(response.header("Access-Control-Allow-Origin"), None);
        assert_eq!(response.header("Cache-Control"), Some(&b"no-store"[..]));
        if status == 401 {
            assert_eq!(response.header("WWW-Authenticate"), Some(&b"Bearer"[..]));
        }
    }
    // A preflight of CORS has no token, and gets no permission.
    let mut client = Client::connect(asker.address);
    client.send(
        format!("OPTIONS /v1/reset HTTP/1.1\r\n{own}Origin: http://attacker.test\r\nAccess-Control-Request-Method: POST\r\n\r\n")
            .as_bytes(),
    );
    assert_eq!(client.read_response("OPTIONS").status, 403);
    // In the query, only for the stream.
    for (path, status) in [("/v1/stream", 200), ("/v1/requests", 401)] {
        let mut client = Client::connect(asker.address);
        client.send(format!("HEAD {path}?token={token} HTTP/1.1\r\n{own}\r\n").as_bytes());
        assert_eq!(client.read_response("HEAD").status, status, "{path}");
    }
}

#[test]
fn other_methods_and_parameters_are_refused() {
    let (_server, _control, asker) = controlled();
    let refused = asker.ask("PATCH", "/v1/routes", None);
    assert_eq!(refused.status, 405);
    assert_eq!(refused.header("Allow"), Some(&b"GET, POST, DELETE"[..]));
    for (target, message) in [
        ("/v1/status?x=1", "expected no parameters, found \"x\""),
        ("/v1/requests?methd=GET", "found \"methd\""),
        (
            "/v1/requests?since=a",
            "expected a whole number as \"since\", found \"a\"",
        ),
        (
            "/v1/requests?since=1&since=2",
            "expected one parameter \"since\"",
        ),
        ("/v1/requests?path=%7Bx", "malformed pattern"),
        ("/v1/requests?wait=601", "expected from 0 to 600 seconds"),
        ("/v1/requests?wait=NaN", "expected from 0 to 600 seconds"),
        ("/v1/requests?count=2", "add `wait`"),
        ("/v1/requests?query=%ff", "expected UTF-8"),
    ] {
        let json = asker.json("GET", target, None, 400);
        let found = json["error"]["message"].as_str().expect("a message");
        assert!(found.contains(message), "{target}: {found}");
    }
    let missing = asker.json("GET", "/v1/requests/7", None, 404);
    assert_eq!(
        missing["error"]["message"],
        "there is no request 7 yet; the latest is 0"
    );
}

//! A wire script plays its steps on a connection in order and on time, whether it answers a request,
//! continues with the next one, or runs before any request.

use std::io::Read as _;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::support;
use crate::support::client::{Arrival, Client, DEADLINE, request};
use wireserve::handlers::{Files, WireFileHandler};
use wireserve::internals::exchange::policy;
use wireserve::wire_script::{Awaited, By, End, MAX_BYTES, Played, Reading, Step};
use wireserve::{
    BodyError, Exchange, Fault, Handler, Listening, Policy, RawReadError, Server, WireScript,
};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Long enough to be distinguished from no wait, even on a busy machine.
const SOON: Duration = Duration::from_millis(50);

fn script() -> WireScript {
    WireScript::new()
}

/// A server that answers every request with this handler, CONNECT included.
fn server(handler: impl Handler + 'static) -> Server {
    let handler: Arc<dyn Handler> = Arc::new(handler);
    let under = |policy| policy::WithPolicy::new(policy, Arc::clone(&handler));
    let requirements = handler.requirements().policy.unwrap_or_default();
    Server::builder()
        .route("*", "*", under(requirements))
        .and_then(|builder| builder.route("CONNECT", "*", under(requirements)))
        .and_then(|builder| builder.start().map_err(|error| panic!("{error}")))
        .expect("good patterns")
}

/// A server whose connections all begin with this script, and whose site answers "site".
fn from_the_start(script: WireScript) -> (Server, Client) {
    let server = Server::builder()
        .route("*", "*", |exchange: &mut Exchange<'_>| {
            exchange.response.content = "site".into();
            Ok(())
        })
        .expect("a good pattern")
        .listener(0, Listening::Connections(Arc::new(script)))
        .start()
        .expect("a server");
    let address = *server.addresses().last().expect("two addresses");
    (server, Client::connect(address))
}

fn asking(server: &Server) -> Client {
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    client
}

#[test]
fn bytes_arrive_in_pieces_with_pauses_between_them() {
    let server = server(
        script()
            .send("one")
            .pause(SOON)
            .send("two")
            .pause(SOON)
            .close(),
    );
    let mut client = asking(&server);
    assert_eq!(client.read_exact(3), b"one");
    let began = Instant::now();
    assert_eq!(client.pending(), b"");
    assert_eq!(client.read_exact(3), b"two");
    assert_eq!(client.pending(), b"");
    assert_eq!(client.read_until_close(), b"");
    assert!(began.elapsed() >= SOON, "{:?}", began.elapsed());
    assert!(!client.was_reset());
}

#[test]
fn a_script_that_does_not_end_the_connection_leaves_it_to_the_next_request() {
    let server = server(script().send(OK));
    let mut client = asking(&server);
    for _ in 0..2 {
        assert_eq!(client.read_response("GET").body, b"ok");
        client.send(&request("GET", "/"));
    }
    // A client may ask for the connection to be closed.
    client.read_response("GET");
    client.send(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_eq!(client.read_until_close(), OK.as_bytes());
}

#[test]
fn each_way_to_end() {
    let server = server(script().send("x").reset());
    let mut client = asking(&server);
    assert_eq!(client.read_until_close(), b"x");
    assert!(client.was_reset());

    let server = self::server(script().send("x").half_close().read(3).reset());
    let mut client = asking(&server);
    assert_eq!(client.read_until_close(), b"x");
    assert!(!client.was_reset());
    // The other half is still open.
    client.send(b"abc");
    support::wait::eventually("the reset", || server.connections() == 0);

    let server = self::server(script().send("x").hold());
    let mut client = asking(&server);
    assert_eq!(client.read_exact(1), b"x");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.half_close();
    assert_eq!(client.read_until_close(), b"");

    let server = self::server(script().send("x").hold_for(SOON).send("y").close());
    assert_eq!(asking(&server).read_until_close(), b"xy");
}

/// A client that ends its requests waits for the end of the connection, which `next` must not withhold; a client
/// that does not gets the following steps.
#[test]
fn next_closes_for_a_client_that_sends_no_other_request() {
    let second = OK.replace("ok", "no");
    for steps in [
        script()
            .send(OK)
            .next_request()
            .send(second.clone())
            .close(),
        script().send(OK).next_by_site(),
    ] {
        let server = server(steps);
        for head in [
            "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
        ] {
            let mut client = Client::connect(server.address());
            client.send(head.as_bytes());
            assert_eq!(client.read_until_close(), OK.as_bytes(), "{head:?}");
        }
    }
    let server = server(
        script()
            .send(OK)
            .next_request()
            .send(second.clone())
            .close(),
    );
    let mut client = asking(&server);
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(client.read_until_close(), [OK, &second].concat().as_bytes());
}

#[test]
fn a_script_reads_the_next_request_after_it_has_half_closed() {
    let script = script()
        .send("x")
        .half_close()
        .next_request()
        .set("asked again");
    let server = server(script.close());
    let mut client = asking(&server);
    assert_eq!(client.read_until_close(), b"x");
    assert!(!server.events().is_set("asked again"));
    client.send(&request("GET", "/"));
    assert!(server.events().wait("asked again", DEADLINE));
}

#[test]
fn a_script_without_a_byte_closes() {
    let server = server(script());
    assert_eq!(asking(&server).read_until_close(), b"");
}

#[test]
fn events_join_two_connections() {
    let waiting = script().wait_for("go").send("went").set("gone").close();
    let setting = script().set("go").wait_for("gone").send("set").close();
    let server = Server::builder()
        .route("GET", "/waiting", waiting)
        .and_then(|builder| builder.route("GET", "/setting", setting))
        .expect("good patterns")
        .start()
        .expect("a server");
    let ask = |path| {
        let mut client = Client::connect(server.address());
        client.send(&request("GET", path));
        client
    };
    let mut first = ask("/waiting");
    assert_eq!(first.arrival(SOON), Arrival::Nothing);
    assert_eq!(ask("/setting").read_until_close(), b"set");
    assert_eq!(first.read_until_close(), b"went");
    // A test may set and clear events, too.
    assert!(server.events().wait("gone", Duration::ZERO));
    server.events().clear("go");
    let mut again = ask("/waiting");
    assert_eq!(again.arrival(SOON), Arrival::Nothing);
    server.events().set("go");
    assert_eq!(again.read_until_close(), b"went");
}

#[test]
fn a_wait_that_times_out_ends_the_connection() {
    let limit = Some(SOON);
    for step in [
        Step::WaitFor(Awaited::Event("never".to_owned()), limit),
        Step::WaitFor(Awaited::Connection, limit),
        Step::WaitFor(Awaited::Body(Some(3)), limit),
        Step::WaitFor(Awaited::Head, limit),
        Step::Read(Reading::Bytes(3), limit),
        Step::Read(Reading::Until(b"!".to_vec()), limit),
    ] {
        let server = server(script().send("before").step(step.clone()).send("after"));
        let mut client = Client::connect(server.address());
        client.send(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab");
        assert_eq!(client.read_until_close(), b"before", "{step:?}");
    }
}

/// Bytes that have arrived count as in time just after a limit has passed, but not later.
#[test]
fn a_client_that_never_stops_does_not_extend_a_limit() {
    /// This long after a limit, nothing is taken.
    const LONG: Duration = Duration::from_secs(5);

    let (says, hears) = mpsc::channel();
    let server = server(move |exchange: &mut Exchange<'_>| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(exchange.turn().send(head), Ok(()));
        exchange.turn().mark_written();
        assert!(exchange.turn().wire().is_readable_within(DEADLINE));
        let now = Instant::now();
        let passed = now.checked_sub(LONG);
        let body = &exchange.body;
        let late = (
            body.wait_for(None, passed),
            body.read_raw(&Reading::Bytes(1), passed),
        );
        let limit = Some(now);
        let read = body.read_raw(&Reading::Bytes(1), limit);
        says.send((passed, late, read)).expect("somebody listens");
        Ok(())
    });
    for (field, body) in [
        ("Content-Length: 1", "a"),
        ("Transfer-Encoding: chunked", "0\r\n\r\n"),
    ] {
        let mut client = Client::connect(server.address());
        client.send(format!("POST / HTTP/1.1\r\n{field}\r\n\r\n").as_bytes());
        client.read_response("POST");
        client.send(body.as_bytes());
        let (passed, late, read) = hears.recv_timeout(DEADLINE).expect("an exchange");
        assert!(passed.is_some(), "a machine that runs for so long");
        let too_late = Err(RawReadError::TooLate(Vec::new()));
        assert_eq!(late, (Err(BodyError::TooLate), too_late), "{field}");
        assert_eq!(read, Ok(body.as_bytes()[..1].to_vec()), "{field}");
    }
}

#[test]
fn a_wait_ends_with_its_client() {
    let server = server(script().wait_for("never").set("reached"));
    asking(&server).reset();
    support::wait::eventually("the end", || server.connections() == 0);
    assert!(!server.events().is_set("reached"));
}

#[test]
fn waiting_for_what_the_client_does() {
    let body = |count| Step::WaitFor(Awaited::Body(count), None);
    let server = server(
        script()
            .send("1")
            .step(body(Some(2)))
            .send("2")
            .step(body(None))
            .send("3")
            .step(Step::WaitFor(Awaited::Connection, None))
            .send("4")
            .close(),
    );
    for (head, pieces) in [
        ("Content-Length: 4", ["ab", "cd"]),
        (
            "Transfer-Encoding: chunked",
            ["2\r\nab\r\n", "2\r\ncd\r\n0\r\n\r\n"],
        ),
    ] {
        let mut client = Client::connect(server.address());
        client.send(format!("POST / HTTP/1.1\r\n{head}\r\n\r\n").as_bytes());
        assert_eq!(client.read_exact(1), b"1");
        for (piece, sent) in pieces.iter().zip([b"2", b"3"]) {
            assert_eq!(client.arrival(SOON), Arrival::Nothing);
            client.send(piece.as_bytes());
            assert_eq!(client.read_exact(1), sent);
        }
        assert_eq!(client.arrival(SOON), Arrival::Nothing);
        let _another = Client::connect(server.address());
        assert_eq!(client.read_until_close(), b"4");
    }
}

#[test]
fn bytes_are_read_raw_and_count_towards_the_body() {
    let server = server(script().read(3).send("1").read_until("\r\n").send(OK));
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nab");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.send(b"cd\r");
    assert_eq!(client.read_exact(1), b"1");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    // The line end is the last of the body; the next request follows it.
    client.send(b"\nPOST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc\r\nrest");
    assert_eq!(client.read_exact(OK.len() + 1), format!("{OK}1").as_bytes());
    assert_eq!(client.read_response("GET").body, b"ok");
    // The rest of the body is drained.
    client.send(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    client.read_exact(1);
    assert_eq!(client.read_response("GET").body, b"ok");
    assert!(
        client.is_kept_open_for(&script_request()),
        "chunks to their end"
    );
}

/// The bound is the same as before a request line.
#[test]
fn a_wait_for_a_head_ends_after_too_many_empty_lines() {
    let lines = |bytes: usize| "\r\n".repeat(bytes / 2);
    let awaiting = script().step(Step::WaitFor(Awaited::Head, None));
    let awaiting = awaiting.send("there").close();
    for (sent, seen) in [
        (lines(60_000) + "GET / HTTP/1.1\r\n\r\n", &b"there"[..]),
        (lines(100_000), b""),
    ] {
        let (_server, mut client) = from_the_start(awaiting.clone());
        client.send(sent.as_bytes());
        assert_eq!(client.read_until_close(), seen, "{} bytes", sent.len());
    }
}

fn script_request() -> Vec<u8> {
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc\r\n".to_vec()
}

#[test]
fn requests_come_one_after_another() {
    let server = server(
        script()
            .send(OK)
            .next_request()
            .send("HTTP/1.1 204 Second\r\n\r\n")
            .next_request()
            .close(),
    );
    let mut client = asking(&server);
    client.read_response("GET");
    client.send(&request("GET", "/2"));
    assert_eq!(client.read_response("GET").status, 204);
    client.send(&request("GET", "/3"));
    assert_eq!(client.read_until_close(), b"");
}

#[test]
fn stray_bytes_follow_a_response() {
    let server = server(script().send(OK).pause(SOON).send("stray"));
    let mut client = asking(&server);
    assert_eq!(client.read_response("GET").body, b"ok");
    assert_eq!(client.pending(), b"");
    assert_eq!(client.read_exact(5), b"stray");
    client.send(&request("GET", "/"));
    assert_eq!(client.read_response("GET").body, b"ok");
}

#[test]
fn a_script_may_come_before_any_request() {
    let (_server, mut client) = from_the_start(script().send("early").pause(SOON));
    assert_eq!(client.read_exact(5), b"early");
    client.send(&request("GET", "/"));
    assert_eq!(client.read_response("GET").body, b"site");

    // A response may come before its request; the site answers later requests.
    let (_server, mut client) = from_the_start(script().send(OK).next_request());
    assert_eq!(client.read_response("GET").body, b"ok");
    for _ in 0..2 {
        client.send(&request("GET", "/"));
    }
    assert_eq!(client.read_response("GET").body, b"site");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);

    let head = Step::WaitFor(Awaited::Head, None);
    let (_server, mut client) = from_the_start(script().step(head).send("a").next_by_site());
    client.send(b"GET / HTTP/1.1\r\n");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.send(b"\r\n");
    assert_eq!(client.read_exact(1), b"a");
    assert_eq!(client.read_response("GET").body, b"site");

    let (_server, mut client) = from_the_start(script().read(3).send("TLS?").close());
    client.send(b"\x16\x03\x01");
    assert_eq!(client.read_until_close(), b"TLS?");
    let (_server, mut client) = from_the_start(script().pause(SOON).reset());
    client.read_until_close();
    assert!(client.was_reset());
}

#[test]
fn the_site_answers_next_site() {
    let plan = script().next_by_site().next_request().close();
    let (_server, mut client) = from_the_start(plan);
    client.send(&request("GET", "/"));
    assert_eq!(client.read_response("GET").body, b"site");
    client.send(&request("GET", "/"));
    assert_eq!(client.read_until_close(), b"");

    let plan = script()
        .next_by_site()
        .pause(SOON)
        .send("stray")
        .next_by_site();
    let (_server, mut client) = from_the_start(plan);
    for _ in 0..2 {
        client.send(&request("GET", "/"));
    }
    assert_eq!(client.read_response("GET").body, b"site");
    assert_eq!(client.read_exact(5), b"stray");
    assert_eq!(client.read_response("GET").body, b"site");
    client.send(&request("GET", "/"));
    assert_eq!(client.read_response("GET").body, b"site", "and so on");
}

#[test]
fn a_script_gets_requests_that_lenient_handlers_do_not() {
    for (fields, body) in [
        ("Content-Length: 2\r\nContent-Length: 3", "abc"),
        ("Content-Length: two", "ab"),
        ("Transfer-Encoding: identity", "abc"),
        ("Host: a b/c\r\nContent-Length: 0", ""),
    ] {
        let bytes = format!("POST / HTTP/1.1\r\n{fields}\r\n\r\n{body}");
        let count = body.len() as u64;
        let server = server(script().read(count).send("raw").close());
        let mut client = Client::connect(server.address());
        client.send(bytes.as_bytes());
        assert_eq!(client.read_until_close(), b"raw", "{fields}");
        let server = self::server(|_: &mut Exchange<'_>| Ok(()));
        let mut client = Client::connect(server.address());
        client.send(bytes.as_bytes());
        assert_eq!(client.read_response("POST").status, 400, "{fields}");
    }
}

#[test]
fn connect_and_asterisk_reach_a_route() {
    let tunnel = script()
        .send("HTTP/1.1 200 Connected\r\n\r\n")
        .read_until("\n")
        .send("after the tunnel")
        .close();
    let server = server(tunnel);
    let mut client = Client::connect(server.address());
    client.send(b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nhello\n");
    client.read_until(b"\r\n\r\n");
    assert_eq!(client.read_until_close(), b"after the tunnel");

    let seen = |exchange: &mut Exchange<'_>| {
        exchange.response.content = exchange.route_match[0].1.to_vec().into();
        Ok(())
    };
    let server = self::server(seen);
    for (request, star) in [
        ("OPTIONS *", "*"),
        ("CONNECT a:443", "a:443"),
        ("GET //x", "/x"),
    ] {
        let mut client = Client::connect(server.address());
        client.send(format!("{request} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        assert_eq!(client.read_response("GET").body, star.as_bytes());
    }
}

#[test]
fn a_script_answers_expectations_itself() {
    let expecting = b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let server = server(script().send(OK));
    let mut client = Client::connect(server.address());
    client.send(expecting);
    let response = client.read_response("PUT");
    assert_eq!((response.status, response.interim.len()), (200, 0));

    let by_itself = |exchange: &mut Exchange<'_>| {
        exchange
            .turn()
            .send_continue(&exchange.request)
            .map_err(|_| Fault::new(500, "gone"))
    };
    let server = self::server(policy::WithPolicy::new(Policy::Raw, Arc::new(by_itself)));
    let mut client = Client::connect(server.address());
    client.send(expecting);
    let response = client.read_response("PUT");
    assert_eq!((response.status, response.interim.len()), (200, 1));
}

#[test]
fn the_times_of_every_step_are_reported() {
    let (says, hears) = mpsc::channel::<Played>();
    let handler = move |exchange: &mut Exchange<'_>| {
        let steps = script().send("a").pause(SOON).send("b").pause(SOON).close();
        says.send(exchange.play(&steps))
            .map_err(|_| Fault::new(500, "no receiver"))
    };
    let server = server(handler);
    assert_eq!(asking(&server).read_until_close(), b"ab");
    let played = hears.recv_timeout(DEADLINE).expect("a report");
    assert_eq!(played.end, End::Completed);
    let asked: Vec<_> = played.timings.iter().map(|timing| timing.asked).collect();
    assert_eq!(asked, [0, 1, 1, 2, 2].map(|pauses| SOON * pauses));
    for timing in played.timings {
        assert!(timing.achieved >= timing.asked, "{timing:?}");
    }
}

/// Each request belongs to the innermost script that reads it; the outer one continues after it.
#[test]
fn a_script_of_the_site_within_a_script() {
    let next = |by| Step::Next(by);
    let inner = script()
        .send("inner 1|")
        .step(next(By::Script))
        .send("inner 2|");
    let outer = script()
        .send("outer 1|")
        .step(next(By::Site))
        .send("outer 2|")
        .close();
    let server = Server::builder()
        .route("*", "*", inner)
        .expect("a good pattern")
        .listener(0, Listening::Connections(Arc::new(outer)))
        .start()
        .expect("a server");
    let address = *server.addresses().last().expect("two addresses");
    let mut client = Client::connect(address);
    assert_eq!(client.read_exact(8), b"outer 1|");
    client.send(&request("GET", "/"));
    assert_eq!(client.read_exact(8), b"inner 1|");
    assert_eq!(client.pending(), b"");
    client.send(&request("GET", "/"));
    assert_eq!(client.read_until_close(), b"inner 2|outer 2|");
}

/// A client may request a script within itself, with more left to send each time.
#[test]
fn scripts_within_scripts_have_the_limits_of_one() {
    let piece = usize::try_from(MAX_BYTES / 3).expect("it fits");
    let script = script()
        .send("begun|")
        .step(Step::Next(By::Site))
        .send(vec![b'.'; piece]);
    let server = server(script);
    let mut client = Client::connect(server.address());
    // The fourth adds to three pieces that have not been sent yet.
    for _ in 0..4 {
        client.send(&request("GET", "/"));
        assert_eq!(client.read_exact(6), b"begun|");
    }
    assert_eq!(client.read_until_close(), b"");
}

#[test]
fn a_script_of_a_client_that_left_ends() {
    let (says, hears) = mpsc::channel::<Played>();
    let handler = move |exchange: &mut Exchange<'_>| {
        let steps = script()
            .pause(DEADLINE * 10)
            .send("late")
            .step(Step::Next(By::Script));
        says.send(exchange.play(&steps))
            .map_err(|_| Fault::new(500, "no receiver"))
    };
    let server = server(handler);
    let client = asking(&server);
    thread::spawn(move || {
        thread::sleep(SOON);
        client.reset();
    });
    let played = hears.recv_timeout(DEADLINE).expect("a report");
    assert_eq!((played.end, played.timings.len()), (End::ClientGone, 1));
}

/// A script from a text in the `.wire` format.
fn parsed(text: &str) -> WireScript {
    WireScript::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_on_timeout_is_played_instead_of_the_end() {
    let text = r#"
repeat 2 {
  wait_for "never" within 1ms
  on timeout send "late " number "\n"
}
read 1 within 60s on timeout send "never"
wait_for head within 1ms
on timeout {
  send "closing"
  close
}
send "never"
"#;
    let server = server(parsed(text));
    let mut client = asking(&server);
    client.send(b"x");
    assert_eq!(client.read_until_close(), b"late 1\nlate 2\nclosing");
    // A client that leaves is no timeout.
    let text = "read 1 within 60s\non timeout set \"late\"\nset \"played\"";
    let server = self::server(parsed(text));
    let mut client = asking(&server);
    client.half_close();
    assert_eq!(client.read_until_close(), b"");
    let events = server.events();
    assert!(!events.is_set("late") && !events.is_set("played"));
}

#[test]
fn a_repetition_has_a_number() {
    let text = r#"
let row = "X-" number ": " number(2) "\r\n"
repeat 2 {
  send "HTTP/1.1 20" number " \r\n" row * 10000 "Content-Length: " length("n" number) "\r\n\r\n"
  send "n" number
  next
}
send chunk(number * 11)
close
"#
    .replace("chunk(number", "chunk((number)");
    let server = server(parsed(&text));
    let mut client = Client::connect(server.address());
    for pass in 1..=2 {
        client.send(&request("GET", "/"));
        let fields: String = (1..=10_000)
            .map(|number| format!("X-{number}: {pass}\r\n"))
            .collect();
        let expected = format!("HTTP/1.1 20{pass} \r\n{fields}Content-Length: 2\r\n\r\nn{pass}");
        let found = client.read_exact(expected.len());
        assert!(found == expected.as_bytes(), "pass {pass}");
    }
    client.send(&request("GET", "/"));
    assert_eq!(client.read_until_close(), b"d\r\n1234567891011\r\n");
}

/// The rest of a repetition is played for the next request, and after the site's own answer.
#[test]
fn a_repetition_goes_on_with_the_next_request() {
    let (server, mut client) = from_the_start(parsed(
        "repeat 3 {\n  repeat 2 {\n    next site\n  }\n  send number \"\\n\"\n}\nclose",
    ));
    for pass in 1..=3 {
        for _ in 0..2 {
            client.send(&request("GET", "/"));
            assert_eq!(client.read_response("GET").body, b"site");
        }
        assert_eq!(client.read_exact(2), format!("{pass}\n").as_bytes());
    }
    assert_eq!(client.read_until_close(), b"");
    drop(server);
}

#[test]
fn conditions_are_about_the_request_that_is_answered() {
    let text = r#"
if field "Expect" contains "100-CONTINUE" send_continue
send "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
if field "Range" {
  unless method "HEAD" send "A: range\r\n"
  else send "A: range of HEAD\r\n"
} else if method "GET" {
  send "A: GET\r\n"
} else send "A: other\r\n"
send "\r\n"
unless method "HEAD" send "ok"
"#;
    let server = server(parsed(text));
    let mut client = Client::connect(server.address());
    for (method, field, expected) in [
        ("GET", "", "GET"),
        ("HEAD", "", "other"),
        ("HEAD", "Range: bytes=0-\r\n", "range of HEAD"),
        ("POST", "range:\r\n", "range"),
        (
            "POST",
            "expect: 100-continue\r\nContent-Length: 1\r\n",
            "other",
        ),
    ] {
        client.send(format!("{method} / HTTP/1.1\r\n{field}\r\n").as_bytes());
        if field.starts_with("expect") {
            assert_eq!(client.read_exact(25), b"HTTP/1.1 100 Continue\r\n\r\n");
            client.send(b"x");
        }
        let response = client.read_response(method);
        assert_eq!(
            response.header("A"),
            Some(expected.as_bytes()),
            "{method} {field}"
        );
        let body: &[u8] = if method == "HEAD" { b"" } else { b"ok" };
        assert_eq!(&response.body[..], body, "{method} {field}");
    }
    // Before a request has been read, no condition holds.
    let text = "if method \"GET\" send \"no\"\nelse send \"early\"\nclose";
    let (_server, mut client) = from_the_start(parsed(text));
    assert_eq!(client.read_until_close(), b"early");
}

/// Sends a request on a new connection and returns the content of the response.
fn answer(server: &Server, method: &str, target: &str) -> String {
    let mut client = Client::connect(server.address());
    client.send(&request(method, target));
    client.read_response(method).text()
}

#[test]
fn the_first_requests_are_counted_by_target() {
    let respond = r#""HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n""#;
    let text = format!(
        "first 2 requests {{
           first 2 requests send {respond} \"f\"
           else send \"counted twice\"
         }}
         else {{
           first 3 requests send {respond} \"t\"
           else send {respond} \"l\"
         }}"
    );
    let text = text.replace("\n         ", "\n");
    let server = server(parsed(&text));
    for _ in 0..2 {
        for (method, target, expected) in [
            ("GET", "/", "f"),
            ("GET", "/", "f"),
            ("GET", "/?other", "f"),
            ("POST", "/", "f"),
            ("GET", "/", "t"),
            ("GET", "/", "l"),
            ("GET", "/?other", "f"),
            ("GET", "/?other", "t"),
        ] {
            assert_eq!(
                answer(&server, method, target),
                expected,
                "{method} {target}"
            );
        }
        server.reset();
    }
    let answers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| answer(&server, "GET", "/at-once")))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("an answer"))
            .collect()
    });
    let count = |answer: &str| answers.iter().filter(|other| *other == answer).count();
    assert_eq!([count("f"), count("t"), count("l")], [2, 1, 5]);
}

#[test]
fn the_first_connections_are_counted() {
    let text = format!("first 1 connection send {OK:?} else send \"later\"\nnext\nclose");
    let (server, mut first) = from_the_start(parsed(&text));
    assert_eq!(first.read_exact(OK.len()), OK.as_bytes());
    let mut second = Client::connect(*server.addresses().last().expect("two addresses"));
    assert_eq!(second.read_exact(5), b"later");

    let text = format!("first 1 connection send {OK:?}\nelse reset");
    let server = self::server(parsed(&text));
    let mut first = asking(&server);
    assert_eq!(first.read_response("GET").body, b"ok");
    assert!(asking(&server).is_reset_within(DEADLINE));
    first.send(&request("GET", "/"));
    assert_eq!(first.read_response("GET").body, b"ok");
}

/// A client can send no more than both kernels keep, as long as the script does not read.
#[test]
fn a_small_receive_buffer_stops_a_client() {
    let sent = |script: WireScript| {
        let server = server(script.send("x").hold());
        let mut client = asking(&server);
        client.read_exact(1);
        // Otherwise most of it would wait in the client's own kernel.
        client.set_send_buffer(4096);
        client.flood(64 << 20, SOON)
    };
    let (default, small) = (sent(script()), sent(script().receive_buffer(2048)));
    assert!(small * 2 < default, "{small} bytes of {default}");
}

/// `file` and `gzip`, in a script of a doc root.
#[test]
fn files_are_sent_as_they_are_when_it_is_played() {
    let large = "0123456789abcdef".repeat(100_000);
    let script = r#"
let body = chunk(file "../{{parameter_or_default(name, large.txt)}}" number)
send "HTTP/1.1 200 OK\r\nX: {{GET[x]}}\r\nContent-Length: " length(body * 2) "\r\n\r\n"
unless method "HEAD" repeat 1 send body * 2
"#;
    let zipped = r#"
let body = gzip(file "/large.txt" "!")
send "HTTP/1.1 200 OK\r\nContent-Length: " length(body) "\r\n\r\n" body
"#;
    let site = support::folder::folder(&[
        ("large.txt", &large),
        ("sub/x.sub.wire", script),
        ("zipped.wire", zipped),
        ("gone.wire", "send \"never\"\nsend file \"gone.txt\""),
    ]);
    std::os::unix::fs::symlink("/etc/passwd", site.path().join("out.txt")).expect("a link");
    let server = server(WireFileHandler::new(Files::below(site.path())));
    let ask = |method: &str, target: &str| {
        let mut client = Client::connect(server.address());
        client.send(&request(method, target));
        client.read_response(method)
    };
    let size = format!("{:x}", large.len() + 1);
    let expected: String = (1..=2)
        .map(|pass| format!("{size}\r\n{large}{pass}\r\n"))
        .collect();
    let response = ask("GET", "/sub/x.sub.wire?x=%ff");
    assert_eq!(response.header("X"), Some(&b"\xff"[..]));
    assert!(response.text() == expected);
    assert_eq!(ask("HEAD", "/sub/x.sub.wire?x=").status, 200);

    let mut unzipped = String::new();
    let body = ask("GET", "/zipped.wire").body;
    flate2::read::GzDecoder::new(&body[..])
        .read_to_string(&mut unzipped)
        .expect("gzip");
    assert!(body.len() < 10_000 && unzipped == format!("{large}!"));

    for (target, expected) in [
        (
            "/gone.wire",
            "gone.wire: cannot open the file `gone.txt`: No such file",
        ),
        (
            "/sub/x.sub.wire?x=&name=../large.txt",
            "expected a file below the root",
        ),
        (
            "/sub/x.sub.wire?x=&name=out.txt",
            "cannot open the file `../out.txt`",
        ),
        (
            "/sub/x.sub.wire",
            "sub/x.sub.wire: template: {{GET[x]}} has no value: the query has no parameter \"x\"",
        ),
    ] {
        let response = ask("GET", target);
        let text = response.text().replace("\\\"", "\"");
        assert_eq!(response.status, 500, "{target}");
        assert!(text.contains(expected), "{target}: {text}");
    }
}

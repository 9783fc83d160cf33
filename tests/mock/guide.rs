use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;
use wireserve::{
    Chunk, Error, Exchange, Fault, Handler, RecordLimits, Response, Server, Site, raw, script,
};

/// The client of this page: sends a request on a new connection and returns all that comes back.
fn ask(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let mut response = Vec::new();
    // Either is an error if the server resets the connection: the first if it has done so already.
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_end(&mut response);
    String::from_utf8_lossy(&response).into_owned()
}

fn get(server: &Server, path: &str) -> String {
    ask(
        server,
        &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    )
}

fn post(server: &Server, path: &str, body: &str) -> String {
    let length = body.len();
    ask(
        server,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ),
    )
}

#[test]
fn the_first_test() {
    let server = Server::start();
    server.get("/hello/{name}", |x| format!("Hello, {}", x.param("name")));
    assert!(get(&server, "/hello/you").ends_with("\r\n\r\nHello, you"));
}

#[test]
fn answers_of_all_kinds() {
    let server = Server::start();
    server.get("/text", |_| "text");
    server.get("/status", |_| 204);
    server.post("/items", |_| (201, "created"));
    server.get("/json", |_| wireserve::json(&[1, 2, 3]));
    server.get("/built", |_| Response::new(302).field("Location", "/text"));
    server.get("/broken", |_| raw("HTTP/1.1 2OO OK\n\n"));
    server.post("/upper", |x| Ok(x.text()?.to_uppercase()));
    assert!(get(&server, "/built").contains("\r\nLocation: /text\r\n"));
    assert_eq!(get(&server, "/broken"), "HTTP/1.1 2OO OK\n\n");
    assert!(post(&server, "/upper", "abc").ends_with("ABC"));
}

#[test]
fn what_did_my_client_send() -> Result<(), Error> {
    let server = Server::start();
    server.post("/cart", |_| 201);
    post(&server, "/cart?dry=yes", r#"{"id": 7}"#);

    let request = server.take_request(Duration::from_secs(5))?;
    assert_eq!((&*request.method(), &*request.path()), ("POST", "/cart"));
    assert_eq!(request.query("dry").as_deref(), Some("yes"));
    assert_eq!(request.field("content-length").as_deref(), Some("9"));
    assert_eq!(request.json::<serde_json::Value>()?["id"], 7);
    assert!(
        request
            .raw_head()
            .starts_with(b"POST /cart?dry=yes HTTP/1.1\r\nHost: ")
    );
    assert!(request.problems().is_empty());
    assert_eq!(server.requests().len(), 1);
    Ok(())
}

#[test]
fn my_client_retries() {
    let server = Server::start();
    server
        .get("/", |_| Response::new(503).field("Retry-After", "0"))
        .times(2)
        .then(|_| "works");
    let mut answers = (0..9).map(|_| get(&server, "/"));
    assert!(answers.any(|answer| answer.ends_with("works")));
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn my_client_connects_again() {
    let server = Server::start();
    server.get("/", |_| "works");
    server.enqueue_connection(script("reset"));
    assert_eq!(get(&server, "/"), "");
    assert!(get(&server, "/").ends_with("works"));
}

#[test]
fn my_client_follows_redirects() {
    let server = Server::start();
    server
        .get("/old", |_| Response::new(301).field("Location", "/new"))
        .expect(1);
    server.get("/new", |_| "here").expect(1);
    let answer = get(&server, "/old");
    let (_, rest) = answer.split_once("Location: ").unwrap();
    let (location, _) = rest.split_once("\r\n").unwrap();
    assert!(get(&server, location).ends_with("here"));
}

#[test]
fn my_client_uploads() -> Result<(), Error> {
    let server = Server::start();
    server.post("/upload", |x| Ok(format!("{} bytes", x.body()?.len())));
    let chunked = "POST /upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert!(ask(&server, chunked).ends_with("5 bytes"));
    let request = server.take_request(Duration::from_secs(5))?;
    assert_eq!(
        (request.text().as_str(), request.body_error()),
        ("abcde", None)
    );
    Ok(())
}

#[test]
fn my_client_reads_while_the_server_writes() {
    let server = Server::start();
    server.get("/stream", |x| {
        x.events().set("asked");
        Response::new(200).stream(
            ["one", "two"]
                .map(Chunk::from)
                .into_iter()
                .flat_map(|chunk| [chunk, Chunk::Pause(Duration::from_millis(5))]),
        )
    });
    assert!(get(&server, "/stream").ends_with("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
    assert!(server.events().is_set("asked"));
}

#[test]
fn my_client_keeps_the_connection() {
    let server = Server::start();
    server.get("/", |_| "kept");
    server.requests_per_connection(2);
    server.idle_limit(Duration::from_secs(5));
    let two = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2);
    assert_eq!(ask(&server, &two).matches("kept").count(), 2);
    let requests = server.requests();
    let places: Vec<_> = requests
        .iter()
        .map(|x| (x.connection(), x.ordinal()))
        .collect();
    assert_eq!(places, [(1, 1), (1, 2)]);
}

#[test]
fn my_client_gives_up_in_time() {
    let server = Server::start();
    server
        .get("/late", |_| "late")
        .delay(Duration::from_millis(50));
    server.get("/slow", |_| "0123456789").bytes_per_second(2000);
    server.get("/cut", |_| vec![b'x'; 1000]).reset_after(100);
    let began = Instant::now();
    assert!(get(&server, "/late").ends_with("late"));
    assert!(began.elapsed() >= Duration::from_millis(50));
    assert!(get(&server, "/slow").ends_with("0123456789"));
    assert_eq!(get(&server, "/cut").len(), 100);
}

#[test]
fn my_client_posts_this_once() {
    let server = Server::start();
    server
        .post("/items", |_| 201)
        .when_json(&json!({"id": 7}))
        .expect(1);
    post(&server, "/items", r#"{"id": 7}"#);
    assert!(server.unmatched().is_empty());
    // Dropping the server verifies the expectation.
}

#[test]
fn my_client_is_async() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Server::start();
        let mut client = tokio::net::TcpStream::connect(server.address())
            .await
            .unwrap();
        client.write_all(b"GET /a HTTP/1.1\r\n\r\n").await.unwrap();
        let request = server
            .take_request_async(Duration::from_secs(5))
            .await
            .unwrap();
        assert_eq!(request.path(), "/a");
    });
}

#[test]
fn a_folder_and_routes() -> Result<(), Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let server = Server::builder()
        .site(Site::new(folder))
        .record(RecordLimits::default())
        .start()?;
    server.get("/index.html", |_| 503).times(1);
    assert!(get(&server, "/index.html").starts_with("HTTP/1.1 503 "));
    assert!(get(&server, "/index.html").starts_with("HTTP/1.1 200 "));
    Ok(())
}

/// Answers the first half of an upload before the second one comes.
struct Impatient;

impl Handler for Impatient {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let call = exchange.call();
        let length = call
            .field("Content-Length")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let half = exchange.read(length / 2)?;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", half.len());
        exchange.send(head)?;
        exchange.pause(Duration::from_millis(5))?;
        exchange.send(half)?;
        Ok(())
    }
}

#[test]
fn a_handler_writes_while_it_reads() -> Result<(), Error> {
    let server = Server::builder()
        .route("PUT", "/{name}", Impatient)?
        .start()?;
    let mut client = TcpStream::connect(server.address())?;
    client
        .write_all(b"PUT /half HTTP/1.1\r\nContent-Length: 8\r\nConnection: close\r\n\r\nfour")?;
    let mut answer = Vec::new();
    client.read_to_end(&mut answer)?; // the other half never comes
    assert!(answer.ends_with(b"\r\n\r\nfour"));
    Ok(())
}

#[cfg(feature = "tls")]
#[test]
fn over_tls() -> Result<(), Box<dyn std::error::Error>> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let server = Server::builder()
        .tls(wireserve::tls::Tls::from_pem(
            chain.as_bytes(),
            key.as_bytes(),
        )?)
        .record(RecordLimits::default())
        .start()?;
    server.get("/", |_| "over TLS");

    // The client of the test trusts this certificate, and no other one.
    let mut trusted = rustls::RootCertStore::empty();
    trusted.add(made.cert.der().clone())?;
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let session = rustls::ClientConnection::new(config.into(), "localhost".try_into()?)?;
    let address = server.tls_address().expect("it has certificates");
    let mut client = rustls::StreamOwned::new(session, TcpStream::connect(address)?);
    client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    client.read_to_string(&mut response)?;
    assert!(response.ends_with("\r\n\r\nover TLS"));
    assert_eq!(server.requests()[0].path(), "/");
    Ok(())
}

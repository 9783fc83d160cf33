use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use wireserve::{Error, Server};

#[test]
fn the_client_tries_again_after_a_truncated_body() -> Result<(), Error> {
    let server = Server::start(); // on 127.0.0.1 and a free port; dropping the server stops it
    server
        .get("/hello/{name}", |x| format!("Hello, {}", x.param("name")))
        .expect(1..=3);
    server
        .get("/hello/*", |_| "0123456789")
        .times(1)
        .reset_after(100);

    // Here your client would request server.url("/hello/you").
    for is_whole in [false, true] {
        let mut client = TcpStream::connect(server.address())?;
        client.write_all(b"GET /hello/you HTTP/1.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        assert_eq!(client.read_to_string(&mut answer).is_ok(), is_whole);
    }
    let request = server.take_request(Duration::from_secs(1))?;
    assert_eq!(
        request.raw_head(),
        b"GET /hello/you HTTP/1.1\r\nConnection: close\r\n\r\n"
    );
    Ok(())
}

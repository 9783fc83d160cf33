use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use wireserve::{Exchange, Server, WireScript};

#[test]
fn the_client_sees_a_truncated_body() -> Result<(), Box<dyn std::error::Error>> {
    let truncated = WireScript::new()
        .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        .pause(Duration::from_millis(50))
        .send("half ")
        .close();
    let server = Server::builder()
        .route("GET", "/truncated", truncated)?
        .route("GET", "/hello/{name}", |exchange: &mut Exchange<'_>| {
            let (_, name) = &exchange.route_match[0];
            exchange.response.content = [b"Hello, ", name.as_slice()].concat().into();
            Ok(())
        })?
        .start()?; // on 127.0.0.1 and a free port; dropping the server stops it

    // Here your client would request server.url("/truncated").
    let mut client = TcpStream::connect(server.address())?;
    client.write_all(b"GET /truncated HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    assert!(answer.ends_with("\r\n\r\nhalf "));
    Ok(())
}

//! What handlers see of requests over HTTPS, and what templates and redirects make of it.

use crate::levers::{Answer, builder};
use crate::support::folder::folder;
use crate::support::tls::{Certificate, NAME, TlsClient};
use wireserve::{Exchange, Server};

#[test]
fn urls_have_the_scheme() {
    fn url(exchange: &mut Exchange<'_>) -> Answer {
        let request = &exchange.request;
        let scheme = request.arrival().scheme;
        exchange.response.content = format!("{scheme} {}", request.url()).into();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = builder([("GET", "*", url as _)]).tls(certificate.tls());
    let server = server.start().unwrap();
    let address = server.tls_address().unwrap();
    assert_eq!(server.tls_url("/x"), Some(format!("https://{address}/x")));
    let mut client = TlsClient::connect(address, certificate.client());
    for (host, expected) in [
        (
            "",
            format!("https https://127.0.0.1:{}/a?b", address.port()),
        ),
        (
            "Host: a.test:444\r\n",
            "https https://a.test:444/a?b".to_owned(),
        ),
    ] {
        client.send(format!("GET /a?b HTTP/1.1\r\n{host}\r\n").as_bytes());
        assert_eq!(client.read_response("GET").text(), expected);
    }
    client.send(b"GET https://b.test/c HTTP/1.1\r\nHost: a.test\r\n\r\n");
    let text = client.read_response("GET").text().to_owned();
    assert_eq!(text, "https https://b.test/c");
}

#[test]
fn templates_have_the_scheme_and_ports() {
    let template =
        "{{location[scheme]}} {{location[server]}} {{ports[https][0]}} {{ports[http][0]}}";
    let folder = folder(&[("a.sub.txt", template), ("below/b.txt", "b")]);
    let certificate = Certificate::default();
    let server = Server::builder()
        .doc_root(folder.path())
        .tls(certificate.tls())
        .start()
        .unwrap();
    let [http, https] = [server.address(), server.tls_address().unwrap()].map(|a| a.port());
    assert_ne!(http, https);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    let host = format!("{NAME}:{https}");
    client.send(format!("GET /a.sub.txt HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
    let expected = format!("https https://{host} {https} {http}");
    assert_eq!(client.read_response("GET").text(), expected);

    client.send(format!("GET /below HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
    let response = client.read_response("GET");
    assert_eq!(response.status, 301);
    let location = response.header("Location").expect("a redirect");
    let location = String::from_utf8_lossy(location);
    assert_eq!(location, format!("https://{host}/below/"));
}

#[test]
fn listeners_without_a_scheme_may_use_tls() {
    let certificate = Certificate::default();
    let server = Server::builder()
        .tls_listener(0, wireserve::Listening::default(), certificate.tls())
        .start()
        .unwrap();
    let [http, https] = server.addresses() else {
        panic!("two addresses");
    };
    assert_eq!(server.tls_address(), Some(*https));
    assert_eq!(server.url("/"), format!("http://{http}/"));
    let mut client = TlsClient::connect(*https, certificate.client());
    assert_eq!(client.ask("GET", "/").status, 404);
}

#[test]
fn a_server_may_have_only_https() {
    let certificate = Certificate::default();
    let server = Server::builder().ports([]).tls_ports([0, 0]);
    let server = server.tls(certificate.tls()).start().unwrap();
    assert_eq!(server.addresses().len(), 2);
    assert_eq!(server.tls_address(), Some(server.address()));
    assert_eq!(server.url("/"), format!("https://{}/", server.address()));
}

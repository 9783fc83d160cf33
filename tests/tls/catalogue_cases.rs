//! The cases of the catalogue whose clients connect over TLS, played from their files: all bytes, and then FIN without
//! close_notify.

use crate::catalogue::{Deed, OVER_TLS, Step, case, folder};
use crate::support::tls::{Certificate, End, TlsClient};
use wireserve::{Server, Site};

#[test]
fn from_their_files() {
    let certificate = Certificate::default();
    let server = Server::builder()
        .site(Site::new(folder()))
        .tls(certificate.tls())
        .start()
        .expect("a free port");
    for id in OVER_TLS {
        let case = case(id);
        let [Step::Send(bytes), Step::Do(Deed::CloseWithoutNotify)] = &case.steps[..] else {
            panic!("{id} has other steps");
        };
        assert!(case.scenario_has("over TLS"), "{id}");
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        client.send(format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", case.file()).as_bytes());
        let (seen, end) = client.read_until_end();
        assert_eq!(
            seen.escape_ascii().to_string(),
            bytes.0.escape_ascii().to_string(),
            "{id}"
        );
        assert_eq!(end, End::Fin, "{id}");
    }
}

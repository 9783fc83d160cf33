//! A client of the control interface.

use std::net::SocketAddr;

use serde_json::{Value, json};
use wireserve::{Control, Server};

use crate::support::client::Client;
use crate::support::response::Response;

/// A control interface, as a client knows it.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

/// A server that keeps transcripts, and its control interface.
pub(crate) fn controlled() -> (Server, Control, Asker) {
    let builder = Server::builder().record(wireserve::RecordLimits::default());
    let server = builder.transcripts().start().expect("a free port");
    let control = server.control().expect("a free port");
    let asker = Asker::of(&control);
    (server, control, asker)
}

impl Asker {
    pub(crate) fn of(control: &Control) -> Self {
        Self {
            address: control.address(),
            token: control.token().to_owned(),
        }
    }

    /// The head of a request, without its empty line.
    pub(crate) fn head(&self, method: &str, target: &str) -> String {
        let Self { address, token } = self;
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n"
        )
    }

    /// The response to a request.
    pub(crate) fn ask(&self, method: &str, target: &str, body: Option<&Value>) -> Response {
        let mut client = Client::connect(self.address);
        self.send(&mut client, method, target, body);
        client.read_response(method)
    }

    pub(crate) fn send(
        &self,
        client: &mut Client,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = self.head(method, target);
        let length = body.len();
        client.send(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes());
    }

    /// The JSON of a response with this status.
    pub(crate) fn json(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
        status: u16,
    ) -> Value {
        let response = self.ask(method, target, body);
        assert_eq!(
            response.status,
            status,
            "{method} {target}: {}",
            response.text()
        );
        match response.body.as_slice() {
            b"" => Value::Null,
            text => serde_json::from_slice(text).expect("JSON"),
        }
    }

    pub(crate) fn get(&self, target: &str) -> Value {
        self.json("GET", target, None, 200)
    }

    /// Does something that has no answer.
    pub(crate) fn tell(&self, method: &str, target: &str) {
        assert_eq!(self.json(method, target, None, 204), Value::Null);
    }

    /// Adds a route with one answer.
    pub(crate) fn route(&self, path: &str, answer: Value) -> Value {
        let route = json!({"path": path, "answers": [answer]});
        self.json("POST", "/v1/routes", Some(&route), 201)
    }

    /// The targets of the requests of a list.
    pub(crate) fn targets(&self, query: &str) -> Vec<String> {
        let list = self.get(&format!("/v1/requests{query}"));
        let requests = list["requests"].as_array().expect("a list");
        let targets = requests.iter().map(|one| one["target"].as_str());
        targets
            .map(|target| target.expect("a target").to_owned())
            .collect()
    }
}

/// Whether a new connection is reset, which may happen before it is known to be open.
pub(crate) fn is_reset(address: SocketAddr) -> bool {
    let Ok(mut client) = Client::try_connect(address) else {
        return true;
    };
    client.read_until_close();
    client.was_reset()
}

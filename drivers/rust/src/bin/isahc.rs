//! isahc under test, which is libcurl: one client.

use isahc::http;
use isahc::{HttpClient, ReadResponseExt as _};
use wireserve_drivers::{Request, Response, chain, drive};

fn main() {
    let client = HttpClient::new().expect("a client");
    drive("isahc 1.8.3", |request: &Request| {
        let failed = |error: &dyn std::error::Error| ("error".to_owned(), chain(error));
        let mut asked = http::Request::builder()
            .method(&*request.method)
            .uri(&*request.url);
        for (name, value) in &request.fields {
            asked = asked.header(name, value);
        }
        let response = match request.content() {
            Some(content) => client.send(asked.body(content).expect("a request")),
            None => client.send(asked.body(()).expect("a request")),
        };
        let mut response = response.map_err(|error| failed(&error))?;
        let fields = response.headers().iter();
        let fields = fields.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        Ok(Response {
            status: response.status().as_u16(),
            reason: None,
            fields: fields.collect(),
            content: response.bytes().map_err(|error| failed(&error))?,
        })
    });
}

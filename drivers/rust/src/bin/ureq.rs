//! ureq under test: one agent. All statuses are results.

use ureq::http;
use wireserve_drivers::{Request, Response, drive};

fn main() {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build()
        .into();
    drive("ureq 3.5.2", |request: &Request| {
        let failed = |error: ureq::Error| ("error".to_owned(), error.to_string());
        let mut asked = http::Request::builder()
            .method(&*request.method)
            .uri(&*request.url);
        for (name, value) in &request.fields {
            asked = asked.header(name, value);
        }
        let response = match request.content() {
            Some(content) => agent.run(asked.body(content).expect("a request")),
            None => agent.run(asked.body(()).expect("a request")),
        };
        let mut response = response.map_err(failed)?;
        let fields = response.headers().iter();
        let fields = fields.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        Ok(Response {
            status: response.status().as_u16(),
            reason: None,
            fields: fields.collect(),
            content: response.body_mut().read_to_vec().map_err(failed)?,
        })
    });
}

//! minreq under test. It has no client: each request connects.

use wireserve_drivers::{Request, Response, drive};

fn main() {
    drive("minreq 2.14.1", |request: &Request| {
        let method = match &*request.method {
            "GET" => minreq::Method::Get,
            "HEAD" => minreq::Method::Head,
            "POST" => minreq::Method::Post,
            "PUT" => minreq::Method::Put,
            "DELETE" => minreq::Method::Delete,
            "CONNECT" => minreq::Method::Connect,
            "OPTIONS" => minreq::Method::Options,
            "TRACE" => minreq::Method::Trace,
            "PATCH" => minreq::Method::Patch,
            other => minreq::Method::Custom(other.to_owned()),
        };
        let mut asked = minreq::Request::new(method, &*request.url);
        for (name, value) in &request.fields {
            asked = asked.with_header(name, value);
        }
        if let Some(content) = request.content() {
            asked = asked.with_body(content);
        }
        let response = asked
            .send()
            .map_err(|error| ("error".to_owned(), error.to_string()))?;
        let fields = response.headers.iter();
        Ok(Response {
            status: u16::try_from(response.status_code).unwrap_or_default(),
            reason: Some(response.reason_phrase.clone()),
            // It decodes fields as UTF-8.
            fields: fields
                .map(|(name, value)| (name.clone(), value.chars().map(latin1).collect()))
                .collect(),
            content: response.as_bytes().to_vec(),
        })
    });
}

fn latin1(character: char) -> u8 {
    u8::try_from(u32::from(character)).unwrap_or(b'?')
}

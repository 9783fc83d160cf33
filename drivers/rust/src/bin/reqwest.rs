//! reqwest under test: one client, which decodes all codings that it can, and follows redirects.

use wireserve_drivers::{Request, Response, chain, drive};

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let client = reqwest::Client::new();
    let ask = |request: &Request| {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).expect("a method");
        let mut asked = client.request(method, &request.url);
        for (name, value) in &request.fields {
            asked = asked.header(name, value);
        }
        if let Some(content) = request.content() {
            asked = asked.body(content);
        }
        if let Some((name, password)) = &request.credentials {
            asked = asked.basic_auth(name, Some(password));
        }
        runtime.block_on(async {
            let failed = |error: reqwest::Error| ("error".to_owned(), chain(&error));
            let response = asked.send().await.map_err(failed)?;
            let fields = response.headers().iter();
            let fields = fields.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
            Ok(Response {
                status: response.status().as_u16(),
                reason: None,
                fields: fields.collect(),
                content: response.bytes().await.map_err(failed)?.to_vec(),
            })
        })
    };
    drive("reqwest 0.13.5", ask);
}

//! hyper under test: hyper-util's pooled client, whose connections are watched between requests.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use wireserve_drivers::{Request, Response, chain, drive};

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let ask = |request: &Request| {
        let mut asked = hyper::Request::builder()
            .method(&*request.method)
            .uri(&*request.url);
        for (name, value) in &request.fields {
            asked = asked.header(name, value);
        }
        let content = Full::<Bytes>::from(request.content().unwrap_or_default());
        let asked = asked
            .body(content)
            .map_err(|error| ("request".to_owned(), error.to_string()))?;
        runtime.block_on(async {
            let failed = |error: &dyn std::error::Error| ("error".to_owned(), chain(error));
            let response = client
                .request(asked)
                .await
                .map_err(|error| failed(&error))?;
            let (head, body) = response.into_parts();
            let reason = head.extensions.get::<hyper::ext::ReasonPhrase>();
            let reason =
                reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
            let fields = head.headers.iter();
            Ok(Response {
                status: head.status.as_u16(),
                reason,
                fields: fields
                    .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                    .collect(),
                content: body
                    .collect()
                    .await
                    .map_err(|error| failed(&error))?
                    .to_bytes()
                    .to_vec(),
            })
        })
    };
    drive("hyper 1.12.0 (hyper-util 0.1.21)", ask);
}

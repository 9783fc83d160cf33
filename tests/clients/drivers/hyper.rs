//! hyper: the pooled client of hyper-util, with its own defaults; one for a case.

use std::error::Error;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::{sleep, timeout};

use super::{ANSWER_WITHIN, BETWEEN_REQUESTS, Case, answer};

type Pool = Client<HttpConnector, Empty<Bytes>>;

/// What hyper does.
pub fn meet(cases: &[Case]) -> Vec<String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let mut outcomes = Vec::new();
            for case in cases {
                outcomes.push(meet_one(case).await);
            }
            outcomes
        })
}

async fn meet_one(case: &Case) -> String {
    let pool = Client::builder(TokioExecutor::new()).build_http();
    let mut outcomes = Vec::new();
    for url in &case.urls {
        if !outcomes.is_empty() {
            sleep(BETWEEN_REQUESTS).await;
        }
        let mut seen = String::new();
        let asked = timeout(ANSWER_WITHIN, ask(&pool, url, &mut seen)).await;
        outcomes.push(match asked {
            Ok(Ok(text)) => seen + &text,
            Ok(Err(error)) => format!("{seen}error {}", innermost(&*error)),
            Err(_) => seen + "hang",
        });
    }
    outcomes.join(", then ")
}

async fn ask(pool: &Pool, url: &str, seen: &mut String) -> Result<String, Box<dyn Error>> {
    let response = pool.get(url.parse()?).await?;
    *seen = format!("{} ", response.status().as_u16());
    let field = response.headers().get("x-t").cloned();
    let body = response.into_body().collect().await?.to_bytes();
    let field = field.map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
    Ok(answer(&body, field.as_deref()))
}

/// What the error is about in the end.
fn innermost<'a>(mut error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

//! The server of the page, on a port of its own. Its paths begin with a token, so that no other site that is open
//! in the browser can post outcomes.

use std::io;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use super::Api;
use super::jobs::Jobs;
use crate::client::protocol;
use crate::embedded::{filled, policy};
use wireserve_core::exchange::Response;
use wireserve_core::mock::{IntoAnswer as _, json as json_response};
use wireserve_core::server::Server;

const HTML: &str = include_str!("index.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Besides its own style and script, the page asks its own server, and opens the frames of cases.
const MORE: &str = "; connect-src 'self'; frame-src http://127.0.0.1:*; frame-ancestors 'none'";

/// Starts the server, and returns the page's URL.
pub(super) fn serve(jobs: &Arc<Jobs>, api: Api) -> io::Result<(Server, String)> {
    let server = Server::builder().ports([0]).start()?;
    let token = Uuid::new_v4().simple();
    let at = |name: &str| format!("/{token}/{name}");
    server.get(&at(""), |_| page());
    let own = Arc::clone(jobs);
    server.post(&at("hello"), move |call| {
        Ok(match protocol::greeting(&call.body()?) {
            Ok(greeting) => {
                own.greet(format!("{} ({})", greeting.client, api.word()));
                fresh(json_response(&json!({"api": api.word()}))).into_answer()
            }
            Err(why) => (400, why).into_answer(),
        })
    });
    let own = Arc::clone(jobs);
    server.get(&at("next"), move |_| fresh(json_response(&own.next())));
    let own = Arc::clone(jobs);
    server.post(&at("outcome"), move |call| {
        own.outcome(call.body()?);
        Ok(json_response(&json!({})))
    });
    let own = Arc::clone(jobs);
    server.get(&at("report"), move |_| own.report().map(html));
    let url = format!("http://{}{}", server.address(), at(""));
    Ok((server, url))
}

fn page() -> Response {
    let values = [("style", STYLE), ("script", SCRIPT)];
    let response = html(filled(HTML, &values));
    response.field("Content-Security-Policy", policy(SCRIPT, STYLE, MORE))
}

fn html(text: String) -> Response {
    let response = Response::new(200).field("Content-Type", "text/html; charset=utf-8");
    fresh(response.content(text))
}

/// Without a copy in the browser's cache.
fn fresh(response: Response) -> Response {
    response.field("Cache-Control", "no-store")
}

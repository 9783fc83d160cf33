//! The live page: what clients do, as it happens, in a browser. It uses the interface as any client does, and loads
//! nothing else.

use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::state::State;
use super::token::Token;

const HTML: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

pub(super) fn show(_: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let nonce = Token::random();
    let nonce = nonce.text();
    let page = HTML.replace("{{nonce}}", nonce);
    let page = page.replace("{{style}}", STYLE);
    // Last, so that nothing in the script is replaced.
    let page = page.replace("{{script}}", SCRIPT);
    // Only the style and the script of the page itself, even if a request could put markup into it.
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    Ok(Reply::Page(policy, page))
}

//! Whether the proxy forwards requests to our origin at all: asked before the suite runs, since a proxy with another
//! address of its origin would answer every case itself.

use std::thread;
use std::time::{Duration, Instant};

use super::asker::{Answer, Asker};
use super::fill::Fill;
use super::mark::Marks;
use super::origin::{Origin, Slot};
use super::run::{Proxy, answering};
use crate::case::halves::{AskStep, Begins};

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// The pause before the proxy is asked again: it may wait until a check finds that its origin is there.
const STEP: Duration = Duration::from_millis(200);

/// The content of the origin's answer.
const CONTENT: &[u8] = b"ready";

/// Asks for a plain response until one comes from the origin.
///
/// # Errors
/// How the proxy answered last, if none has come within the limit.
pub fn wait_until_forwarding(proxy: Proxy, origin: &Origin, limit: Duration) -> Result<(), String> {
    let marks = Marks::new();
    let deadline = Instant::now() + limit;
    loop {
        let mark = marks.next();
        let fill = Fill::new(&mark, &mark, proxy.form, proxy.address, origin.address());
        let slot = Slot::new(answering(CONTENT), Begins::AfterBody, Vec::new());
        origin.expect(&mark, &slot);
        let mut asker = Asker::new(proxy.address);
        let request = fill.bytes(b"GET %T% HTTP/1.1\r\nHost: %H%\r\n\r\n");
        let answer = match asker.connect(ANSWER) {
            Ok(mut line) => {
                line.ask(&[AskStep::Send(request)], ANSWER);
                line.answer("GET", ANSWER)
            }
            Err(_) => Answer::default(),
        };
        origin.forget(&mark);
        let (received, _) = slot.received();
        if !received.is_empty() {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(answer.words());
        }
        thread::sleep(STEP);
    }
}

//! Whether the conditions of a script hold for the request that it answers.

use crate::exchange::counters::Counters;
use crate::exchange::{Request, Turn};
use crate::wire_script::{Condition, Counted};

/// Whether a condition holds. None does before a request has been read.
pub(super) fn holds(condition: &Condition, request: &Request) -> bool {
    match condition {
        Condition::Method(method) => request.method() == method.as_bytes(),
        Condition::Field(name) => request.head().values(name).next().is_some(),
        Condition::FieldContains(name, bytes) => request
            .head()
            .values(name)
            .any(|value| contains(value, bytes)),
    }
}

/// The number of a request, or of its connection, among those like it.
pub(super) fn number(counted: Counted, request: &Request, turn: &Turn, counters: &Counters) -> u64 {
    match counted {
        Counted::Requests => turn.number_among(|| counters.count_request(request)),
        Counted::Connections => counters.count_connection(request),
    }
}

/// Whether a value contains these bytes, in any case.
fn contains(value: &[u8], bytes: &[u8]) -> bool {
    bytes.is_empty()
        || value
            .windows(bytes.len())
            .any(|part| part.eq_ignore_ascii_case(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Arrival;
    use crate::http::head::Head;

    #[test]
    fn conditions_are_about_the_head() {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = b"HEAD / HTTP/1.1\r\nConnection: a\r\nconnection: Upgrade, b\r\n\r\n";
        let head = Head::parse(head.to_vec()).unwrap();
        let request = Request::new(head, (address, address));
        let unread = Request::unread(Arrival::from((address, address)));
        let field = |name: &str| Condition::Field(name.to_owned());
        let contains =
            |bytes: &str| Condition::FieldContains("CONNECTION".to_owned(), bytes.into());
        for (condition, expected) in [
            (Condition::Method("HEAD".to_owned()), true),
            (Condition::Method("head".to_owned()), false),
            (field("Connection"), true),
            (field("Range"), false),
            (contains("upgrade"), true),
            (contains("grade, "), true),
            (contains(""), true),
            (contains("a, upgrade"), false),
            (contains(&"x".repeat(1000)), false),
        ] {
            assert_eq!(holds(&condition, &request), expected, "{condition:?}");
            assert!(!holds(&condition, &unread), "{condition:?}");
        }
    }
}

//! Reason phrases. The table is the reference's (reference §8.1), including obsolete names and missing
//! codes. A missing code has an empty phrase; the space before it is still sent in the status line.

/// Status codes and reason phrases, ordered by code.
pub const REASONS: [(u16, &str); 40] = [
    (100, "Continue"),
    (101, "Switching Protocols"),
    (200, "OK"),
    (201, "Created"),
    (202, "Accepted"),
    (203, "Non-Authoritative Information"),
    (204, "No Content"),
    (205, "Reset Content"),
    (206, "Partial Content"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (304, "Not Modified"),
    (305, "Use Proxy"),
    (307, "Temporary Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Request Entity Too Large"),
    (414, "Request-URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Requested Range Not Satisfiable"),
    (417, "Expectation Failed"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (505, "HTTP Version Not Supported"),
];

/// The default reason phrase of a status code; empty if the table has none.
pub fn reason(code: i64) -> &'static str {
    REASONS
        .iter()
        .find(|(known, _)| i64::from(*known) == code)
        .map_or("", |(_, phrase)| phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obsolete_names_and_missing_codes() {
        assert_eq!(reason(200), "OK");
        assert_eq!(reason(414), "Request-URI Too Long");
        for gap in [0, 103, 226, 308, 418, 431, 511, 999] {
            assert_eq!(reason(gap), "", "{gap}");
        }
    }
}

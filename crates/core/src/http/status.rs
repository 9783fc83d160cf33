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

/// Registered codes that the reference's table lacks (IANA, HTTP Status Code Registry).
const REGISTERED: [(u16, &str); 20] = [
    (102, "Processing"),
    (103, "Early Hints"),
    (207, "Multi-Status"),
    (208, "Already Reported"),
    (226, "IM Used"),
    (308, "Permanent Redirect"),
    (421, "Misdirected Request"),
    (422, "Unprocessable Content"),
    (423, "Locked"),
    (424, "Failed Dependency"),
    (425, "Too Early"),
    (426, "Upgrade Required"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (451, "Unavailable For Legal Reasons"),
    (506, "Variant Also Negotiates"),
    (507, "Insufficient Storage"),
    (508, "Loop Detected"),
    (511, "Network Authentication Required"),
];

/// The registered phrase of a code that the reference's table lacks, for answers that need not be those of the reference.
pub fn registered(code: i64) -> Option<&'static str> {
    let mut known = REGISTERED.iter();
    let known = known.find(|(known, _)| i64::from(*known) == code);
    known.map(|(_, phrase)| *phrase)
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
        assert_eq!(registered(429), Some("Too Many Requests"));
        assert_eq!(registered(999), None);
        assert!(
            REGISTERED
                .iter()
                .all(|(code, _)| reason(i64::from(*code)).is_empty())
        );
    }
}

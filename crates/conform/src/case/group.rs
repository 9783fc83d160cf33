//! The groups of cases.

/// The codes of the groups and their titles, in the order of reports.
pub const GROUPS: [(&str, &str); 32] = [
    ("SL", "status lines"),
    ("HS", "field lines"),
    ("CL", "Content-Length"),
    ("TE", "Transfer-Encoding"),
    ("CH", "chunks"),
    ("TR", "trailer sections"),
    ("IN", "interim responses"),
    (
        "BS",
        "responses without content, and unexpected status codes",
    ),
    ("KA", "connection reuse and closing"),
    ("TM", "timing and segments"),
    ("TX", "truncation and reset"),
    ("CE", "content codings"),
    ("SZ", "sizes"),
    ("SM", "response smuggling and splitting"),
    ("RD", "redirects"),
    ("CK", "cookies"),
    ("OV", "other versions and protocols"),
    ("UP", "upgrades, CONNECT and Expect"),
    ("UL", "uploads"),
    ("AU", "authentication challenges"),
    ("VU", "valid but unusual responses"),
    ("FZ", "fuzzed responses"),
    ("PM", "proxies: what passes unchanged"),
    ("PH", "proxies: hop-by-hop fields"),
    ("PV", "proxies: Via and versions"),
    ("PT", "proxies: OPTIONS, TRACE and CONNECT"),
    ("PB", "proxies: content of requests"),
    ("PR", "proxies: content of responses"),
    ("PQ", "proxies: malformed requests"),
    ("PX", "proxies: invalid responses"),
    ("PI", "proxies: interim responses and Expect"),
    ("PK", "proxies: connections and retries"),
];

/// The title of a group.
pub fn title(code: &str) -> Option<&'static str> {
    let found = GROUPS.iter().find(|(known, _)| *known == code);
    found.map(|(_, title)| *title)
}

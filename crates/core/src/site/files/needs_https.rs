//! Pages of web-platform-tests that need HTTPS have `.https.` in their names. Without it most of their tests fail, so
//! a log line reports where to open them.

use memchr::memmem;

use crate::exchange::Exchange;
use crate::http::scheme::Scheme;

/// Logs a page that needs HTTPS and was requested without.
pub fn report(exchange: &Exchange<'_>) {
    let request = &exchange.request;
    if request.arrival().scheme != Scheme::Http || !is_page_for_https(request.path()) {
        return;
    }
    let hosts = exchange.hosts();
    let port = hosts
        .config("ports")
        .and_then(|ports| ports["https"][0].as_u64());
    let host = hosts.names().browser_host.as_deref();
    if let (Some(port), Some(host)) = (port, host) {
        let path = String::from_utf8_lossy(request.path());
        log::warn!("{path} needs HTTPS, according to its name: open https://{host}:{port}{path}");
    }
}

fn is_page_for_https(path: &[u8]) -> bool {
    memmem::find(path, b".https.").is_some() && path.ends_with(b"html")
}

#[cfg(test)]
mod tests {
    use super::is_page_for_https;

    #[test]
    fn names() {
        for (path, expected) in [
            ("/a.https.html", true),
            ("/b/a.https.any.worker.html", true),
            ("/a.https.sub.xhtml", true),
            ("/a.https.any.js", false),
            ("/a.html", false),
            ("/https.html", false),
        ] {
            assert_eq!(is_page_for_https(path.as_bytes()), expected, "{path}");
        }
    }
}

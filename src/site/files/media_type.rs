//! Media types by the last extension of a name, which is case-sensitive, as in the reference's
//! table (reference §7.3). No charset is added: many tests depend on the one that a browser
//! assumes.

use std::path::Path;

/// The media type for all other extensions.
pub const DEFAULT: &str = "application/octet-stream";

/// Extensions and media types, sorted by extension.
pub const TYPES: [(&str, &str); 32] = [
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("css", "text/css"),
    ("event_stream", "text/event-stream"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("manifest", "text/cache-manifest"),
    ("md", "text/plain"),
    ("mjs", "text/javascript"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("vtt", "text/vtt"),
    ("wasm", "application/wasm"),
    ("wav", "audio/x-wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("xht", "application/xhtml+xml"),
    ("xhtm", "application/xhtml+xml"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "application/xml"),
    ("xpi", "application/x-xpinstall"),
];

/// The media type for a file's name.
pub fn of(path: &Path) -> &'static str {
    path.extension()
        .and_then(|extension| extension.to_str())
        .and_then(|extension| {
            TYPES
                .binary_search_by_key(&extension, |(known, _)| known)
                .ok()
        })
        .map_or(DEFAULT, |index| TYPES[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_last_extension() {
        assert!(TYPES.is_sorted_by_key(|(extension, _)| *extension));
        for (name, media_type) in [
            ("a.html", "text/html"),
            ("a.sub.js", "text/javascript"),
            ("a.tar.xpi", "application/x-xpinstall"),
            ("a.HTML", DEFAULT),
            ("a.ogg", DEFAULT),
            ("html", DEFAULT),
            (".html", DEFAULT),
            ("a.", DEFAULT),
        ] {
            assert_eq!(of(Path::new(name)), media_type, "{name}");
        }
    }
}

//! Media types by the last extension of a name, which is case-sensitive, as in the reference's
//! table (reference §7.3). No charset is added: many tests depend on the one that a browser
//! assumes.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The media type for all other extensions.
pub const DEFAULT: &str = "application/octet-stream";

/// Extensions and media types, sorted by extension.
pub const TYPES: [(&str, &str); 33] = [
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
    ("jxl", "image/jxl"),
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
    let known = extension(path.as_os_str().as_bytes()).and_then(|extension| {
        let row = TYPES.binary_search_by(|(known, _)| known.as_bytes().cmp(extension));
        row.ok()
    });
    known.map_or(DEFAULT, |row| TYPES[row].1)
}

/// What follows the last dot of a name, unless the name begins there. This is faster than
/// [`Path::extension`], which parses all components.
fn extension(path: &[u8]) -> Option<&[u8]> {
    let dot = memchr::memrchr(b'.', path)?;
    let extension = &path[dot + 1..];
    let begins = dot == 0 || path[dot - 1] == b'/';
    (!begins && !extension.contains(&b'/')).then_some(extension)
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
            ("a.jxl", "image/jxl"),
            ("a.tar.xpi", "application/x-xpinstall"),
            ("a.HTML", DEFAULT),
            ("a.ogg", DEFAULT),
            ("html", DEFAULT),
            (".html", DEFAULT),
            ("a.", DEFAULT),
            ("a.html/b", DEFAULT),
            ("a/.html", DEFAULT),
            ("a.b/c.html", "text/html"),
        ] {
            assert_eq!(of(Path::new(name)), media_type, "{name}");
        }
    }
}

//! The pages that the server makes itself: escaping, and what all of them have in common. They use the
//! colours of `examples/`, fit small screens and dark mode, and load nothing.

use std::fmt::Write as _;

use super::{latin1, percent};

/// The style that all pages share; a page adds its own.
const STYLE: &str = include_str!("style.css");

/// The beginning of a page, up to its content. `title` is text, `style` is CSS.
pub fn beginning(title: &str, style: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n"
    )
}

/// Escapes text for HTML, as Python's `html.escape` does.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            character => escaped.push(character),
        }
    }
    escaped
}

/// Links to all folders above the last segment of a path, and that segment.
pub fn breadcrumb(url_path: &[u8]) -> String {
    let mut line = String::from("<nav aria-label=\"Path\"><a class=\"up\" href=\"/\">doc root</a>");
    let mut link = String::from("/");
    let mut segments = segments(url_path).peekable();
    while let Some(segment) = segments.next() {
        let name = escaped(&String::from_utf8_lossy(&percent::decode_path(segment)));
        // Writing to a string cannot fail.
        let _ = match segments.peek() {
            Some(_) => {
                // Browsers take a backslash for a slash, and two slashes for another host.
                link.push_str(&latin1::decode(segment).replace('\\', "%5C"));
                link.push('/');
                write!(
                    line,
                    " <a class=\"up\" href=\"{}\">{name}</a>",
                    escaped(&link)
                )
            }
            None => write!(line, " <b>{name}</b>"),
        };
    }
    line.push_str("</nav>\n");
    line
}

/// The segments of a path that name something.
fn segments(url_path: &[u8]) -> impl Iterator<Item = &[u8]> {
    url_path
        .split(|&byte| byte == b'/')
        .filter(|segment| !segment.is_empty() && *segment != b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breadcrumbs() {
        let up = |links: &[(&str, &str)]| {
            let links = links
                .iter()
                .map(|(link, name)| format!(" <a class=\"up\" href=\"{link}\">{name}</a>"));
            links.collect::<String>()
        };
        for (path, expected) in [
            ("/", String::new()),
            ("", String::new()),
            ("/a/", " <b>a</b>".into()),
            ("/a/b", up(&[("/a/", "a")]) + " <b>b</b>"),
            (
                "//a/./b%20c//d",
                up(&[("/a/", "a"), ("/a/b%20c/", "b c")]) + " <b>d</b>",
            ),
            (
                "/\\a.test/b",
                up(&[("/%5Ca.test/", "\\a.test")]) + " <b>b</b>",
            ),
            (
                "/<'&\"%3Cb%3E/%FF",
                up(&[(
                    "/&lt;&#x27;&amp;&quot;%3Cb%3E/",
                    "&lt;&#x27;&amp;&quot;&lt;b&gt;",
                )]) + " <b>\u{fffd}</b>",
            ),
        ] {
            let line = breadcrumb(path.as_bytes());
            let start = "<nav aria-label=\"Path\"><a class=\"up\" href=\"/\">doc root</a>";
            assert_eq!(line, format!("{start}{expected}</nav>\n"), "{path}");
        }
    }
}

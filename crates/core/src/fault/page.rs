//! A fault as a page, for a browser that shows it to a person: the status, what was looked for, or the
//! exception with the script's line and the traceback. The page has no script and loads nothing.

use std::fmt::Write as _;
use std::path::Path;

use crate::http::status;
use crate::text::html::{beginning, breadcrumb, escaped};
use crate::text::latin1;

use super::{Background, Failed, Fault, Line};

/// What a client asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The target, as sent.
    pub target: &'a [u8],
    /// The path of the target, still encoded.
    pub path: &'a [u8],
}

impl Fault {
    /// The content of the response as a page, in UTF-8.
    #[doc(hidden)]
    pub fn page(&self, asked: Asked<'_>) -> String {
        let reason = status::reason(self.status);
        let title = format!("{} {reason}", self.status);
        let mut page = beginning(title.trim_end(), STYLE);
        page.push_str(&breadcrumb(asked.path));
        let (method, target) = (latin1::decode(asked.method), latin1::decode(asked.target));
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "<h1><span class=\"bad\">{}</span> {reason}</h1>",
            self.status
        );
        let request = escaped(&format!("{method} {target}"));
        let _ = writeln!(page, "<div class=\"sheet\">\n<p><code>{request}</code></p>");
        match &self.background {
            Background::NoRoute => {
                page.push_str("<p>No route takes this method and path.</p>\n");
                self.append_message(&mut page);
            }
            Background::NoFile(name) if !name.as_os_str().is_empty() && name.is_relative() => {
                let name = escaped(&name.to_string_lossy());
                let _ = writeln!(
                    page,
                    "<p>There is no <code>{name}</code> in the doc root.</p>"
                );
            }
            Background::Script(failed) => self.append_failure(&mut page, failed),
            _ => self.append_message(&mut page),
        }
        page.push_str("</div>\n");
        page
    }

    /// The message, unless it only repeats the status.
    fn append_message(&self, page: &mut String) {
        if !self.message.is_empty() && self.message != self.status.to_string() {
            let _ = writeln!(page, "<pre>{}</pre>", escaped(self.message.trim_end()));
        }
    }

    fn append_failure(&self, page: &mut String, failed: &Failed) {
        let text = failed.traceback.as_deref().unwrap_or(&self.message);
        let Some(traceback) = Traceback::find(text) else {
            return self.append_message(page);
        };
        let _ = writeln!(
            page,
            "<p class=\"bad\"><code>{}</code></p>",
            escaped(traceback.exception)
        );
        let line = failed.line.clone();
        if let Some(line) = line.or_else(|| traceback.line_of(&failed.script)) {
            let (file, source) = (escaped(&line.file), escaped(line.source.trim()));
            let _ = writeln!(
                page,
                "<p>in <code>{file}</code>, line {}:</p>\n<pre class=\"line\">{source}</pre>",
                line.number
            );
        }
        let _ = writeln!(
            page,
            "<details open>\n<summary>Traceback</summary>\n<pre>{}</pre>\n</details>",
            escaped(text.trim_end())
        );
    }
}

const STYLE: &str = "\
.bad { color: var(--bad); }
p { margin: .7rem 0; }
pre { margin: .7rem 0; overflow-x: auto; line-height: 1.5; tab-size: 4; white-space: pre-wrap; }
.line { padding: .5rem .8rem; border-left: .25rem solid var(--bad); background: var(--page); }
summary { color: var(--quiet); cursor: pointer; }
";

/// The parts of the text that `server_error` in `wptserve.response` makes: frames, indented by four,
/// and the exception, indented by two.
struct Traceback<'t> {
    frames: &'t str,
    exception: &'t str,
}

impl<'t> Traceback<'t> {
    fn find(text: &'t str) -> Option<Self> {
        let (_, frames) = text.split_once(START)?;
        let mut at = 0;
        for line in frames.split_inclusive('\n') {
            if line.starts_with("  ") && !line.starts_with("   ") {
                let (frames, exception) = frames.split_at(at);
                return Some(Self {
                    frames,
                    exception: exception.trim(),
                });
            }
            at += line.len();
        }
        None
    }

    /// The line of the last frame in this file.
    fn line_of(&self, script: &Path) -> Option<Line> {
        let file = script.to_str()?;
        let start = format!("    File \"{file}\", line ");
        let mut lines = self.frames.lines();
        let mut found = None;
        while let Some(line) = lines.next() {
            if let Some(rest) = line.strip_prefix(&start) {
                let number = rest
                    .split(',')
                    .next()
                    .and_then(|number| number.parse().ok());
                found = number.zip(lines.next());
            }
        }
        let (number, source) = found?;
        Some(Line {
            file: file.to_owned(),
            number,
            source: source.to_owned(),
        })
    }
}

const START: &str = "Traceback (most recent call last):\n";

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'_> = Asked {
        method: b"GET",
        target: b"/a/<b>?c",
        path: b"/a/<b>",
    };

    /// What follows the heading, without the frame of every page.
    fn content(fault: &Fault) -> String {
        let page = fault.page(ASKED);
        let start = "<div class=\"sheet\">\n<p><code>GET /a/&lt;b&gt;?c</code></p>\n";
        let (_, content) = page.split_once(start).expect(&page);
        content.strip_suffix("</div>\n").expect(&page).to_owned()
    }

    #[test]
    fn what_was_looked_for() {
        for (fault, expected) in [
            (
                Fault::no_route(),
                "<p>No route takes this method and path.</p>\n",
            ),
            (
                Fault::no_file(Path::new("a/<b>")),
                "<p>There is no <code>a/&lt;b&gt;</code> in the doc root.</p>\n",
            ),
            (Fault::no_file(Path::new("/root")), ""),
            (Fault::no_file(Path::new("")), ""),
            (Fault::not_found(), ""),
            (Fault::new(403, ""), ""),
            (Fault::new(400, "bad <x>\n"), "<pre>bad &lt;x&gt;</pre>\n"),
        ] {
            assert_eq!(content(&fault), expected, "{fault}");
        }
    }

    #[test]
    fn the_status_is_the_title_and_the_heading() {
        for (status, title, heading) in [
            (
                404,
                "404 Not Found",
                "<span class=\"bad\">404</span> Not Found",
            ),
            (799, "799", "<span class=\"bad\">799</span> "),
        ] {
            let page = Fault::new(status, "").page(ASKED);
            assert!(page.contains(&format!("<title>{title}</title>")), "{page}");
            assert!(page.contains(&format!("<h1>{heading}</h1>")), "{page}");
        }
    }

    #[test]
    fn the_line_of_the_script() {
        let message = "Internal server error loading http://a/b:\n  Traceback (most recent call last):\n    \
            File \"/site/a.py\", line 3, in main\n    return <one>()\n           ^^^^^\n\n    \
            File \"/site/lib.py\", line 9, in one\n    raise ValueError\n  ValueError: two\n  lines\n";
        let fault = Fault::new(500, message).of_script(Path::new("/site/a.py"));
        let shown = content(&fault);
        let expected = "<p class=\"bad\"><code>ValueError: two\n  lines</code></p>\n\
             <p>in <code>/site/a.py</code>, line 3:</p>\n<pre class=\"line\">return &lt;one&gt;()</pre>\n\
             <details open>\n<summary>Traceback</summary>\n<pre>Internal server error loading";
        assert!(shown.starts_with(expected), "{shown}");
        let elsewhere = Fault::new(500, message).of_script(Path::new("/site/b.py"));
        assert!(!content(&elsewhere).contains("class=\"line\""));
    }

    #[test]
    fn a_line_that_does_not_compile_and_a_traceback_beside_the_message() {
        let line = Line {
            file: "/site/a.py".into(),
            number: 7,
            source: "  def <\n".into(),
        };
        let traceback = "Traceback (most recent call last):\n  SyntaxError: invalid syntax\n";
        let fault = Fault::not_found()
            .of_script(Path::new("/site/a.py"))
            .with_traceback(traceback.into())
            .at_line(line);
        let expected = "<p class=\"bad\"><code>SyntaxError: invalid syntax</code></p>\n\
             <p>in <code>/site/a.py</code>, line 7:</p>\n<pre class=\"line\">def &lt;</pre>\n";
        assert!(content(&fault).starts_with(expected), "{}", content(&fault));
        let plain = Fault::new(500, "No main function").of_script(Path::new("/site/a.py"));
        assert_eq!(content(&plain), "<pre>No main function</pre>\n");
    }
}

//! A script in every HTML page, before the page's own content, as `wpt serve --inject-script` has it:
//! for polyfills, which must run before everything else. The element removes itself, so that a page
//! finds its document as it was written.
//!
//! The script is not inserted where that would break something: into ranges, compressed content,
//! pages in UTF-16, and content that is generated while it is sent. Nor is it inserted into a page
//! that has a parse error before its content, or no content, as in `wpt serve`.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use html5gum::{DefaultEmitter, Token, Tokenizer};

use crate::exchange::{Content, Exchange, Handler, Request, Requirements, Response};
use crate::fault::Fault;
use crate::pipes::MAX_WHOLE;

/// The element that runs a script.
#[derive(Debug)]
pub struct InjectedScript(Vec<u8>);

impl InjectedScript {
    /// Reads the script from a file.
    ///
    /// # Errors
    /// When the file cannot be read, or contains the end of a script element.
    pub fn read(file: &Path) -> io::Result<Arc<Self>> {
        let script = fs::read(file)?;
        let lower = script.to_ascii_lowercase();
        if memchr::memmem::find(&lower, b"</script").is_some() {
            let reason = "expected a script that can be part of a page, found `</script` in it";
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        let element = [b"<script>\n", script.as_slice(), REMOVE].concat();
        Ok(Arc::new(Self(element)))
    }

    /// Inserts the element into a response, if it is a page.
    fn inject(&self, response: &mut Response) {
        let fields = &response.headers;
        let is_page = fields.first(b"Content-Type").is_some_and(is_html);
        if !is_page || fields.contains(b"Content-Range") || fields.contains(b"Content-Encoding") {
            return;
        }
        let page = match std::mem::take(&mut response.content) {
            Content::Bytes(page) => page,
            Content::File(file, length) if length <= MAX_WHOLE => {
                match read(&file, length) {
                    Ok(page) => page,
                    // Sending it reports the error.
                    Err(_) => {
                        response.content = Content::File(file, length);
                        return;
                    }
                }
            }
            other => {
                response.content = other;
                return;
            }
        };
        let page = match content_start(&page) {
            Some(at) => [&page[..at], &self.0, &page[at..]].concat(),
            None => page,
        };
        let fields = &mut response.headers;
        if fields.contains(b"Content-Length") {
            fields.set("Content-Length", page.len().to_string());
        }
        // They are those of the file.
        fields.remove(b"ETag");
        fields.remove(b"Last-Modified");
        response.content = Content::Bytes(page);
    }
}

/// Follows the script; a comment without a line end in the script ends before it.
const REMOVE: &[u8] = b"\ndocument.currentScript.remove();\n</script>\n";

/// A handler whose pages get a script.
#[doc(hidden)]
pub struct WithScript {
    script: Arc<InjectedScript>,
    handler: Arc<dyn Handler>,
}

impl WithScript {
    /// This handler with this script.
    pub fn new(script: Arc<InjectedScript>, handler: Arc<dyn Handler>) -> Self {
        Self { script, handler }
    }
}

impl Handler for WithScript {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        self.handler.handle(exchange)?;
        self.script.inject(&mut exchange.response);
        Ok(())
    }

    fn serves(&self, request: &Request) -> bool {
        self.handler.serves(request)
    }

    fn requirements(&self) -> Requirements {
        self.handler.requirements()
    }
}

/// The content of a file from its current position.
fn read(file: &fs::File, length: u64) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let count = file.take(length).read_to_end(&mut page)?;
    match count as u64 == length {
        true => Ok(page),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Whether a media type is `text/html`, in an encoding in which ASCII is ASCII.
fn is_html(media_type: &[u8]) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    let end = memchr::memchr(b';', &media_type).unwrap_or(media_type.len());
    media_type[..end].trim_ascii() == b"text/html"
        && memchr::memmem::find(&media_type[end..], b"utf-16").is_none()
}

/// Where the content of a page begins: after the doctype, comments, white space and the tags `html`
/// and `head`, as far as the page begins with them.
fn content_start(page: &[u8]) -> Option<usize> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    if page.starts_with(b"\xfe\xff") || page.starts_with(b"\xff\xfe") {
        return None;
    }
    let skipped = if page.starts_with(BOM) { BOM.len() } else { 0 };
    let page = &page[skipped..];
    let mut start = 0;
    for token in Tokenizer::new_with_emitter(page, DefaultEmitter::<usize>::new_with_span()) {
        let Ok(token) = token;
        start = match token {
            Token::StartTag(tag) if matches!(tag.name.as_slice(), b"html" | b"head") => {
                tag.span.end
            }
            Token::Comment(comment) => comment.span.end,
            Token::Doctype(doctype) => doctype.span.end,
            Token::String(text) => {
                let source = &page[text.span.start..text.span.end];
                let blank = source.iter().take_while(|byte| byte.is_ascii_whitespace());
                let blank = blank.count();
                match blank == source.len() {
                    true => text.span.end,
                    false => return Some(skipped + text.span.start + blank),
                }
            }
            Token::StartTag(_) | Token::EndTag(_) => return Some(skipped + start),
            Token::Error(_) => return None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_content_begins() {
        // The place is marked with `|`; without it there is none.
        for page in [
            "<!DOCTYPE html>\n<html>\n <head lang=en>\n |<script src=x></script></head>",
            "<!doctype html>\n|<div></div>",
            "|<div></div>",
            "|text",
            " |text",
            "<!-- a > b --> |text<head>",
            "<!doctype html>\n<meta charset=utf-8>"
                .replace("<meta", "|<meta")
                .as_str(),
            "<HTML><HEAD>|</HEAD>",
            "<head>|<title>a</title>",
            "|&lt;html>",
            "\u{feff}<!doctype html>|<p>",
            "<html>|\u{feff}<p>",
            "",
            "<!doctype html>\n<!-- nothing else -->",
            "<!--<!-- --><div></div>",
            "<html a a><p>",
        ] {
            let expected = page.find('|');
            let page = page.replace('|', "");
            assert_eq!(content_start(page.as_bytes()), expected, "{page:?}");
        }
        assert_eq!(content_start(b"\xff\xfe<\0p\0>\0"), None);
    }

    #[test]
    fn media_types() {
        for (media_type, expected) in [
            ("text/html", true),
            ("Text/HTML ; charset=UTF-8", true),
            ("text/html;charset=utf-16le", false),
            ("text/htmlx", false),
            ("application/xhtml+xml", false),
            ("", false),
        ] {
            assert_eq!(is_html(media_type.as_bytes()), expected, "{media_type}");
        }
    }
}

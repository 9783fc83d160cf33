//! Values of expressions, and what can be done with each kind. Indexing follows Python: negative numbers
//! count from the end, an item of bytes is a number, an item of text is a character.

use std::fmt;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::Wrong;
use super::tokens::Index;

/// The value of a name, or of something in it.
#[derive(Clone, Debug)]
pub enum Value<'e> {
    /// Text of the server or of the template itself.
    Text(String),
    /// Bytes that the client sent, or a digest; shown as UTF-8.
    Bytes(Vec<u8>),
    /// A number.
    Number(i128),
    /// Shown as Python shows it.
    Truth(bool),
    /// Items by number.
    List(&'e [Json]),
    /// Items by key.
    Map(&'e Map<String, Json>),
    /// A function.
    Function(Function),
    /// Something else that can be indexed.
    Object(Rc<dyn Object<'e> + 'e>),
    /// Null, or a number that is not whole.
    Nothing,
}

/// A function that templates may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `uuid()`.
    Uuid,
    /// `file_hash(algorithm, path)`.
    FileHash,
    /// `fs_path(path)`.
    FsPath,
    /// `header_or_default(name, default)`.
    HeaderOrDefault,
    /// `parameter_or_default(name, default)`.
    ParameterOrDefault,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "uuid" => Some(Self::Uuid),
            "file_hash" => Some(Self::FileHash),
            "fs_path" => Some(Self::FsPath),
            "header_or_default" => Some(Self::HeaderOrDefault),
            "parameter_or_default" => Some(Self::ParameterOrDefault),
            _ => None,
        }
    }
}

/// A value that can be indexed and cannot be shown.
pub trait Object<'e>: fmt::Debug {
    /// The item at an index.
    ///
    /// # Errors
    /// There is no such item.
    fn item(&self, index: &Index) -> Result<Value<'e>, Wrong>;
}

impl<'e> Value<'e> {
    /// The item at an index.
    pub(super) fn item(&self, index: &Index) -> Result<Self, Wrong> {
        let found = match (self, index) {
            (Self::Text(text), Index::Number(number)) => {
                let place = place(*number, text.chars().count());
                let character = place.and_then(|place| text.chars().nth(place));
                character.map(|character| Self::Text(character.to_string()))
            }
            (Self::Bytes(bytes), Index::Number(number)) => {
                let place = place(*number, bytes.len());
                place.map(|place| Self::Number(bytes[place].into()))
            }
            (Self::List(items), Index::Number(number)) => {
                let place = place(*number, items.len());
                place.map(|place| Self::from(&items[place]))
            }
            (Self::Map(map), Index::Key(key)) => map.get(key).map(Self::from),
            (Self::Object(object), index) => return object.item(index),
            (Self::Map(_), Index::Number(_)) => None,
            _ => return Err(Wrong::NotIndexed),
        };
        found.ok_or_else(|| Wrong::no_item(index))
    }

    /// Whether it is a text or bytes, and empty.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            _ => false,
        }
    }

    /// The bytes that take the place of an expression, where they need not be UTF-8.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Wrong> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            other => other.text().map(String::into_bytes),
        }
    }

    /// The text that takes the place of an expression.
    pub(super) fn text(&self) -> Result<String, Wrong> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Bytes(bytes) => String::from_utf8(bytes.clone()).map_err(|_| Wrong::BadBytes),
            Self::Number(number) => Ok(number.to_string()),
            Self::Truth(true) => Ok("True".to_owned()),
            Self::Truth(false) => Ok("False".to_owned()),
            _ => Err(Wrong::NotText),
        }
    }
}

impl<'e> From<&'e Json> for Value<'e> {
    fn from(json: &'e Json) -> Self {
        match json {
            Json::Null => Self::Nothing,
            Json::Bool(truth) => Self::Truth(*truth),
            Json::Number(number) => number
                .as_i64()
                .map(i128::from)
                .or_else(|| number.as_u64().map(i128::from))
                .map_or(Self::Nothing, Self::Number),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::List(items),
            Json::Object(map) => Self::Map(map),
        }
    }
}

/// The position of an item in a sequence of this length.
fn place(number: i128, length: usize) -> Option<usize> {
    let number = if number < 0 {
        number.saturating_add(length as i128)
    } else {
        number
    };
    let place = usize::try_from(number).ok()?;
    (place < length).then_some(place)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::exchange::{Mount, Request};
    use crate::hosts::{Hosts, Names};
    use crate::http::head::Head;
    use crate::pipes::Context;
    use crate::pipes::template::evaluate::{self, Variables};
    use std::path::Path;

    /// A request to a server with many names.
    pub(crate) struct Fixture {
        pub(crate) request: Request,
        pub(crate) hosts: Hosts,
        pub(crate) mount: Mount,
    }

    impl Fixture {
        pub(crate) fn new(head: &str) -> Self {
            Self::mounted(head, Mount::top(Path::new("/www")))
        }

        pub(crate) fn mounted(head: &str, mount: Mount) -> Self {
            let names = Names {
                browser_host: Some("a.test".to_owned()),
                alternate_hosts: vec![("alt".to_owned(), "b.test".to_owned())],
                subdomains: vec!["www".to_owned(), "天気の良い日".to_owned()],
                not_subdomains: vec!["nonexistent".to_owned()],
                ports: vec![("https".to_owned(), vec![8443, 8444])],
                ..Names::default()
            };
            let address = "127.0.0.1:80".parse().unwrap();
            let head = Head::parse(head.as_bytes().to_vec()).unwrap();
            Self {
                request: Request::new(head, (address, address)),
                hosts: Hosts::new(names, &[address], mount.root()),
                mount,
            }
        }

        pub(crate) fn context(&self) -> Context<'_> {
            Context {
                request: &self.request,
                hosts: &self.hosts,
                mount: &self.mount,
                missing: crate::pipes::Missing::Empty,
                turn: None,
            }
        }

        pub(crate) fn text(&self, expression: &str) -> Result<String, Wrong> {
            let mut variables = Variables::default();
            evaluate::text(expression.as_bytes(), &mut variables, &self.context())
        }
    }

    #[test]
    #[cfg(feature = "wpt")]
    fn values() {
        let fixture = Fixture::new(
            "GET /a/b?x=1&x=2&%e9=%c3%a9&5=6&+=p HTTP/1.1\r\n\
            Host: A.test:81\r\nX-A: a\r\nx-a: b\r\nX-A: c\r\n5: 6\r\n\r\n",
        );
        for (expression, value) in [
            ("host", "a.test"),
            ("browser_host", "a.test"),
            ("server_host", "a.test"),
            ("host[0]", "a"),
            ("host[-1]", "t"),
            ("domains[]", "a.test"),
            ("domains[www]", "www.a.test"),
            ("domains[天気の良い日]", "xn--n8j6ds53lwwkrqhv28a.a.test"),
            ("domains[nonexistent]", "nonexistent.a.test"),
            ("hosts[][www]", "www.a.test"),
            ("hosts[alt][]", "b.test"),
            ("hosts[alt][nonexistent]", "nonexistent.b.test"),
            ("all_domains[alt][www]", "www.b.test"),
            ("ports[http][0]", "80"),
            ("ports[https][1]", "8444"),
            ("ports[https][-2]", "8443"),
            ("subdomains[0]", "www"),
            ("check_subdomains", "True"),
            ("doc_root", "/www"),
            ("paths[doc_root]", "/www"),
            ("url_base", "/"),
            ("headers[x-A]", "a, b, c"),
            ("headers[X-A][0]", "97"),
            ("headers[X-A][-1]", "99"),
            ("GET[x]", "1"),
            ("GET[x][0]", "49"),
            ("GET[é]", "é"),
            ("GET[nothing]", ""),
            ("GET[ ]", "p"),
            // A number is never a name.
            ("GET[5]", ""),
            ("location[host]", "a.test:81"),
            ("location[path]", "/a/b"),
            ("location[port]", "81"),
            ("header_or_default(X-A, d)", "a, b, c"),
            ("header_or_default(X-B, d)", "d"),
        ] {
            assert_eq!(
                fixture.text(expression).as_deref(),
                Ok(value),
                "{expression}"
            );
        }
        let no_item = |index: &str| Wrong::NoItem(index.to_owned());
        let undefined = |name: &str| Wrong::Undefined(name.to_owned());
        for (expression, wrong) in [
            ("ham", undefined("ham")),
            ("HOST", undefined("HOST")),
            ("__name__", undefined("__name__")),
            ("supported_algorithms", undefined("supported_algorithms")),
            ("host[6]", no_item("6")),
            ("host[-7]", no_item("-7")),
            ("host[a]", Wrong::NotIndexed),
            ("host()", Wrong::NotCalled),
            ("domains[ham]", no_item("ham")),
            ("domains[0]", no_item("0")),
            ("domains", Wrong::NotText),
            ("ports", Wrong::NotText),
            ("ports[http]", Wrong::NotText),
            ("ports[http][1]", no_item("1")),
            ("ports[http][a]", Wrong::NotIndexed),
            ("ports[http][0][0]", Wrong::NotIndexed),
            ("ports[ftp][0]", no_item("ftp")),
            ("headers", Wrong::NotText),
            ("headers[X-B]", no_item("X-B")),
            ("headers[5]", no_item("5")),
            ("headers[\u{100}]", no_item("\u{100}")),
            ("headers[X-A][9]", no_item("9")),
            ("headers[X-A][a]", Wrong::NotIndexed),
            ("GET", Wrong::NotText),
            ("GET[\u{100}]", no_item("\u{100}")),
            ("location", Wrong::NotText),
            ("location[0]", no_item("0")),
            ("location[ham]", no_item("ham")),
            ("uuid", Wrong::NotText),
            ("uuid[0]", Wrong::NotIndexed),
            ("check_subdomains[0]", Wrong::NotIndexed),
        ] {
            assert_eq!(fixture.text(expression), Err(wrong), "{expression}");
        }
    }
}

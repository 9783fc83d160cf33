//! Where this server differs from the reference on purpose: a defect of the reference is not
//! copied. `docs/parity.md` lists them for users.
//!
//! Each entry says why, what must hold instead, and in which cases.

use std::collections::HashMap;
use std::process::Command;
use std::sync::LazyLock;

use super::holds::Holds::{
    self, Contains, Exactly, Failure, Fault, FileWithLength, Listing, SameThenClosed, Shows,
};
use super::run::End::{Closed, Kept};
use super::{file_pipes, from_scripts, templates};
use crate::support::virtual_environment;

/// One difference that is wanted.
pub struct Departure {
    /// The name of the case.
    pub case: &'static str,
    /// Completes "it departs because ...".
    pub reason: &'static str,
    /// What this server must do.
    pub holds: &'static Holds,
}

/// All of them, for the interpreter that runs the reference.
pub fn departures() -> impl Iterator<Item = Departure> {
    let by_version = since_python_3_14().filter(|_| *IS_PYTHON_3_14);
    let is_replaced = |case| *IS_PYTHON_3_14 && since_python_3_14().any(|other| other.case == case);
    let others = of_files().chain(of_scripts());
    by_version.chain(others.filter(move |departure| !is_replaced(departure.case)))
}

/// Cases in which the reference on CPython 3.14 and later differs from itself on earlier ones, whose standard library
/// reads heads differently.
pub fn since_python_3_14() -> impl Iterator<Item = Departure> {
    SINCE_PYTHON_3_14.iter().map(|(case, holds)| Departure {
        case,
        reason: "a head is read alike with every version of CPython",
        holds,
    })
}

const SINCE_PYTHON_3_14: &[(&str, Holds)] = &[
    (
        "field folded with an empty start",
        Contains(&[r"b'a': [b'\r\n b'], b'b': [b'c']"], Closed),
    ),
    (
        "no version",
        Contains(&[r"b'GET /request/show.py\r\n'"], Closed),
    ),
];

static IS_PYTHON_3_14: LazyLock<bool> = LazyLock::new(|| {
    let mut python = Command::new(virtual_environment().join("bin/python"));
    let status = python
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 14))"])
        .status();
    status.expect("an interpreter").success()
});

/// What departs for a file departs for a script with its content as well.
fn of_scripts() -> impl Iterator<Item = Departure> {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let cases = from_scripts::piped().into_iter();
        let cases = cases.chain(from_scripts::filled_in());
        cases.map(|case| case.name).collect()
    });
    let files: HashMap<_, _> = of_files()
        .map(|departure| (departure.case, departure))
        .collect();
    NAMES.iter().filter_map(move |name| {
        let of_file = files.get(name.strip_suffix(from_scripts::FROM_A_SCRIPT)?)?;
        let differs = of_file.reason != FILE && !ALIKE_FROM_SCRIPTS.contains(&of_file.case);
        differs.then_some(Departure {
            case: name,
            reason: of_file.reason,
            holds: match (of_file.holds, of_file.case) {
                (Holds::Error(500, Kept), "filled in, an index in other digits") => {
                    &Failure("UnicodeEncodeError: ", Kept)
                }
                (Holds::Error(500, Kept), "refused, a header by number") => {
                    &Failure("TypeError: ", Kept)
                }
                (Holds::Error(500, Kept), "refused, no escape") => &Failure("KeyError: ", Kept),
                (Holds::Error(500, Kept), _) => &Failure("ValueError: ", Kept),
                (FileWithLength(Closed), _) => &SameThenClosed,
                (holds, _) => holds,
            },
        })
    })
}

fn of_files() -> impl Iterator<Item = Departure> {
    let table = TABLE.iter().flat_map(|(reason, holds, cases)| {
        cases.iter().map(move |case| Departure {
            case,
            reason,
            holds,
        })
    });
    let refused = file_pipes::REFUSED.iter().chain(templates::REFUSED);
    table.chain(refused.map(|(case, _)| Departure {
        case,
        reason: OWN_WORDS,
        holds: &Holds::Error(500, Kept),
    }))
}

/// Refused cases that fail in a script with the exception of the reference, word for word.
const ALIKE_FROM_SCRIPTS: &[&str] = &[
    "refused, a port that is a word",
    "refused, a port that is too large",
    "refused, an unknown escape",
    "refused, a domain that is missing",
    "refused, a host that is missing",
    "refused, a scheme that is missing",
    "refused, a port too far",
    "refused, a port too far from the end",
    "refused, a port by name",
    "refused, a map by number",
    "refused, a header that is missing",
    "refused, a header beyond Latin-1",
    "refused, GET beyond Latin-1",
    "pipe refused, unknown",
    "pipe refused, unknown after another",
    "pipe refused, in capitals",
    "pipe refused, blanks around",
    "pipe refused, without a name",
    "pipe refused, a parenthesis too many",
];

/// Cases in which the reference neither answers nor closes, and is not waited for.
pub const REFERENCE_HANGS: &[&str] = &[
    "length that is negative and not read",
    "file piped, trickle with a negative pause",
    "file piped, trickle with a negative pause, from a script",
];

const FILE: &str = "a plain file has a Content-Length and keeps the connection open";
const LISTING: &str = "a directory listing shows sizes and dates, can be sorted, and has a style";
const PAGES: &str = "an error is a page for a client that prefers HTML";
const OWN_FAILURES: &str = "errors of the server itself have messages without a traceback";
const BEFORE_QUERY: &str = "the slash of a redirect to a folder stands before the query";

const BEFORE_ROUTING: &str = "a fault before routing is answered with a complete JSON response";
const EMPTY_LINES: &str = "empty lines before a request line are skipped (RFC 9112, section 2.2)";
const CHUNKED: &str = "a chunked body is decoded, and a malformed one is answered";
const JOINED: &str = "repeated header fields are joined, as documented";
const BAD_HEAD: &str = "an error while a head is generated is answered with 500";
const BY_TEXT: &str = "a name given as text finds what the same bytes find, as documented";
const PIPES_ONCE: &str = "the query's pipes apply once to a value that a script returns";
const OWN_WORDS: &str = "errors of the server itself have messages without a traceback";
const DIGITS: &str = "numbers in pipes and templates have ASCII digits";
const ONE_LINE: &str = "a field from a URL or a template is a single line";
const METHODS: &str =
    "a method that a resource does not take is answered with 405, and an unknown one with 501";
const CONNECT: &str = "CONNECT without a route is refused";
const SLASHES: &str = "several slashes at the beginning of a path are part of it";
const OPTIONS: &str = "Connection is a list of case-insensitive options";
const SAYS_CLOSE: &str = "a response that says close is the last on its connection";
const MISFRAMED: &str = "a request with a problem of framing is the last on its connection";
const SNAPSHOT: &str = "what response.headers shows is a snapshot";
const NO_CONTENT: &str = "content that cannot be sent is an error that names it";
const BUFFERS: &str = "bytes in a buffer are content with a length";
const ESCAPED_SCRIPT: &str =
    "a script runs by every spelling of its name, which never shows its source";
const FORM: &str = "POST is empty for a body that is not a form";

/// Each reason, what must hold, and the cases that show it.
const TABLE: &[(&str, Holds, &[&str])] = &[
    (
        FILE,
        FileWithLength(Kept),
        &[
            "a text file",
            "a file without a type",
            "a file of an unknown type",
            "a file with a query",
            "a file with an escaped name",
            "a file after an escaped slash",
            "a file whose name is UTF-8",
            "a file whose type has capitals",
            "a page",
            "an empty file",
            "a large file",
            "a file that has not changed since",
            "a file in a GET with a body",
            "HEAD of a file",
            "HEAD of a large file",
            "target with a fragment on a file",
            "headers file",
            "headers file for a URL with a query",
            "headers file for an escaped name",
            "headers file itself",
            "headers file with a repeated name",
            "headers file with a type",
            "headers file with a type in small letters",
            "headers file with a type in the middle",
            "headers file with Server",
            "headers file with Date",
            "headers file with Location",
            "headers file with CR LF",
            "headers file with CR",
            "headers file with blanks",
            "headers file without a last line end",
            "headers file of line ends",
            "headers file that is empty",
            "headers file with a colon alone",
            "headers file without a value",
            "headers file without a name",
            "headers file with more colons",
            "headers file beyond ASCII",
            "headers file with NUL",
            "headers of the folder",
            "headers of the folder and the file",
            "headers of the folder above",
            "headers of the folder, itself",
            "headers of the folder with a type",
            "headers of both with a type",
            "headers file that is a folder",
            "headers file after a template that is a folder",
            "HEAD of a file with headers",
            "a name from a listing: hash",
            "a name from a listing: percent",
            "a name from a listing: quote",
            "a name from a listing: entity",
            "a name from a listing: UTF-8",
            "ranges that are apart",
            "ranges from high to low",
            "ranges of which one covers the others",
            "ranges of which one covers some",
            "ranges with a suffix",
            "ranges with a blank",
            "ranges of single bytes",
            "HEAD of ranges",
            "ranges of a file without a type",
            "ranges of a file with a headers file",
            "ranges of a file with two types",
            "ranges of a large file",
            "ranges with a tab",
            "a file whose headers file has a range",
        ],
    ),
    (
        FILE,
        FileWithLength(Closed),
        &["a file and close", "headers file with Connection", "TLS, a large file"],
    ),
    (
        LISTING,
        Listing(Kept),
        &[
            "headers of the folder are not the folder's",
            "folder",
            "folder with folders",
            "folder below",
            "folder that is empty but for a hidden file",
            "folder with headers files",
            "folder with names to escape",
            "folder with a space",
            "folder with a query",
            "folder after an escaped slash",
            "folder whose slash is escaped, and a slash",
            "folder with two slashes at the end",
            "folder with two slashes in the middle",
            "folder with a dot",
            "folder with a dot and a slash at the end",
            "a folder of scripts with a slash",
            "HEAD of a folder",
        ],
    ),
    (LISTING, Listing(Closed), &["a folder and close"]),
    (
        OWN_FAILURES,
        Holds::Error(500, Kept),
        &[
            "headers file without a colon",
            "headers file with blanks alone",
            "headers file without a colon after a type",
            "headers of the folder without a colon",
            "bad range of a file with bad headers",
        ],
    ),
    (
        OWN_FAILURES,
        Holds::HeadOf(500, Kept),
        &["HEAD of a file with bad headers"],
    ),
    (
        "a Range with If-Range needs a validator that matches",
        Exactly(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: <server>\r\nDate: <date>\r\n\
            Content-Length: 26\r\n\r\nham and eggs, twenty six b",
            Kept,
        ),
        &["range with If-Range of another file"],
    ),
    (
        "a Range that is not ASCII is the client's error",
        Holds::Error(400, Kept),
        &[
            "range with a byte that is not ASCII",
            "range with another unit that is not ASCII",
        ],
    ),
    (
        "a redirect keeps the bytes of the requested URL",
        Exactly(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://ham.test:<port>/directories/sub/?h\xe4m\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Closed,
        ),
        &["a folder with a raw byte in its URL"],
    ),
    (
        BEFORE_QUERY,
        Exactly(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://site.test:8000/directories/sub/?x=1\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Closed,
        ),
        &["folder without a slash, with a query"],
    ),
    (
        BEFORE_QUERY,
        Exactly(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://site.test:8000/directories/sub/?\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Closed,
        ),
        &["folder without a slash, with an empty query"],
    ),
    (
        BEFORE_QUERY,
        Exactly(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://site.test:8000/directories/sub/?x=/\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Closed,
        ),
        &["folder without a slash, with a slash in the query"],
    ),
    (
        BEFORE_QUERY,
        Exactly(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://site.test:8000/directories/sub/?a=b\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Closed,
        ),
        &["TLS, a redirect of a folder with a query"],
    ),
    (
        BEFORE_QUERY,
        Exactly(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://site.test:8000/directories/sub/#ham\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Closed,
        ),
        &["folder without a slash, with a fragment"],
    ),
    (
        "the doc root's index.html answers requests for /",
        Contains(&["<p>The index of the test site."], Kept),
        &["the index of the doc root"],
    ),
    (
        BEFORE_ROUTING,
        Fault(400),
        &[
            "version without a dot",
            "version in lower case",
            "version with a letter",
            "version with a sign",
            "version with two dots",
            "version of another protocol",
            "version too long",
            "space in the target",
            "one word",
            "two words and no GET",
            "four words",
            "white space alone",
            "garbage",
            "the start of TLS",
        ],
    ),
    (
        "0x85 and 0xA0 are part of a target, as in UTF-8, and not separators",
        Fault(400),
        &["a no-break space for a space"],
    ),
    (
        BEFORE_ROUTING,
        Fault(505),
        &["version 2.0", "the start of HTTP/2"],
    ),
    (
        BEFORE_ROUTING,
        Fault(414),
        &[
            "a request line over the limit",
            "a request line over the limit, not GET",
            "a request line far over the limit",
        ],
    ),
    (
        BEFORE_ROUTING,
        Fault(431),
        &["a header line over the limit", "one header line too many"],
    ),
    (EMPTY_LINES, Exactly(b"", Kept), &["an empty line"]),
    (
        EMPTY_LINES,
        Shows("1"),
        &[
            "an empty line before a request",
            "two empty lines before a request",
        ],
    ),
    (
        "an invalid Content-Length is answered",
        Fault(400),
        &[
            "length that is empty",
            "length that is no number",
            "length in hexadecimal",
            "length with a fraction",
            "length that repeats itself",
            "bad length that is not read",
            "length that is negative",
            "length that is negative and not read",
        ],
    ),
    (
        "contradictory lengths are an error",
        Fault(400),
        &["length twice, not the same"],
    ),
    (
        "a Host that is not valid in a URL is answered",
        Fault(400),
        &["Host with half an IPv6 address", "Host with a slash"],
    ),
    (CHUNKED, Shows("(b'hameggs', 7)"), &["chunked body"]),
    (
        CHUNKED,
        Shows("(b'ham', 3)"),
        &["chunked body with trailers"],
    ),
    (CHUNKED, Shows("(b'', 0)"), &["chunked body that is empty"]),
    (
        CHUNKED,
        Holds::Error(400, Closed),
        &[
            "chunked body with a bad size",
            "chunked body with a bad end",
        ],
    ),
    (
        CHUNKED,
        Failure("EOFError: ", Closed),
        &["chunked body that breaks off"],
    ),
    (
        "a truncated body is an error that names the cause",
        Contains(&["raised EOFError("], Closed),
        &["length longer than the body"],
    ),
    (
        JOINED,
        Shows("b'1, 3'"),
        &["repeated field by []", "repeated field by get"],
    ),
    (
        JOINED,
        Shows("[b'1', b'3']"),
        &["repeated field by get_list"],
    ),
    (
        JOINED,
        Shows("[b'a=1; b=2', b'a=1; b=2']"),
        &["repeated Cookie by get"],
    ),
    (
        JOINED,
        Shows("{b'a': [a=1], b'b': [b=2]}"),
        &["repeated Cookie"],
    ),
    (
        JOINED,
        Contains(&["(b'a', [b'1', b'3'])", "(b'a', b'1, 3')"], Kept),
        &["repeated field by items"],
    ),
    (
        BAD_HEAD,
        Failure("UnicodeEncodeError: ", Kept),
        &[
            "text with a lone surrogate",
            "status with a reason beyond latin-1",
            "encoding that cannot",
        ],
    ),
    (
        BAD_HEAD,
        Failure("ValueError: ", Kept),
        &["headers replaced by a list with a bad one"],
    ),
    (
        BAD_HEAD,
        Failure("TypeError: ", Kept),
        &["headers replaced by none"],
    ),
    (
        "a list of content may contain open text files, as documented",
        Contains(&["aA file to read after something else.\nA file"], Kept),
        &["open files among other items"],
    ),
    (
        NO_CONTENT,
        Failure("TypeError: ", Kept),
        &[
            "a number",
            "true",
            "the response itself",
            "content none in a tuple",
            "content set to none",
            "a tuple with content that is no bytes",
            "a list instead of a tuple",
            "a list with empty items",
            "a list in a list",
            "a list with a number",
            "a dict",
        ],
    ),
    (
        NO_CONTENT,
        Failure("ValueError: ", Kept),
        &["iter_content"],
    ),
    (
        BUFFERS,
        Exactly(
            b"HTTP/1.1 200 OK\r\nServer: <server>\r\nDate: <date>\r\nContent-Length: 3\r\n\r\nham",
            Kept,
        ),
        &["a bytearray"],
    ),
    (
        BUFFERS,
        Exactly(
            b"HTTP/1.1 200 OK\r\nServer: <server>\r\nDate: <date>\r\nContent-Length: 0\r\n\r\n",
            Kept,
        ),
        &["an empty bytearray"],
    ),
    (
        "an error with what main returned names the place of main",
        Holds::OwnWords,
        &[
            "a status where headers belong",
            "status none",
            "headers none",
            "header beyond latin-1",
            "set_error and a tuple",
        ],
    ),
    (
        ESCAPED_SCRIPT,
        Exactly(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: <server>\r\nDate: <date>\r\n\
            Content-Length: 16\r\n\r\nalways the same\n",
            Kept,
        ),
        &["a script by an escaped name"],
    ),
    (
        ESCAPED_SCRIPT,
        Exactly(
            b"HTTP/1.1 200 OK\r\nServer: <server>\r\nDate: <date>\r\nContent-Length: 6\r\n\r\nscript",
            Kept,
        ),
        &["headers file of a script by an escaped name"],
    ),
    (
        ESCAPED_SCRIPT,
        Contains(&["('GET', '/request/show%2Epy', "], Kept),
        &["target with an escaped dot"],
    ),
    (
        "an error while content is generated ends the connection",
        SameThenClosed,
        &[
            "a generator that fails at once",
            "a generator that fails later",
            "a generator that fails with its length",
            "a callable that fails",
            "an object with read and no close",
        ],
    ),
    (
        "an exception after the first byte ends the connection",
        SameThenClosed,
        &[
            "an exception after a status",
            "an exception after a whole head",
            "an exception after a whole response",
        ],
    ),
    (
        "a handler that takes over the response and sends nothing must not leave the client waiting",
        Exactly(b"", Closed),
        &[
            "write nothing and keep the connection",
            "what write raises",
            "a write that raises counts as one",
        ],
    ),
    (BY_TEXT, Shows("[b'1', True, b'1']"), &["by text"]),
    (
        BY_TEXT,
        Contains(&["[True, True, "], Kept),
        &["cookies by in and text"],
    ),
    (
        "a header with an invalid value is rejected as a whole",
        Exactly(b"HTTP/1.1 200 OK\r\n", Closed),
        &["a header written as none"],
    ),
    (
        "a head does not use the encoding of its content",
        Exactly(b"HTTP/1.1 200 OK\r\n\r\nh\0\xe4\0m\0ham", Closed),
        &["encoding of a list"],
    ),
    (
        "a path that contains NUL is not found",
        Holds::Error(404, Kept),
        &["target with an escaped NUL"],
    ),
    (
        "a returned tuple of unsupported length is named",
        Failure("ValueError: ", Kept),
        &["a tuple of none", "a tuple of one", "a tuple of four"],
    ),
    (
        "exceptions have their own messages",
        Holds::OwnWords,
        &[
            "raw_input, seek past the end",
            "raw_input, seek before the start",
            "headers by [] of a number",
            "headers cannot be set",
            "server.config that is missing",
            "pipe with a bad argument",
            "pipe with too many arguments",
            "part without a name",
            "part without a disposition",
            "parts with no boundary named",
            "parts with an empty boundary",
            "set_cookie with a number",
            "headers set to none",
            "headers set to a fraction",
            "header with none",
            "header with a fraction",
            "header with a list",
            "headers as a dict",
            "a header of three",
            "status set to three",
            "status as text",
            "a status that is text",
            "stash none",
            "stash twice",
            "a MultiDict from arguments",
        ],
    ),
    (
        "Python's messages name our classes with their modules",
        Holds::OwnWords,
        &[
            "an attribute that request does not have",
            "an attribute that is not there",
            "headers have no len",
            "stash has no remove",
        ],
    ),
    (
        PIPES_ONCE,
        Exactly(
            b"HTTP/1.1 200 OK\r\nX-Ham: eggs\r\nX-A: b\r\nServer: <server>\r\nDate: <date>\r\n\
            Content-Length: 21\r\n\r\nham and {{host}} eggs",
            Kept,
        ),
        &["pipe on a returned value, appending"],
    ),
    (
        PIPES_ONCE,
        Exactly(
            b"HTTP/1.1 200 OK\r\nX-Ham: eggs\r\nContent-Length: 18\r\nServer: <server>\r\n\
            Date: <date>\r\n\r\nm and {{host}} egg",
            Kept,
        ),
        &["pipe on a returned value, slicing"],
    ),
    (
        SNAPSHOT,
        Exactly(
            b"HTTP/1.1 200 OK\r\nServer: <server>\r\nDate: <date>\r\nContent-Length: 3\r\n\r\nham",
            Kept,
        ),
        &["headers, data changed"],
    ),
    (
        SNAPSHOT,
        Exactly(
            b"HTTP/1.1 200 OK\r\nVary: Origin\r\nServer: <server>\r\nDate: <date>\r\nContent-Length: 3\r\n\r\nham",
            Kept,
        ),
        &["headers, a list of values changed"],
    ),
    (
        "unset_cookie works",
        Exactly(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: c=d; Path=/\r\nServer: <server>\r\nDate: <date>\r\n\
            Content-Length: 0\r\n\r\n",
            Kept,
        ),
        &["unset_cookie"],
    ),
    (
        FORM,
        Shows("[]"),
        &[
            "no form: text",
            "no form: JSON",
            "no form: an unknown type",
            "no form: a PUT without a type",
            "form in a GET without a type",
        ],
    ),
    (
        "the media type of a form is case-insensitive",
        Shows("[(b'a', [b'b'])]"),
        &["form with its type in capitals"],
    ),
    (
        "POST never reads the command line",
        Shows("[]"),
        &["form in a GET"],
    ),
    (
        OWN_WORDS,
        Holds::Error(500, Kept),
        &[
            "TLS, filled in, ports of https that are not there",
            "refused, a port that is a word",
            "refused, a port that is too large",
            "refused, a hostname that is missing",
            "refused, a port that is missing",
            "refused, an item of an empty header",
            "refused, GET that is not UTF-8",
            "refused, an index that is not UTF-8",
            "refused, arguments that are no UTF-8",
            "refused, a variable before it is set",
            "refused, an unknown escape",
            "refused, no escape",
        ],
    ),
    (
        PAGES,
        Holds::Page(404, Kept),
        &[
            "a file that is not there, for a browser",
            "a script that is not there, for a browser",
        ],
    ),
    (
        PAGES,
        Holds::Page(405, Kept),
        &["no route for POST, for a browser"],
    ),
    (
        PAGES,
        Holds::Page(500, Kept),
        &[
            "an exception for a browser",
            "an exception for a browser, with quality values",
        ],
    ),
    (
        OWN_WORDS,
        Holds::HeadOf(500, Kept),
        &["HEAD of what is refused"],
    ),
    (
        "compressed bytes depend on the compressor",
        Holds::Inflates,
        &[
            "file piped, gzip",
            "file piped, gzip of a plain file",
            "file piped, gzip of an empty file",
            "file piped, gzip of a large file",
            "file piped, gzip of what sub left",
            "file piped, gzip with another encoding",
            "file piped, gzip trickled",
        ],
    ),
    (
        FILE,
        FileWithLength(Kept),
        &[
            "plain file piped, status",
            "TLS, a file with a status and a field",
            "plain file piped, header",
            "plain file piped, two pipes and another parameter",
        ],
    ),
    (
        JOINED,
        Contains(&["a, b"], Kept),
        &["filled in, repeated headers"],
    ),
    (
        "a template reads no file outside the doc root",
        Holds::Error(500, Kept),
        &[
            "refused, a digest of a file above",
            "refused, a digest of an absolute path",
        ],
    ),
    (
        "a template can use only the names of the template language",
        Holds::Error(500, Kept),
        &["refused, an attribute of the class"],
    ),
    (
        "a trickle with a negative number is rejected",
        Holds::Error(500, Kept),
        &[
            "file piped, trickle with a negative pause",
            "file piped, trickle with a negative count",
        ],
    ),
    (
        "a pipe that a script defines applies to scripts only",
        Exactly(
            b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nServer: <server>\r\nDate: <date>\r\n\r\n\
            ham and eggsHTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n\
            Content-Length: 64\r\nServer: <server>\r\nDate: <date>\r\n\r\n\
            {\"error\": {\"code\": 500, \"message\": \"unknown pipe \\\"surround\\\"\"}}",
            Kept,
        ),
        &["a pipe that a script defines, on a file"],
    ),
    (
        DIGITS,
        Holds::Error(500, Kept),
        &[
            "file piped, trickle with a count in other digits",
            "filled in, an index in other digits",
        ],
    ),
    (
        ONE_LINE,
        Holds::Error(500, Kept),
        &["file piped, header with line ends"],
    ),
    (
        METHODS,
        Holds::NotAllowed("GET, HEAD"),
        &[
            "no route for POST",
            "no route for OPTIONS",
            "no route for POST on an asis file",
            "a folder by POST",
        ],
    ),
    (
        METHODS,
        Holds::Error(501, Kept),
        &["no route for a method of its own"],
    ),
    (
        CONNECT,
        Fault(501),
        &["CONNECT", "CONNECT, then a request", "CONNECT of 1.0"],
    ),
    (
        "OPTIONS * without a route is answered with the methods of the server",
        Exactly(
            b"HTTP/1.1 204 No Content\r\n\
            Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE\r\n\
            Server: <server>\r\nDate: <date>\r\n\r\n",
            Kept,
        ),
        &["target of an asterisk"],
    ),
    (
        SLASHES,
        Holds::Error(404, Kept),
        &[
            "two slashes before a file",
            "folder without a slash, with slashes before",
            "target with two slashes",
            "target with three slashes",
        ],
    ),
    (
        OPTIONS,
        SameThenClosed,
        &[
            "1.1 with close and more",
            "1.1 with more and close",
            "1.1 with close and a space",
            "1.1 with keep-alive, then close",
        ],
    ),
    (
        SAYS_CLOSE,
        SameThenClosed,
        &["file piped, Connection header", "Connection of their own"],
    ),
    (
        SAYS_CLOSE,
        FileWithLength(Closed),
        &["plain file piped, Connection header"],
    ),
    (
        MISFRAMED,
        SameThenClosed,
        &[
            "length with a sign",
            "length with an underscore",
            "field with odd bytes in its name",
            "field with NUL",
            "field folded",
            "field folded twice",
            "field folded with an empty start",
            "field with a bare carriage return",
            "field with a carriage return at the end",
            "line without a colon",
            "space before the colon",
            "no name",
            "space in the name",
            "latin-1 in the name",
            "control byte in the name",
            "first field folded",
            "text of the raw headers after a bad line",
            "text of the raw headers that are folded",
        ],
    ),
];

//! Pages for the tests of Test262, the conformance suite of ECMAScript, which a checkout has in
//! `third_party/test262`. A test is a script with a [head](head) that lists what it needs.
//!
//! A page with the harness has one test, and a frame in which the script runs. The scripts of the
//! checkout in `/resources/test262/` call `test262HarnessDone` of that page with the result. The
//! page in the frame is cross-origin isolated, so that it has `SharedArrayBuffer`, and has no media
//! type, as in `wpt serve`: browsers recognise it as HTML.

mod head;

use std::fs;
use std::io::{Read as _, Seek as _};

use crate::fault::Fault;
use crate::pipes::MAX_WHOLE;
use crate::site::files::Found;
use head::{Head, HeadError, Negative};

use super::kinds::{ScriptType, Test262Part};
use super::{Script, page, quote};

/// The fields of the page in the frame, which has no other.
pub(super) const FRAME_FIELDS: [(&str, &str); 2] = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
];

/// A part of the wrapping of a test.
///
/// # Errors
/// 404 for a script that is not a test: without a head, or for other tests to import (`_FIXTURE`);
/// 500 for a malformed head.
pub(super) fn text(part: Test262Part, script: &Script<'_>, test: &Found) -> Result<String, Fault> {
    let head = read_head(test)?;
    Ok(match part {
        Test262Part::Page => with_harness(script),
        Test262Part::Frame(script_type) => in_frame(script, &head, script_type),
        Test262Part::StrictScript => format!("\n\"use strict\";\n{}\n", source(test)?),
    })
}

fn read_head(test: &Found) -> Result<Head, Fault> {
    let name = test.name();
    let is_fixture = name.to_string_lossy().ends_with(FIXTURE);
    if is_fixture {
        return Err(Fault::no_file(name));
    }
    Head::read(rewound(test)?).map_err(|error| match error {
        // A folder is not a test.
        HeadError::Unreadable => Fault::not_found(),
        HeadError::Missing => {
            let message = format!(
                "{}: expected a head of Test262 (`/*---` to `---*/`), found none",
                name.display()
            );
            Fault::new(404, message)
        }
        HeadError::Malformed { line, reason } => {
            Fault::new(500, format!("{}:{line}: {reason}", name.display()))
        }
    })
}

/// The page with the harness.
fn with_harness(script: &Script<'_>) -> String {
    let head = page::head(script.meta);
    let harness = page::harness();
    let scripts = page::scripts(script.meta);
    let frame = quote::attribute(script.path);
    format!(
        "{}{TITLE}{head}{harness}{RESULT}{scripts}{}<iframe id=\"test262-iframe\" src=\"{frame}\"></iframe>\n",
        page::START,
        page::LOG
    )
}

/// The page in the frame.
fn in_frame(script: &Script<'_>, head: &Head, script_type: ScriptType) -> String {
    let mut text = [page::START, TITLE].concat();
    for url in [
        "/resources/test262/test262-reporter.js",
        "/third_party/test262/harness/assert.js",
        "/third_party/test262/harness/sta.js",
        "/resources/test262/test262-provider.js",
    ] {
        text.push_str(&page::element(url));
    }
    text.push_str(&page::head(script.meta));
    if let Some(Negative { error, phase }) = &head.negative {
        let (error, phase) = (quote::string(error), quote::string(phase));
        text.push_str(&format!(
            "<script>test262Negative(\"{error}\", \"{phase}\")</script>\n"
        ));
    }
    if head.is_async {
        text.push_str("<script>test262IsAsync(true)</script>\n");
    }
    text.push_str(&page::scripts(script.meta));
    let print_handle = head.is_async.then_some("doneprintHandle.js");
    for name in head.includes.iter().map(String::as_str).chain(print_handle) {
        text.push_str(&page::element(&format!(
            "/third_party/test262/harness/{name}"
        )));
    }
    text.push_str("<body>\n");
    text.push_str(&match script_type {
        ScriptType::Classic => format!(
            "<script>test262Setup()</script>\n\
             <script src=\"{}\" onerror=\"test262ScriptError()\"></script>\n",
            quote::attribute(script.path)
        ),
        ScriptType::Module => MODULE.replace("@URL@", &quote::string(script.path)),
    });
    text.push_str("</body>\n");
    text
}

/// The whole test.
fn source(test: &Found) -> Result<String, Fault> {
    let mut source = Vec::new();
    let read = rewound(test)?.take(MAX_WHOLE + 1).read_to_end(&mut source);
    let name = test.name().display();
    match read {
        Ok(length) if length as u64 > MAX_WHOLE => {
            let message = format!("{name} is larger than {} MiB", MAX_WHOLE >> 20);
            Err(Fault::new(500, message))
        }
        Ok(_) => String::from_utf8(source).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Fault::new(500, format!("{name}: expected UTF-8 at byte {at}"))
        }),
        Err(_) => Err(Fault::not_found()),
    }
}

/// The file at its beginning; the META comments have been read.
fn rewound(test: &Found) -> Result<&fs::File, Fault> {
    let mut file = &test.file;
    file.rewind().map_err(|_| Fault::not_found())?;
    Ok(file)
}

/// The end of the name of a script that tests import.
const FIXTURE: &str = "_FIXTURE.js";

/// The harness names the test after it.
const TITLE: &str = "<title>Test</title>\n";

/// The test of the page, and the function that the frame calls with its result.
const RESULT: &str = r#"<script>
const test262Result = async_test(document.title);
// 0: passed, 1: failed, 2: could not run.
window.test262HarnessDone = test262Result.step_func_done((status, message) => {
  if (status !== 0) {
    throw new Error(message || (status === 1 ? "the test failed" : "the test could not run"));
  }
});
</script>
"#;

/// Imports the test. A rejection becomes an uncaught error, which the reporter sees.
const MODULE: &str = r#"<script>window.__test262IsModule = true;</script>
<script type="module">
test262Setup();
import("@URL@").then(
  () => {
    if (!window.test262Async) {
      test262Done();
    }
  },
  (error) => {
    setTimeout(() => {
      throw error;
    });
  },
);
</script>
"#;

//! Clients that hang, crash, flood their output, break the protocol or exit in the middle: each ends in a
//! verdict, and the run ends with all of them.

use std::thread;
use std::time::{Duration, Instant};

use wireserve::internals::catalogue;
use wireserve::internals::conform::client::Connect;
use wireserve::internals::conform::client::command::CommandLine;
use wireserve::internals::conform::client::driver::Driver;
use wireserve::internals::conform::judge::Verdict;
use wireserve::internals::conform::run::{Settings, run};
use wireserve::internals::conform::select::select;
use wireserve::internals::conform::stage::Patience;

/// Sends a request in bash, for `$1`, the URL of the case, and reads the first byte of the response.
const SEND: &str = r#"u=${1#http://}; a=${u%%/*}; exec 3<>/dev/tcp/${a%:*}/${a#*:}; printf 'GET /%s HTTP/1.1\r\n\r\n' "${u#*/}" >&3; read -r -n1 x <&3; "#;

/// A greeting, then a function that reads a request and sends it.
const DRIVER: &str = r#"echo '{"version": 1, "client": "bash"}'
    ask() { read -r line || exit 0; set -- x "$(sed 's/.*"url":"\([^"]*\)".*/\1/' <<<"$line")"; shift;
    id=$(sed 's/.*"id":\([0-9]*\).*/\1/' <<<"$line"); u=${1#http://}; a=${u%%/*};
    exec 3<>/dev/tcp/${a%:*}/${a#*:}; printf 'GET /%s HTTP/1.1\r\n\r\n' "${u#*/}" >&3; read -r -n1 x <&3; }
    "#;

/// Generous: a busy machine must not matter, but nothing may wait for a client without end.
const ENDS_WITHIN: Duration = Duration::from_secs(40);

/// The verdicts and their texts for two cases, one after the other.
fn verdicts(client: &dyn Connect, timeout: Duration) -> Vec<(Verdict, String)> {
    let cases = select(catalogue::cases(), &["SL-01,SL-02".to_owned()], &[]).expect("cases");
    let settings = Settings {
        jobs: 1,
        patience: Patience {
            startup: Duration::from_secs(20),
            timeout,
        },
        repeat: 1,
    };
    let began = Instant::now();
    let results = run(cases, client, settings, &|_| {}).expect("a run");
    assert!(began.elapsed() < ENDS_WITHIN, "{:?}", began.elapsed());
    let verdict = |result: &wireserve::internals::conform::run::CaseResult| {
        let texts = result
            .worst()
            .judgement
            .findings
            .iter()
            .map(|finding| &*finding.text);
        (result.verdict(), texts.collect::<Vec<_>>().join("; "))
    };
    results.iter().map(verdict).collect()
}

/// For clients that end.
const LONG: Duration = Duration::from_secs(10);

/// For clients that hang, little.
fn timeout(words: &str) -> Duration {
    match words.contains("hangs") {
        true => Duration::from_millis(300),
        false => LONG,
    }
}

fn bash(script: &str, arguments: &[&str]) -> Vec<String> {
    let words = ["bash", "-c", script, "client"];
    let words = words.iter().chain(arguments);
    words.map(|word| (*word).to_owned()).collect()
}

fn assert_verdicts(found: &[(Verdict, String)], verdict: Verdict, words: &str) {
    assert_eq!(found.len(), 2);
    for (found, text) in found {
        assert_eq!(
            (*found, text.contains(words)),
            (verdict, true),
            "{words:?}: {text}"
        );
    }
}

#[test]
fn commands() {
    thread::scope(|scope| {
        for (script, verdict, words) in [
            ("printf ok", Verdict::Pass, ""),
            (
                "printf no",
                Verdict::Fail,
                "expected the content \"ok\", found \"no\"",
            ),
            ("echo why >&2; exit 7", Verdict::Fail, "exit status 7: why"),
            ("kill -SEGV $$", Verdict::Fail, "ended by signal 11"),
            ("sleep 600", Verdict::Fail, "it hangs"),
            // A child that keeps the output open ends with its group.
            ("sleep 600 & printf ok", Verdict::Pass, ""),
            (
                "exec yes",
                Verdict::Inconclusive,
                "printed more than 32 MiB",
            ),
        ] {
            scope.spawn(move || {
                let client = bash(&format!("{SEND}{script}"), &["{url}"]);
                let client = CommandLine::of(&client).expect("a URL");
                assert_verdicts(&verdicts(&client, timeout(words)), verdict, words);
            });
        }
    });
    let silent = CommandLine::of(&bash("exit 3", &["{url}"])).expect("a URL");
    assert_verdicts(
        &verdicts(&silent, LONG),
        Verdict::Inconclusive,
        "sent no request",
    );
    let absent = ["/no/such/client", "{url}"].map(str::to_owned);
    let absent = CommandLine::of(&absent).expect("a URL");
    assert_verdicts(
        &verdicts(&absent, LONG),
        Verdict::Inconclusive,
        "cannot run /no/such/client",
    );
}

#[test]
fn drivers() {
    let answer = r#"echo "{\"id\": $id, \"status\": 200, \"content\": \"b2s=\"}""#;
    let after = r#"; ask; echo "{\"id\": $id, \"status\": 200, \"content\": \"YWZ0ZXI=\"}""#;
    thread::scope(|scope| {
        for (script, verdict, words) in [
            (
                format!("while ask; {answer}{after}; do :; done"),
                Verdict::Pass,
                "",
            ),
            (
                "ask; echo why >&2; exit 5".to_owned(),
                Verdict::Fail,
                "exited (exit status: 5); its last words: why",
            ),
            ("ask; kill -SEGV $$".to_owned(), Verdict::Fail, "signal: 11"),
            ("ask; sleep 600".to_owned(), Verdict::Fail, "it hangs"),
            (
                "ask; exec 1>&-; sleep 600".to_owned(),
                Verdict::Fail,
                "closed its output",
            ),
            (
                "ask; echo '{\"id\": 9}'".to_owned(),
                Verdict::Inconclusive,
                "in the line `{\"id\": 9}`",
            ),
            (
                "ask; echo oops; read -r l".to_owned(),
                Verdict::Inconclusive,
                "found `oops`",
            ),
            (
                "ask; printf '{\"id\": '; exit 0".to_owned(),
                Verdict::Inconclusive,
                "found `{\"id\": `",
            ),
            (
                "ask; cat /dev/zero".to_owned(),
                Verdict::Inconclusive,
                "expected a line of at most 32 MiB",
            ),
            (
                "while ask; echo \"{\\\"id\\\": $id, \\\"unable\\\": \\\"why\\\"}\"; do :; done"
                    .to_owned(),
                Verdict::Inconclusive,
                "the client cannot: why",
            ),
        ] {
            scope.spawn(move || {
                let driver = bash(&format!("{DRIVER}{script}"), &[]);
                let driver = Driver::of(&driver).expect("a driver");
                assert_verdicts(&verdicts(&driver, timeout(words)), verdict, words);
                assert_eq!(driver.name(), "bash");
            });
        }
    });
}

#[test]
fn a_driver_that_does_not_greet_ends_the_run() {
    for (script, words) in [
        ("echo hello", "found `hello`"),
        (
            "echo why >&2; exit 3",
            "exited (exit status: 3); its last words: why",
        ),
        (
            r#"echo '{"version": 9, "client": "x"}'"#,
            "expected version 1",
        ),
    ] {
        let driver = Driver::of(&bash(script, &[])).expect("a driver");
        let cases = select(catalogue::cases(), &["SL-01".to_owned()], &[]).expect("cases");
        let settings = Settings {
            jobs: 4,
            patience: Patience {
                startup: Duration::from_secs(20),
                timeout: Duration::from_millis(300),
            },
            repeat: 1,
        };
        let error = run(cases, &driver, settings, &|_| {})
            .expect_err("no greeting")
            .to_string();
        assert!(error.contains(words), "{error}");
    }
}

//! The operator's mistakes, each reported in one line before the command exits with 2.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::config::ConfigError;
use crate::site::routing::pattern::PatternError;

/// Why the command cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot open the checkout {path}")]
    Checkout { path: PathBuf, source: io::Error },
    #[error("cannot open the doc root {path}")]
    DocRoot { path: PathBuf, source: io::Error },
    #[error("expected a folder as doc root, found the file {0}")]
    DocRootIsFile(PathBuf),
    #[error("--transcript {path}")]
    Transcript { path: PathBuf, source: io::Error },
    #[error("--connections: expected a port from 0 to 65535, found {0:?}")]
    Port(String),
    #[error(
        "no host names to print: add `--wpt`, or `--config` with a file that has `browser_host`"
    )]
    NoHostNames,
    #[error("--python-cpu, or python_cpu of the configuration")]
    PythonCpu(#[source] BoxError),
    #[error("route {pattern:?}")]
    Route {
        pattern: String,
        source: PatternError,
    },
    #[error("forbidden path {pattern:?}")]
    Forbidden {
        pattern: String,
        source: PatternError,
    },
    #[error("alias {url_path:?}")]
    Alias {
        url_path: String,
        source: AliasError,
    },
    #[error("cannot run the script {path}")]
    Script { path: PathBuf, source: BoxError },
    #[error("cannot serve scripts")]
    Python(#[source] BoxError),
    /// The message names the address or the folder.
    #[error(transparent)]
    Start(io::Error),
    #[error("cannot wait for signals")]
    Signals(#[source] io::Error),
}

/// What is wrong with an alias.
#[derive(Debug, thiserror::Error)]
pub(super) enum AliasError {
    #[error("expected a url-path that begins with '/'")]
    RelativeUrlPath,
    #[error("cannot open its local-dir {path}")]
    LocalDir { path: PathBuf, source: io::Error },
    #[error("expected a folder as local-dir, found the file {0}")]
    LocalDirIsFile(PathBuf),
    #[error(transparent)]
    Mount(BoxError),
}

/// An error of the site or the interpreter, which the command only prints.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// An error and its causes, on one line.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        // Some errors include the text of their cause.
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_the_error() {
        let error = CommandError::Alias {
            url_path: "/x/".to_owned(),
            source: AliasError::LocalDir {
                path: "y".into(),
                source: io::Error::other("no such folder"),
            },
        };
        assert_eq!(
            with_causes(&error),
            "alias \"/x/\": cannot open its local-dir y: no such folder"
        );
    }
}

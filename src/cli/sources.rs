//! Where the configuration comes from, besides the options themselves.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::Config;
use crate::wpt::preset;

use super::error::CommandError;

/// The sources of the configuration besides the options.
#[derive(Debug, Args)]
pub(super) struct Sources {
    /// A JSON file with doc_root, ports, names, routes and more; options take precedence
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Uses a checkout of web-platform-tests: its files, host names, ports and routes, and the
    /// settings of its config.json [default: the doc root, or the current folder]
    #[arg(long, value_name = "CHECKOUT", num_args = 0..=1)]
    wpt: Option<Option<PathBuf>>,
}

impl Sources {
    /// The options on top of the `--config` file, on top of the checkout's file, on top of the
    /// preset for checkouts.
    pub(super) fn config(&self, options: Config) -> Result<Config, CommandError> {
        let mut config = Config::default();
        if let Some(checkout) = self.checkout(options.doc_root.as_deref()) {
            let checkout = checkout
                .canonicalize()
                .map_err(|source| CommandError::Checkout {
                    path: checkout.to_owned(),
                    source,
                })?;
            config = preset::config(&checkout);
            let file = checkout.join(preset::FILE);
            if file.exists() {
                config = Config::read(&file)?.over(config);
            }
        }
        if let Some(file) = &self.config {
            config = Config::read(file)?.over(config);
        }
        Ok(options.over(config))
    }

    /// The checkout to serve, if `--wpt` is given.
    pub(super) fn checkout<'a>(&'a self, doc_root: Option<&'a Path>) -> Option<&'a Path> {
        let doc_root = || doc_root.unwrap_or_else(|| Path::new("."));
        let checkout = self.wpt.as_ref()?;
        Some(checkout.as_deref().unwrap_or_else(doc_root))
    }
}

/// The values of an option that may be repeated, if there are any.
pub(super) fn given<T>(values: Vec<T>) -> Option<Vec<T>> {
    (!values.is_empty()).then_some(values)
}

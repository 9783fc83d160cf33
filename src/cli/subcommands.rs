//! What the command does besides serving.

use std::ffi::OsString;

use clap::Subcommand;

use crate::response_fuzz::{Seed, SeedError};

use super::bench_options::BenchOptions;
#[cfg(feature = "tls")]
use super::cert_options::CertOptions;
use super::conform::ConformOptions;
use super::sources::Sources;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prints the lines for the hosts file. To serve a folder named hosts, write ./hosts
    Hosts {
        #[command(flatten)]
        sources: Sources,

        /// Adds the names that must not resolve; only the hosts file of Windows can declare them
        #[arg(long)]
        windows: bool,
    },
    /// Prints the root certificate of HTTPS, and how to make clients trust it, for a server with the
    /// same options. To serve a folder named cert, write ./cert
    #[cfg(feature = "tls")]
    Cert(CertOptions),
    /// Prints a fuzzed response as a .wire file. To serve a folder named fuzz, write ./fuzz
    Fuzz {
        /// A number from 0 to 18446744073709551615, or EDITION:NUMBER with an edition: v1, v2
        #[arg(value_parser = seed)]
        seed: Seed,
    },
    /// Grades an HTTP client: runs the conformance suite against it, lists or shows its cases. To serve a
    /// folder named conform, write ./conform
    Conform(Box<ConformOptions>),
    /// Measures how fast paths of a site are answered, and where the time of their requests goes. To serve a
    /// folder named bench, write ./bench
    Bench(Box<BenchOptions>),
    /// A worker of `--workers`, which starts it. Few folders have such a name.
    #[command(name = ".worker", hide = true)]
    Worker {
        #[arg(last = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
    /// The server of `bench`, which starts it. Few folders have such a name.
    #[command(name = ".bench-server", hide = true)]
    Measured {
        #[arg(last = true)]
        options: Vec<OsString>,
    },
}

fn seed(text: &str) -> Result<Seed, SeedError> {
    Seed::parse(text.as_bytes())
}

//! The options of the command for the control interface.

use clap::Args;

use crate::config::Control;

/// The control interface.
#[derive(Debug, Args)]
pub(super) struct ControlOptions {
    /// Serves the control interface on PORT of 127.0.0.1, or on a free port: tests in any language put routes
    /// there and see what was requested; see docs/control.md. A doc root comes before this option
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", value_parser = port)]
    control: Option<u16>,

    /// Keeps so many requests for the control interface, the latest ones [default: 10000]
    #[arg(long, value_name = "N")]
    control_requests: Option<usize>,

    /// Keeps so many bytes of requests for the control interface, and of transcripts as many [default:
    /// 67108864]
    #[arg(long, value_name = "N")]
    control_bytes: Option<usize>,
}

impl ControlOptions {
    /// The key of the configuration.
    pub(super) fn key(&self) -> Option<Control> {
        let control = Control {
            port: self.control.map(Into::into),
            requests: self.control_requests,
            bytes: self.control_bytes,
        };
        (control != Control::default()).then_some(control)
    }
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse()
        .map_err(|_| "expected a port from 0 to 65535; a doc root comes before --control")
}

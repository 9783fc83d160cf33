//! Filling in the templates of a case: its marks, and the addresses of the run.

use std::net::SocketAddr;

use crate::case::bytes::replaced;
use crate::case::halves::{AskStep, Form};
use wireserve_core::text::latin1;

use super::mark::Mark;

/// What a run fills in.
#[derive(Clone, Debug)]
pub struct Fill {
    /// By placeholder.
    values: [(&'static str, String); 4],
}

impl Fill {
    /// For requests with this mark, through a proxy of this form. `smuggled` is the mark of a request that must
    /// never reach the origin.
    pub fn new(
        mark: &Mark,
        smuggled: &Mark,
        form: Form,
        proxy: SocketAddr,
        origin: SocketAddr,
    ) -> Self {
        let (authority, target) = match form {
            Form::Reverse => (proxy.to_string(), format!("/p/{mark}")),
            Form::Forward => (origin.to_string(), format!("http://{origin}/p/{mark}")),
        };
        Self {
            values: [
                ("%M%", mark.to_string()),
                ("%S%", smuggled.to_string()),
                ("%H%", authority),
                ("%T%", target),
            ],
        }
    }

    /// Bytes with all values.
    pub fn bytes(&self, template: &[u8]) -> Vec<u8> {
        let mut bytes = template.to_vec();
        for (placeholder, value) in &self.values {
            bytes = replaced(&bytes, placeholder.as_bytes(), value.as_bytes());
        }
        bytes
    }

    /// A text with all values.
    pub fn text(&self, template: &str) -> String {
        let values = self.values.iter();
        values.fold(template.to_owned(), |text, (placeholder, value)| {
            text.replace(placeholder, value)
        })
    }

    /// The bytes of a text, a byte for each character.
    pub fn latin1(&self, template: &str) -> Vec<u8> {
        latin1::encode(&self.text(template)).unwrap_or_default()
    }

    /// Steps with all values.
    pub fn steps(&self, steps: &[AskStep]) -> Vec<AskStep> {
        let filled = steps.iter().map(|step| match step {
            AskStep::Send(bytes) => AskStep::Send(self.bytes(bytes)),
            step => step.clone(),
        });
        filled.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::mark::Marks;

    #[test]
    fn targets_have_the_form_of_the_proxy() {
        let marks = Marks::new();
        let (mark, smuggled) = (marks.next(), marks.next());
        let (proxy, origin) = (
            "127.0.0.1:1".parse().unwrap(),
            "127.0.0.1:2".parse().unwrap(),
        );
        for (form, expected) in [
            (Form::Reverse, format!("/p/{mark} 127.0.0.1:1 {smuggled}")),
            (
                Form::Forward,
                format!("http://127.0.0.1:2/p/{mark} 127.0.0.1:2 {smuggled}"),
            ),
        ] {
            let fill = Fill::new(&mark, &smuggled, form, proxy, origin);
            assert_eq!(fill.text("%T% %H% %S%"), expected);
            assert_eq!(fill.bytes(b"%T% %H% %S%"), expected.as_bytes());
        }
    }
}

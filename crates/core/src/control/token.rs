//! The token that a client of the control interface must present.

use std::hint::black_box;
use std::sync::Arc;

use uuid::Uuid;

/// A token: 64 hexadecimal digits, of which 244 bits are random.
#[derive(Clone)]
pub(super) struct Token(Arc<str>);

impl Token {
    /// A new one, from the system's random numbers.
    pub(super) fn random() -> Self {
        let (first, second) = (Uuid::new_v4().simple(), Uuid::new_v4().simple());
        Self(format!("{first}{second}").into())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether it is the one that was presented. How long this takes tells nothing about where they differ.
    pub(super) fn is(&self, presented: &[u8]) -> bool {
        let own = self.0.as_bytes();
        if own.len() != presented.len() {
            return false;
        }
        let pairs = own.iter().zip(presented);
        // Every byte is compared, whatever those before it were.
        pairs.fold(0, |differ, (a, b)| black_box(differ | (a ^ b))) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_is_accepted() {
        let (token, other) = (Token::random(), Token::random());
        assert_eq!(token.text().len(), 64);
        assert!(token.is(token.text().as_bytes()));
        assert!(!token.is(other.text().as_bytes()));
        assert!(!token.is(b""));
        assert!(!token.is(&token.text().as_bytes()[1..]));
        let mut last = token.text().as_bytes().to_vec();
        last[63] ^= 1;
        assert!(!token.is(&last));
    }
}

//! Chance that is the same in every run: each client has a sequence of its own (xorshift64).

/// A sequence of numbers without an order that matters.
pub(crate) struct Chance(u64);

impl Chance {
    /// The sequence of this number.
    pub(crate) fn new(number: u32) -> Self {
        // Zero would stay zero; neighbours shall not be alike.
        Self((u64::from(number) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

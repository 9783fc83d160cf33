//! Random numbers that are the same in every run: each client has its own sequence (xorshift64).

/// A sequence of random numbers.
pub(crate) struct Chance(u64);

impl Chance {
    /// The sequence for this client.
    pub(crate) fn new(number: u32) -> Self {
        // A state of zero would stay zero, and the sequences of neighbours must differ.
        Self((u64::from(number) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below `end`, which must not be 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

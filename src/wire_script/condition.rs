//! Conditions on the request that a script answers, for `if` and `unless`. `exchange/play` decides whether
//! they hold.

/// What may be true of the request that is answered. Nothing is true before a request has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The method is this one; it is case-sensitive.
    Method(String),
    /// There is a field line of this name, in any case.
    Field(String),
    /// The value of such a field line contains these bytes, in any case.
    FieldContains(String, Vec<u8>),
}

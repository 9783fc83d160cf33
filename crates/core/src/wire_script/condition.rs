//! What decides whether a block is played: conditions on the request that a script answers, for `if` and
//! `unless`, and what `first` counts. `exchange/play` decides whether
//! they hold.

/// What may be true of the request that is answered. Before a request has been read, it has no method and no
/// field.
///
/// ```
/// use wireserve::WireScript;
/// use wireserve::wire_script::{BlockSteps as _, Condition, Counted, Step};
///
/// let head = WireScript::new().if_method("HEAD", WireScript::new().reset());
/// let condition = Condition::Method("HEAD".to_owned());
/// assert_eq!(head.steps(), [Step::If(condition, WireScript::new().reset())]);
///
/// let first = WireScript::new().first_connections(2, WireScript::new().reset());
/// assert_eq!(first.steps(), [Step::First(Counted::Connections, 2, WireScript::new().reset())]);
/// ```
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

/// What the step `first` counts.
///
/// See the example of [`Condition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Requests with the same method and target, on the same port, that reach such a step.
    Requests,
    /// Connections with such a request.
    Connections,
}

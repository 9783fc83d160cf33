//! The size of a script as it is played: its steps and bytes, those of a repetition as often as it has passes.
//! So a few characters cannot ask for all memory, or for work that does not end.

use thiserror::Error;

use super::limits::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
use super::{CloseReason, Frame, Reading, Step};

/// The size of steps. Sums and products end at the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) steps: u64,
    pub(super) bytes: u64,
    /// How deep blocks are nested.
    pub(super) depth: usize,
}

impl Size {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            steps: self.steps.saturating_add(other.steps),
            bytes: self.bytes.saturating_add(other.bytes),
            depth: self.depth.max(other.depth),
        }
    }

    pub(super) fn times(self, count: u64) -> Self {
        Self {
            steps: self.steps.saturating_mul(count),
            bytes: self.bytes.saturating_mul(count),
            depth: self.depth,
        }
    }

    pub(super) fn is_within_limits(self) -> bool {
        self.check().is_ok()
    }

    /// # Errors
    /// Which limit the steps exceed.
    pub(super) fn check(self) -> Result<(), TooLarge> {
        match self {
            Self { depth, .. } if depth > MAX_DEPTH => Err(TooLarge::Depth),
            Self { steps, .. } if steps > MAX_STEPS as u64 => Err(TooLarge::Steps),
            Self { bytes, .. } if bytes > MAX_BYTES => Err(TooLarge::Bytes),
            _ => Ok(()),
        }
    }
}

/// The limit that steps exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TooLarge {
    #[error("expected at most {MAX_DEPTH} nested blocks, found more")]
    Depth,
    #[error("expected at most {MAX_STEPS} steps with all repetitions, found more")]
    Steps,
    #[error("expected at most {MAX_BYTES} bytes to send with all repetitions, found more")]
    Bytes,
}

impl Step {
    pub(super) fn size(&self) -> Size {
        let bytes = match self {
            Self::Send(bytes)
            | Self::Read(Reading::Until(bytes), _)
            | Self::WsAccept(Some(bytes))
            | Self::WsFrame(Frame { payload: bytes, .. })
            | Self::WsClose(Some(CloseReason { reason: bytes, .. })) => bytes.len() as u64,
            Self::SendData(data) => data.most(),
            _ => 0,
        };
        let own = Size {
            steps: 1,
            bytes,
            depth: 0,
        };
        let Some(block) = self.block() else {
            return own;
        };
        let inner = match self {
            Self::Repeat(count, _) => block.size.times(*count),
            _ => block.size,
        };
        let depth = block.size.depth + 1;
        Size {
            depth,
            ..own.plus(inner)
        }
    }
}

//! What distinguishes two states of a file or a folder without reading it: where it is, its size and its
//! times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::Stat;

/// The state of a file or folder. A folder's times change with the names in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// File systems take times from the kernel's tick of some milliseconds; a change within one tick does not
/// show.
pub const CLOCK_RESOLUTION: Duration = Duration::from_millis(50);

/// The same for file systems that store whole seconds, or every second one.
const WHOLE_SECONDS: Duration = Duration::from_secs(3);

impl Stamp {
    /// The stamp of these metadata.
    // The types of the fields differ among platforms.
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
    pub fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            size: stat.st_size as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        }
    }

    /// The number of its file system.
    pub fn device(&self) -> u64 {
        self.device
    }

    /// The size of a file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether the last change was so long before this time that every change since then has another stamp.
    /// A file that was modified after this time, according to its own times, is never settled.
    pub fn is_settled_at(&self, time: SystemTime) -> bool {
        let resolution = match self.changed.1 {
            0 => WHOLE_SECONDS,
            _ => CLOCK_RESOLUTION,
        };
        let passed = |since| age(since, time).is_some_and(|age| age >= resolution);
        passed(self.changed) && age(self.modified, time).is_some()
    }
}

/// How long before `time` this was; `None` if it was later, or before 1970.
fn age((seconds, nanoseconds): (i64, i64), time: SystemTime) -> Option<Duration> {
    let since = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
    time.duration_since(UNIX_EPOCH.checked_add(since)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_settles_once_the_clock_can_tell_the_next_one_apart() {
        let at = |seconds, nanoseconds| UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        for (modified, changed, time, expected) in [
            ((5, 1), (5, 1), at(5, 50_000_000), false),
            ((5, 1), (5, 1), at(5, 50_000_001), true),
            // Whole seconds: a change three seconds later has another time on any file system.
            ((5, 0), (5, 0), at(5, 900_000_000), false),
            ((5, 0), (5, 0), at(8, 0), true),
            // The clock was set back.
            ((5, 1), (5, 1), at(4, 0), false),
            // The time of modification is what a user has set.
            ((1, 0), (5, 1), at(6, 0), true),
            ((9, 0), (5, 1), at(6, 0), false),
            ((-1, 0), (5, 1), at(6, 0), false),
        ] {
            let stamp = Stamp {
                device: 1,
                inode: 1,
                size: 1,
                modified,
                changed,
            };
            assert_eq!(stamp.is_settled_at(time), expected, "{stamp:?} {time:?}");
        }
    }
}

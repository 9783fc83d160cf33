//! The file of `--alias-file`, as `wpt serve --alias_file` reads it: in each line the path of a URL
//! and a folder, separated by a comma. Empty lines are skipped.

use std::fs;
use std::path::{self, Path};

use super::{Alias, ConfigError};

impl Alias {
    /// Reads an alias file. The folders are relative to the current folder.
    ///
    /// # Errors
    /// When the file cannot be read, or a line has another form; the error has its number.
    pub fn read_all(file: &Path) -> Result<Vec<Self>, ConfigError> {
        let unreadable = |source| ConfigError::UnreadableAliases {
            path: file.to_owned(),
            source,
        };
        let text = fs::read_to_string(file).map_err(unreadable)?;
        let mut aliases = Vec::new();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let (url_path, folder) = pair(line).ok_or_else(|| ConfigError::Malformed {
                path: file.to_owned(),
                reason: format!(
                    "expected a URL path and a folder, separated by a comma, found {line:?} (line {})",
                    at + 1
                ),
            })?;
            aliases.push(Self {
                url_path: url_path.to_owned(),
                local_dir: path::absolute(folder).map_err(unreadable)?,
            });
        }
        Ok(aliases)
    }
}

fn pair(line: &str) -> Option<(&str, &str)> {
    let (url_path, folder) = line.split_once(',')?;
    let (url_path, folder) = (url_path.trim(), folder.trim());
    let is_pair = url_path.starts_with('/') && !folder.is_empty() && !folder.contains(',');
    is_pair.then_some((url_path, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, expected) in [
            ("/a/, /srv/a", Some(("/a/", "/srv/a"))),
            ("\t/a/b.html ,x y\r", Some(("/a/b.html", "x y"))),
            ("/a/", None),
            ("a/, /srv", None),
            ("/a/,", None),
            ("/a/, b, c", None),
        ] {
            assert_eq!(pair(line), expected, "{line:?}");
        }
    }
}

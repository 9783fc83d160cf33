//! Makes the bytes of [`Data`] when it is sent, piece by piece, so that only a piece is in memory.

use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::wire_script::{Data, FileName, Function, Part};

use super::End;

/// What takes the bytes, in order.
pub(super) type Taker<'t> = &'t mut dyn FnMut(&[u8]) -> Result<(), End>;

/// Makes all bytes of data. Its numbers are those of the current passes, the innermost repetition's first.
///
/// # Errors
/// Those of `take`.
pub(super) fn make(data: &Data, mut numbers: Vec<u64>, take: Taker<'_>) -> Result<(), End> {
    numbers.reverse();
    Maker { numbers }.write(data, take)
}

struct Maker {
    /// The number of each pass, the innermost repetition's last.
    numbers: Vec<u64>,
}

impl Maker {
    fn write(&mut self, data: &Data, take: Taker<'_>) -> Result<(), End> {
        for part in data.parts() {
            match part {
                Part::Bytes(bytes) => take(bytes)?,
                Part::Number(outer) => take(self.number(*outer).to_string().as_bytes())?,
                Part::Times(count, data) => {
                    self.numbers.push(0);
                    for number in 1..=*count {
                        if let Some(innermost) = self.numbers.last_mut() {
                            *innermost = number;
                        }
                        self.write(data, take)?;
                    }
                    self.numbers.pop();
                }
                Part::Made(Function::Length, data) => {
                    take(self.length(data)?.to_string().as_bytes())?;
                }
                Part::Made(Function::Hex, data) => {
                    take(format!("{:x}", self.length(data)?).as_bytes())?;
                }
                Part::Made(Function::Chunk, data) => {
                    take(format!("{:x}\r\n", self.length(data)?).as_bytes())?;
                    self.write(data, take)?;
                    take(b"\r\n")?;
                }
                Part::Made(Function::Gzip, data) => self.gzip(data, take)?,
                Part::File(file) => read(file, take)?,
            }
        }
        Ok(())
    }

    /// Outside of repetitions, 0.
    fn number(&self, outer: usize) -> u64 {
        let level = self.numbers.iter().rev().nth(outer);
        level.copied().unwrap_or(0)
    }

    fn gzip(&mut self, data: &Data, take: Taker<'_>) -> Result<(), End> {
        let failed = |error: io::Error| {
            log::error!("cannot compress the data of a wire script: {error}");
            End::Unreadable
        };
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        self.write(data, &mut |bytes| {
            encoder.write_all(bytes).map_err(failed)?;
            let compressed = std::mem::take(encoder.get_mut());
            take(&compressed)
        })?;
        take(&encoder.finish().map_err(failed)?)
    }

    fn length(&mut self, data: &Data) -> Result<u64, End> {
        let mut length = 0;
        self.write(data, &mut |bytes| {
            length += bytes.len() as u64;
            Ok(())
        })?;
        Ok(length)
    }
}

/// Bytes of a file that are in memory.
const PIECE: usize = 64 * 1024;

/// Reads a file to its end.
fn read(file: &FileName, take: Taker<'_>) -> Result<(), End> {
    let failed = |error: io::Error| {
        log::error!(
            "a wire script cannot read the file {:?}: {error}",
            file.name()
        );
        End::Unreadable
    };
    let mut open = file.open().map_err(failed)?;
    let mut piece = vec![0; PIECE];
    loop {
        match open.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&piece[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(data: &Data, numbers: &[u64]) -> String {
        let mut all = Vec::new();
        make(data, numbers.to_vec(), &mut |bytes| {
            all.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
        all.escape_ascii().to_string()
    }

    #[test]
    fn numbers_are_those_of_the_repetitions_around_them() {
        let number = || Data::new().number();
        for (data, expected) in [
            (number(), "5"),
            (Data::new().outer_number(1), "7"),
            (Data::new().outer_number(2), "0"),
            (Data::new().times(3, number().bytes(" ")), "1 2 3 "),
            (
                Data::new().times(
                    2,
                    number()
                        .bytes(":")
                        .times(2, number().outer_number(1).outer_number(2)),
                ),
                "1:115215 2:125225 ".trim_end(),
            ),
            (
                Data::from("a").chunk(number().bytes("bc")),
                r"a3\r\n5bc\r\n",
            ),
            (
                Data::new()
                    .length(Data::new().times(10, number()))
                    .bytes(" ")
                    .hex(Data::new().times(10, number())),
                "11 b",
            ),
        ] {
            assert_eq!(
                made(&data, &[5, 7]).replace(' ', ""),
                expected.replace(' ', ""),
                "{data}"
            );
        }
    }
}

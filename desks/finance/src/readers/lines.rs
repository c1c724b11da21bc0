//! Lines of a hostile file: never more of one in memory than its limit.

use std::io::{BufRead, ErrorKind};

use oikos_desk::ReadError;

/// A line without its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// The beginning of a line that is longer than the limit; the rest was skipped.
    TooLong(&'a [u8]),
}

/// Reads lines ended by LF or CR LF.
pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    limit_bytes: usize,
    line: Vec<u8>,
    offset: u64,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, limit_bytes: usize) -> Self {
        Self { input, limit_bytes, line: Vec::with_capacity(limit_bytes + 2), offset: 0, number: 0 }
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Number of the line read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, ReadError> {
        self.line.clear();
        // Room for CR and for one byte that shows the line to be too long.
        let room = self.limit_bytes + 2;
        let mut read_bytes = 0u64;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(source) => return Err(ReadError::Io { offset: self.offset + read_bytes, source }),
            };
            if chunk.is_empty() {
                break;
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let content = &chunk[..end.unwrap_or(chunk.len())];
            self.line.extend_from_slice(&content[..content.len().min(room - self.line.len())]);
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.input.consume(used);
            read_bytes += used as u64;
            if end.is_some() {
                break;
            }
        }
        if read_bytes == 0 {
            return Ok(None);
        }
        self.offset += read_bytes;
        self.number += 1;
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        if self.line.len() > self.limit_bytes {
            return Ok(Some(Line::TooLong(&self.line[..self.limit_bytes])));
        }
        Ok(Some(Line::Whole(&self.line)))
    }
}

/// What is wrong with the encoding of a file that should be UTF-8, seen from its first line.
pub(super) fn encoding_problem(beginning: &[u8]) -> Option<&'static str> {
    if beginning.starts_with(&[0xff, 0xfe]) || beginning.starts_with(&[0xfe, 0xff]) {
        return Some("the file is UTF-16; save it as UTF-8 or ASCII");
    }
    if beginning.iter().take(64).any(|byte| *byte == 0) {
        return Some("the file begins with zero bytes: it is binary or UTF-16; expected UTF-8 or ASCII text");
    }
    None
}

/// The bytes without a UTF-8 byte order mark.
pub(super) fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], limit_bytes: usize) -> Vec<(bool, Vec<u8>)> {
        // A tiny buffer makes every line span several of them.
        let mut input = std::io::BufReader::with_capacity(3, text);
        let mut lines = Lines::new(&mut input, limit_bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push(match line {
                Line::Whole(bytes) => (true, bytes.to_vec()),
                Line::TooLong(bytes) => (false, bytes.to_vec()),
            });
        }
        assert_eq!(lines.offset(), text.len() as u64);
        found
    }

    #[test]
    fn endings_and_limits() {
        let found = all(b"one\r\n\nexactly8\r\nlonger than 8\nlast", 8);
        let expected: Vec<(bool, Vec<u8>)> = vec![
            (true, b"one".to_vec()),
            (true, b"".to_vec()),
            (true, b"exactly8".to_vec()),
            (false, b"longer t".to_vec()),
            (true, b"last".to_vec()),
        ];
        assert_eq!(found, expected);
        assert!(all(b"", 8).is_empty());
    }
}

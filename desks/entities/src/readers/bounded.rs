//! Input with limits: a file may have so many bytes, and one unit of it (an event of XML, a row of CSV) so many. Parsers that
//! gather a unit in memory are so bounded from below, whatever their own buffers do.

use std::io::{self, BufRead, Read};

use oikos_desk::ReadError;

/// The most bytes a file may have. GLEIF's concatenated files have some 10 GB.
pub(super) const FILE_BYTES: u64 = 64 << 30;

/// A reader that counts and refuses.
pub(super) struct Bounded<'a> {
    input: &'a mut dyn BufRead,
    bytes_read: u64,
    unit_began_at: u64,
    unit_bytes: u64,
}

impl<'a> Bounded<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, unit_bytes: u64) -> Self {
        Self { input, bytes_read: 0, unit_began_at: 0, unit_bytes }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Begins the next unit.
    pub(super) fn next_unit(&mut self) {
        self.unit_began_at = self.bytes_read;
    }

    /// Refuses what is no UTF-8 at its first bytes: UTF-16 and UTF-32, compressed files.
    pub(super) fn refuse_other_encodings(&mut self) -> Result<(), ReadError> {
        let beginning = self.input.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })?;
        let problem = match beginning {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the text is UTF-16; save the file as UTF-8",
            [b'P', b'K', 3, 4, ..] | [0x1f, 0x8b, ..] => "the file is compressed; unpack it first",
            [first, second, ..] if *first == 0 || *second == 0 => {
                "the text is UTF-16 or UTF-32, or no text at all; save the file as UTF-8"
            }
            _ => return Ok(()),
        };
        Err(ReadError::Format { place: "byte 1".into(), problem: problem.into() })
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes_read > FILE_BYTES {
            return Err(io::Error::other(format!("the file is larger than {FILE_BYTES} bytes; split it")));
        }
        if self.bytes_read - self.unit_began_at > self.unit_bytes {
            let problem = format!(
                "what begins near byte {} is longer than {} bytes; a quote, a bracket or a tag is not closed",
                self.unit_began_at, self.unit_bytes
            );
            return Err(io::Error::other(problem));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.bytes_read += length as u64;
        self.input.consume(length);
    }
}

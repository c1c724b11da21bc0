//! Records of a WARC file (ISO 28500:2017, WARC 1.1, and 1.0), one at a time: a version line, named fields, an empty line, a
//! block of as many bytes as `Content-Length` says, two line ends. A block longer than the limit is skipped.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use oikos_desk::ReadError;

const MOST_HEADER_BYTES: usize = 64 * 1_024;
/// The longest block that is held.
pub(super) const MOST_BLOCK_BYTES: u64 = 16 * 1_024 * 1_024;
/// The longest block that a record can have at all.
const MOST_RECORD_BYTES: u64 = 1 << 40;

/// A record.
pub(super) struct Record {
    /// Named fields, their names in small letters.
    pub(super) fields: BTreeMap<String, String>,
    /// Where it begins, in the file as it is after decompression.
    pub(super) offset: u64,
    /// The block, unless it is too long.
    pub(super) block: Option<Vec<u8>>,
}

impl Record {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// Reads records.
pub(super) struct Records<R> {
    input: R,
    offset: u64,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, offset: 0 }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Record>, ReadError> {
        let offset = self.offset;
        let mut held = 0;
        let Some(version) = self.line(&mut held)? else { return Ok(None) };
        if version != "WARC/1.1" && version != "WARC/1.0" {
            return Err(self.error(offset, "expected the line WARC/1.1 or WARC/1.0"));
        }
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        loop {
            let line = self.line(&mut held)?.ok_or_else(|| self.error(offset, "the file ends within a record's header"))?;
            if line.is_empty() {
                break;
            }
            // A line that begins with white space goes on with the field before it, in WARC 1.0.
            if line.starts_with([' ', '\t']) {
                continue;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| self.error(offset, "a named field has no colon"))?;
            fields.entry(name.trim().to_ascii_lowercase()).or_insert_with(|| value.trim().to_owned());
        }
        let length = fields.get("content-length").and_then(|length| length.parse::<u64>().ok());
        let length = length.filter(|length| *length <= MOST_RECORD_BYTES);
        let length = length.ok_or_else(|| self.error(offset, "Content-Length is missing or no number of bytes"))?;
        let block = self.block(offset, length)?;
        for _ in 0..2 {
            let mut held = 0;
            match self.line(&mut held)? {
                Some(line) if line.is_empty() => {}
                // The last record of a file is often cut behind its block.
                None => break,
                Some(_) => return Err(self.error(offset, "two line ends are expected behind the block; Content-Length is wrong")),
            }
        }
        Ok(Some(Record { fields, offset, block }))
    }

    fn error(&self, offset: u64, problem: &str) -> ReadError {
        ReadError::Format { place: format!("byte {offset}"), problem: format!("{problem} (ISO 28500:2017)") }
    }

    /// A line without its end; `None` at the end of the file.
    fn line(&mut self, held: &mut usize) -> Result<Option<String>, ReadError> {
        let mut line = Vec::new();
        let room = (MOST_HEADER_BYTES - *held) as u64;
        let read = (&mut self.input).take(room).read_until(b'\n', &mut line);
        let read = read.map_err(|source| ReadError::Io { offset: self.offset, source })?;
        self.offset += read as u64;
        *held += read;
        if read == 0 {
            return if room == 0 { Err(self.error(self.offset, "a header has more than 64 KiB")) } else { Ok(None) };
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn block(&mut self, offset: u64, length: u64) -> Result<Option<Vec<u8>>, ReadError> {
        let mut block = Vec::new();
        let io = |source| ReadError::Io { offset, source };
        let read = if length <= MOST_BLOCK_BYTES {
            (&mut self.input).take(length).read_to_end(&mut block).map_err(io)? as u64
        } else {
            std::io::copy(&mut (&mut self.input).take(length), &mut std::io::sink()).map_err(io)?
        };
        self.offset += read;
        if read < length {
            return Err(self.error(offset, "the file ends within a record's block"));
        }
        Ok((length <= MOST_BLOCK_BYTES).then_some(block))
    }
}

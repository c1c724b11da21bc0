//! Cutting a JSON file into its statements without reading it into memory, so that one bad statement does not take its neighbours
//! along.
//!
//! Only brackets and strings are looked at here; whether a piece is JSON is judged piece by piece. Three breaks are mended,
//! because otherwise everything after them would be lost: a string that is not closed ends with its line; a piece in which a
//! second
//! `statementId` appears ends before the object that holds it; and where the file is one statement per line, a line that begins
//! with `{"` begins a piece.

use std::io::BufRead;

use oikos_desk::ReadError;

use super::piece::{Break, Piece, Place};

/// A piece of the file that should be one statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Its number in the file, from 1.
    pub(super) ordinal: u64,
    /// Where it begins.
    pub(super) begin: Place,
    /// Its bytes; of one that is too large, the beginning.
    pub(super) bytes: Vec<u8>,
    /// Why it cannot be a statement, where that is already known.
    pub(super) broken: Option<String>,
}

impl Frame {
    /// The line in the file of a byte in the piece.
    pub(super) fn line_at(&self, index: usize) -> u64 {
        let before = &self.bytes[..index.min(self.bytes.len())];
        self.begin.line + before.iter().filter(|byte| **byte == b'\n').count() as u64
    }

    /// The place in the file where the JSON reader stopped: it counts from the piece's beginning.
    pub(super) fn place_of(&self, error: &serde_json::Error) -> Place {
        let lines = (error.line() as u64).saturating_sub(1);
        let before = if lines == 0 { self.begin.column.saturating_sub(1) } else { 0 };
        Place { line: self.begin.line + lines, column: before + error.column() as u64 }
    }
}

/// The text without the mark that some editors put before UTF-8.
pub(super) fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// What the file as a whole is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Unknown,
    Array,
    ArrayEnded,
    Sequence,
}

/// The statements of a file.
pub(super) struct Frames<'a> {
    input: &'a mut dyn BufRead,
    statement_bytes: usize,
    file_bytes: u64,
    layout: Layout,
    piece: Option<Piece>,
    buffer: Vec<u8>,
    next_in_buffer: usize,
    ordinal: u64,
    bytes_read: u64,
    place: Place,
    is_finished: bool,
}

impl<'a> Frames<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, statement_bytes: usize, file_bytes: u64) -> Self {
        Self {
            input,
            statement_bytes,
            file_bytes,
            layout: Layout::Unknown,
            piece: None,
            buffer: Vec::new(),
            next_in_buffer: 0,
            ordinal: 0,
            bytes_read: 0,
            place: Place { line: 1, column: 0 },
            is_finished: false,
        }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next piece, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        while !self.is_finished {
            let Some(&byte) = self.buffer.get(self.next_in_buffer) else {
                if self.fill()? {
                    continue;
                }
                self.is_finished = true;
                return self.end();
            };
            self.next_in_buffer += 1;
            if let Some(frame) = self.step(byte)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// Takes the next bytes of the file. Gives whether there are any.
    fn fill(&mut self) -> Result<bool, ReadError> {
        let is_beginning = self.bytes_read == 0;
        self.buffer.clear();
        self.next_in_buffer = 0;
        // The first bytes say which encoding it is, so they are judged together.
        while self.take_chunk()? && is_beginning && self.buffer.len() < 4 {}
        if is_beginning {
            refuse_other_encodings(&self.buffer)?;
            self.next_in_buffer = self.buffer.len() - without_byte_order_mark(&self.buffer).len();
        }
        if self.bytes_read > self.file_bytes {
            let problem = format!("the file is larger than {} bytes; split it", self.file_bytes);
            return Err(ReadError::Format { place: format!("byte {}", self.file_bytes), problem });
        }
        Ok(!self.buffer.is_empty())
    }

    fn take_chunk(&mut self) -> Result<bool, ReadError> {
        let length = loop {
            match self.input.fill_buf() {
                Ok(chunk) => {
                    self.buffer.extend_from_slice(chunk);
                    break chunk.len();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => return Err(ReadError::Io { offset: self.bytes_read, source }),
            }
        };
        self.input.consume(length);
        self.bytes_read += length as u64;
        Ok(length > 0)
    }

    fn end(&mut self) -> Result<Option<Frame>, ReadError> {
        if let Some(piece) = self.piece.take() {
            let line = self.place.line;
            let problem =
                piece.is_bracketed().then(|| format!("the file ends at line {line} inside this statement; it is truncated"));
            return Ok(Some(self.close(piece, problem)));
        }
        match self.layout {
            Layout::Unknown => Err(ReadError::Format {
                place: "line 1".into(),
                problem: "the file is empty; expected an array of BODS statements, or [] for none".into(),
            }),
            Layout::Array => {
                self.ordinal += 1;
                let broken = Some("the file ends before the array's closing bracket; it is truncated".to_owned());
                Ok(Some(Frame { ordinal: self.ordinal, begin: self.place, bytes: Vec::new(), broken }))
            }
            Layout::ArrayEnded | Layout::Sequence => Ok(None),
        }
    }

    fn step(&mut self, byte: u8) -> Result<Option<Frame>, ReadError> {
        if byte == b'\n' {
            self.place = Place { line: self.place.line + 1, column: 0 };
        } else {
            self.place.column += 1;
        }
        if self.piece.is_some() { Ok(self.inside(byte)) } else { self.between(byte).map(|()| None) }
    }

    /// A byte outside any statement.
    fn between(&mut self, byte: u8) -> Result<(), ReadError> {
        match (self.layout, byte) {
            (_, byte) if byte.is_ascii_whitespace() => {}
            (Layout::Unknown | Layout::ArrayEnded, b'[') => self.layout = Layout::Array,
            (Layout::Array, b']') => self.layout = Layout::ArrayEnded,
            (Layout::Array | Layout::Sequence, b',') => {}
            (Layout::Unknown, b'{') => {
                self.layout = Layout::Sequence;
                self.begin(byte);
            }
            (Layout::Unknown, _) => {
                return Err(ReadError::Format {
                    place: format!("line {}, column {}", self.place.line, self.place.column),
                    problem: "expected JSON: an array of BODS statements, one statement, or one statement per line".into(),
                });
            }
            _ => self.begin(byte),
        }
        Ok(())
    }

    fn begin(&mut self, byte: u8) {
        self.piece = Some(Piece::new(byte, self.place, self.statement_bytes));
    }

    /// A byte inside a statement. Gives the piece that ends with it, or before it.
    fn inside(&mut self, byte: u8) -> Option<Frame> {
        let is_one_per_line = self.layout == Layout::Sequence;
        let piece = self.piece.as_mut()?;
        if piece.is_ended_by(byte) {
            let piece = self.piece.take()?;
            let frame = self.close(piece, None);
            if byte == b']' && self.layout == Layout::Array {
                self.layout = Layout::ArrayEnded;
            }
            return Some(frame);
        }
        piece.push(byte, self.place);
        if let Some(found) = piece.find_break(is_one_per_line) {
            let next = piece.split();
            let broken = self.piece.replace(next)?;
            let problem = match found {
                Break::Line => "the statement does not end with its line; a bracket or quote is missing",
                Break::SecondKey => "the next statement begins before this one ends; a bracket is missing",
            };
            return Some(self.close(broken, Some(problem.to_owned())));
        }
        if piece.is_whole() {
            let piece = self.piece.take()?;
            return Some(self.close(piece, None));
        }
        None
    }

    fn close(&mut self, piece: Piece, problem: Option<String>) -> Frame {
        self.ordinal += 1;
        let begin = piece.begin;
        let (bytes, mut broken) = match piece.into_bytes() {
            Ok(bytes) => (bytes, problem),
            Err(beginning) => {
                (beginning, Some(format!("the statement is larger than {} bytes; it was not read", self.statement_bytes)))
            }
        };
        if self.layout == Layout::ArrayEnded {
            // What follows is not this format, so it ends here: one refusal, not one per word.
            self.is_finished = true;
            broken = Some("there is more after the end of the array; the rest was not read".into());
        }
        Frame { ordinal: self.ordinal, begin, bytes, broken }
    }
}

fn refuse_other_encodings(beginning: &[u8]) -> Result<(), ReadError> {
    let is_marked = beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff");
    if is_marked || beginning.iter().take(4).any(|byte| *byte == 0) {
        let problem = "the text is UTF-16 or UTF-32, or no text at all; save the file as UTF-8".into();
        return Err(ReadError::Format { place: "byte 1".into(), problem });
    }
    Ok(())
}

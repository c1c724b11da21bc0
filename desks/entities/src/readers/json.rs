//! Objects of a JSON file, one at a time: one per line, a sequence, or an array of them. Only brackets and strings are followed
//! here; whether a piece is JSON is judged piece by piece, so that a bad one does not take its neighbours along.

use std::io::BufRead;

use oikos_desk::ReadError;

use super::bounded::Bounded;

/// The most bytes one object may have. Nested exports of well-connected companies have a few megabytes.
pub(super) const OBJECT_BYTES: usize = 16 << 20;
/// What is kept of a piece that is no object, for the reject file.
const EXCERPT_BYTES: usize = 2048;

/// A piece of the file that should be one object.
pub(super) struct Piece {
    /// Its number in the file, from 1.
    pub(super) ordinal: u64,
    /// The line it begins on.
    pub(super) line: u64,
    /// Its bytes; of one that is broken, the beginning.
    pub(super) bytes: Vec<u8>,
    /// Why it cannot be an object, where that is known already.
    pub(super) broken: Option<&'static str>,
}

/// The objects of a file.
pub(super) struct Objects<'a> {
    input: Bounded<'a>,
    ordinal: u64,
    line: u64,
    /// Whether the next byte is the first of its line.
    at_line_start: bool,
    array_depth: usize,
    array_was_opened: bool,
    open: Option<Open>,
    seen_object: bool,
    buffer: Vec<u8>,
    next_in_buffer: usize,
}

#[derive(Default)]
struct Open {
    line: u64,
    bytes: Vec<u8>,
    is_too_large: bool,
    /// It does not begin with a brace: it ends with its line.
    is_stray: bool,
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

impl<'a> Objects<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Result<Self, ReadError> {
        let mut input = Bounded::new(input, u64::MAX);
        input.refuse_other_encodings()?;
        let marked = input.fill_buf().is_ok_and(|beginning| beginning.starts_with(b"\xef\xbb\xbf"));
        input.consume(if marked { 3 } else { 0 });
        Ok(Self {
            input,
            ordinal: 0,
            line: 1,
            at_line_start: true,
            array_depth: 0,
            array_was_opened: false,
            open: None,
            seen_object: false,
            buffer: Vec::new(),
            next_in_buffer: 0,
        })
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    /// Whether every array that was opened was closed, and there was something at all.
    pub(super) fn is_closed(&self) -> bool {
        self.array_depth == 0
    }

    /// The next piece, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        loop {
            let Some(&byte) = self.buffer.get(self.next_in_buffer) else {
                if self.fill()? {
                    continue;
                }
                return self.end();
            };
            let (piece, is_used) = self.step(byte)?;
            self.next_in_buffer += usize::from(is_used);
            if piece.is_some() {
                return Ok(piece);
            }
        }
    }

    /// Takes the next bytes of the file. Gives whether there are any.
    fn fill(&mut self) -> Result<bool, ReadError> {
        let offset = self.input.bytes_read();
        self.buffer.clear();
        self.next_in_buffer = 0;
        let length = loop {
            match self.input.fill_buf() {
                Ok(available) => {
                    self.buffer.extend_from_slice(available);
                    break available.len();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => return Err(ReadError::Io { offset, source }),
            }
        };
        self.input.consume(length);
        Ok(length > 0)
    }

    /// Looks at one byte. Gives the piece that ends with it or before it, and whether the byte is used up.
    fn step(&mut self, byte: u8) -> Result<(Option<Piece>, bool), ReadError> {
        if let Some(open) = &mut self.open {
            // A line that begins with a brace begins an object: the one before it was not closed.
            let breaks = self.at_line_start && byte == b'{' && !open.is_stray && open.begins_anew();
            if breaks {
                return Ok((
                    self.close(Some("the object does not end before the next begins; a bracket or quote is missing")),
                    false,
                ));
            }
            if open.is_stray && byte == b'\n' {
                return Ok((self.close(Some("expected an object in braces")), false));
            }
            self.at_line_start = byte == b'\n';
            self.line += u64::from(byte == b'\n');
            if open.push(byte) {
                return Ok((self.close(None), true));
            }
            return Ok((None, true));
        }
        self.between(byte).map(|()| (None, true))
    }

    fn between(&mut self, byte: u8) -> Result<(), ReadError> {
        self.at_line_start = byte == b'\n';
        match byte {
            b'\n' => self.line += 1,
            b'[' if self.array_depth == 0 && !self.seen_object => {
                self.array_depth = 1;
                self.array_was_opened = true;
            }
            b']' if self.array_depth > 0 => self.array_depth = 0,
            b',' if self.array_depth > 0 => {}
            byte if byte.is_ascii_whitespace() => {}
            byte => {
                if byte != b'{' && !self.seen_object && !self.array_was_opened {
                    let problem = "expected JSON: objects one per line, or an array of them".to_owned();
                    return Err(ReadError::Format { place: format!("line {}", self.line), problem });
                }
                self.seen_object = true;
                let mut open = Open { line: self.line, is_stray: byte != b'{', ..Open::default() };
                open.push(byte);
                self.open = Some(open);
            }
        }
        Ok(())
    }

    fn close(&mut self, broken: Option<&'static str>) -> Option<Piece> {
        let open = self.open.take()?;
        self.ordinal += 1;
        let broken = if open.is_too_large { Some("the object is larger than 16 MiB; it was not read") } else { broken };
        let mut bytes = open.bytes;
        if broken.is_some() {
            bytes.truncate(EXCERPT_BYTES);
        }
        Some(Piece { ordinal: self.ordinal, line: open.line, bytes, broken })
    }

    fn end(&mut self) -> Result<Option<Piece>, ReadError> {
        if self.open.is_some() {
            return Ok(self.close(Some("the file ends inside this object; it is truncated")));
        }
        if !self.seen_object && !self.array_was_opened {
            let problem = "the file is empty; expected JSON objects".to_owned();
            return Err(ReadError::Format { place: "line 1".into(), problem });
        }
        Ok(None)
    }
}

impl Open {
    /// Whether a brace at the beginning of a line ends this piece: only of a piece that begins like a line of JSON lines. An
    /// object that is written out over many lines has none of its braces there, and does not begin so.
    fn begins_anew(&self) -> bool {
        self.bytes.starts_with(b"{\"")
    }

    /// Takes a byte. Gives whether the object is whole.
    fn push(&mut self, byte: u8) -> bool {
        if self.bytes.len() < OBJECT_BYTES {
            self.bytes.push(byte);
        } else {
            self.is_too_large = true;
        }
        match byte {
            // JSON allows no line break in a string: the quote is missing.
            b'\n' => (self.in_string, self.is_escaped) = (false, false),
            _ if self.in_string && self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_string => self.is_escaped = true,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0 && !self.is_stray;
            }
            _ => {}
        }
        false
    }
}

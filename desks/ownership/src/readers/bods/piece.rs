//! A piece of a JSON file while it is being read: brackets and strings are followed, nothing else.

/// The key by which a statement is known to begin.
const FIRST_KEY: &[u8] = b"statementId";

/// What is kept of a piece that is too large, for the reject file.
const EXCERPT_BYTES: usize = 2048;

/// A place in the file: line and column, from 1, the column in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// Why a piece ends before the bytes read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// A line begins like a statement.
    Line,
    /// A second `statementId` was read.
    SecondKey,
}

#[derive(Debug)]
pub(super) struct Piece {
    pub(super) begin: Place,
    /// Its bytes; of one that grew too large, those since the last opening brace.
    bytes: Vec<u8>,
    limit: usize,
    /// The beginning of a piece that grew too large.
    too_large: Option<Vec<u8>>,
    /// Whether it began with a bracket. A bare number or word ends at the next comma, bracket or line.
    is_bracketed: bool,
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    /// The string being read, as far as it may be the first key.
    string: Vec<u8>,
    /// Whether the string just read is the first key's name; a colon makes it the key.
    may_be_first_key: bool,
    first_keys: u32,
    /// Where in `bytes` the last opening brace is, and where in the file.
    last_brace: (usize, Place),
}

impl Piece {
    pub(super) fn new(first: u8, begin: Place, limit: usize) -> Self {
        let mut piece = Self {
            begin,
            bytes: Vec::new(),
            limit,
            too_large: None,
            is_bracketed: matches!(first, b'{' | b'['),
            depth: 0,
            in_string: false,
            is_escaped: false,
            string: Vec::new(),
            may_be_first_key: false,
            first_keys: 0,
            last_brace: (0, begin),
        };
        piece.push(first, begin);
        piece
    }

    pub(super) fn is_bracketed(&self) -> bool {
        self.is_bracketed
    }

    /// Whether the piece is whole: its first bracket is closed.
    pub(super) fn is_whole(&self) -> bool {
        self.is_bracketed && self.depth == 0 && !self.in_string
    }

    /// Whether this byte, which is not pushed yet, ends a bare piece.
    pub(super) fn is_ended_by(&self, byte: u8) -> bool {
        !self.is_bracketed && !self.in_string && matches!(byte, b',' | b']' | b'\n')
    }

    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8, place: Place) {
        if byte == b'{' && !self.in_string {
            if self.too_large.is_some() {
                self.bytes.clear();
            }
            self.last_brace = (self.bytes.len(), place);
        }
        self.keep(byte);
        if byte == b':' && self.may_be_first_key {
            self.first_keys += 1;
        }
        self.follow(byte);
    }

    fn keep(&mut self, byte: u8) {
        if self.bytes.len() < self.limit {
            self.bytes.push(byte);
        } else if self.too_large.is_none() {
            self.too_large = Some(self.bytes[..self.bytes.len().min(EXCERPT_BYTES)].to_vec());
            self.bytes.clear();
        }
    }

    fn follow(&mut self, byte: u8) {
        match byte {
            // JSON allows no line break in a string: the quote is missing.
            b'\n' if self.in_string => self.in_string = false,
            _ if self.in_string && self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_string => self.is_escaped = true,
            b'"' if self.in_string => {
                self.in_string = false;
                self.may_be_first_key = self.string == FIRST_KEY;
            }
            _ if self.in_string => {
                if self.string.len() <= FIRST_KEY.len() {
                    self.string.push(byte);
                }
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => {
                self.may_be_first_key = false;
                self.follow_structure(byte);
            }
        }
    }

    fn follow_structure(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.in_string = true;
                self.is_escaped = false;
                self.string.clear();
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether what was read since the last opening brace belongs to the next statement.
    pub(super) fn find_break(&self, is_one_per_line: bool) -> Option<Break> {
        let (at, place) = self.last_brace;
        if at == 0 && self.too_large.is_none() {
            return None;
        }
        if is_one_per_line && place.column == 1 && self.bytes.get(at..) == Some(b"{\"") {
            return Some(Break::Line);
        }
        (self.first_keys == 2 && self.bytes.last() == Some(&b':')).then_some(Break::SecondKey)
    }

    /// Ends the piece before its last opening brace and begins the next one there.
    pub(super) fn split(&mut self) -> Self {
        let (at, place) = self.last_brace;
        let tail = self.bytes.split_off(at.min(self.bytes.len()));
        let mut next = Self::new(b'{', place, self.limit);
        for byte in tail.into_iter().skip(1) {
            next.push(byte, place);
        }
        next
    }

    /// The bytes, or, of a piece that is too large, its beginning.
    pub(super) fn into_bytes(self) -> Result<Vec<u8>, Vec<u8>> {
        match self.too_large {
            None => Ok(self.bytes),
            Some(beginning) => Err(beginning),
        }
    }
}

//! Cuts a stream of pacs.008 documents into transactions by their tags alone, so that one that is no XML costs no other.

use std::io::{BufRead, ErrorKind};

use oikos_desk::ReadError;

/// The element of one payment.
const TRANSACTION: &str = "CdtTrfTxInf";
/// Longest transaction, and longest part between transactions that is kept, bytes.
const FRAME_MAX_BYTES: usize = 256 * 1_024;

/// A piece of the stream.
#[derive(Debug)]
pub(super) enum Frame {
    /// What stood before a transaction: the document's root and group header, or the end of a document.
    Between(Vec<u8>),
    /// A transaction from its start tag to its end tag.
    Transaction(Place, Vec<u8>),
    /// A transaction without its end, or longer than the limit.
    Broken(Place, Vec<u8>, &'static str),
}

/// Where a transaction begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number in the file, from 1.
    pub(super) ordinal: u64,
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its first byte, from 0.
    pub(super) offset: u64,
}

/// What a piece up to `>` ends with.
enum Tag {
    Opens,
    Closes,
    Stands,
    ClosesDocument,
    Other,
}

/// Cuts the stream.
pub(super) struct Frames<'a> {
    input: &'a mut dyn BufRead,
    piece: Vec<u8>,
    offset: u64,
    line: u64,
    count: u64,
    /// The transaction that is being read.
    open: Option<(Place, Vec<u8>)>,
    between: Vec<u8>,
    waiting: Option<Frame>,
}

impl<'a> Frames<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, piece: Vec::new(), offset: 0, line: 1, count: 0, open: None, between: Vec::new(), waiting: None }
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            if let Some(frame) = self.waiting.take() {
                return Ok(Some(frame));
            }
            if !self.read_piece()? {
                let open =
                    self.open.take().map(|(place, bytes)| Frame::Broken(place, bytes, "the file ends before </CdtTrfTxInf>"));
                let between = std::mem::take(&mut self.between);
                return Ok(open.or_else(|| (!between.is_empty()).then_some(Frame::Between(between))));
            }
            if let Some(frame) = self.take_piece() {
                return Ok(Some(frame));
            }
        }
    }

    fn take_piece(&mut self) -> Option<Frame> {
        let (tag, start) = tag_of(&self.piece);
        match (tag, self.open.take()) {
            (Tag::Closes, Some((place, mut bytes))) => {
                bytes.extend_from_slice(&self.piece);
                Some(sized(place, bytes))
            }
            (Tag::Opens | Tag::Stands, Some((place, mut bytes))) => {
                // The one before was never closed. What it lacks is its own matter.
                bytes.extend_from_slice(&self.piece[..start]);
                let broken = Frame::Broken(place, bytes, "the next transaction begins before </CdtTrfTxInf>");
                self.waiting = self.begin(start);
                Some(broken)
            }
            (Tag::Opens | Tag::Stands, None) => {
                self.between.extend_from_slice(&self.piece[..start]);
                self.waiting = self.begin(start);
                Some(Frame::Between(std::mem::take(&mut self.between)))
            }
            (Tag::ClosesDocument, Some((place, bytes))) => {
                Some(Frame::Broken(place, bytes, "the document ends before </CdtTrfTxInf>"))
            }
            (_, Some((place, mut bytes))) => {
                // One byte above the limit shows that it was reached.
                let room = (FRAME_MAX_BYTES + 1).saturating_sub(bytes.len());
                bytes.extend_from_slice(&self.piece[..self.piece.len().min(room)]);
                self.open = Some((place, bytes));
                None
            }
            (_, None) => {
                let room = FRAME_MAX_BYTES.saturating_sub(self.between.len());
                self.between.extend_from_slice(&self.piece[..self.piece.len().min(room)]);
                None
            }
        }
    }

    /// Begins a transaction whose start tag stands at `start` of the piece; gives it at once where it is empty.
    fn begin(&mut self, start: usize) -> Option<Frame> {
        self.count += 1;
        let tag = &self.piece[start..];
        let lines = tag.iter().filter(|byte| **byte == b'\n').count() as u64;
        let place = Place { ordinal: self.count, line: self.line - lines, offset: self.offset - tag.len() as u64 };
        if tag.ends_with(b"/>") {
            return Some(Frame::Transaction(place, tag.to_vec()));
        }
        self.open = Some((place, tag.to_vec()));
        None
    }

    /// Reads up to the next `>` that ends a tag, a comment, a CDATA section or an instruction. `false` at the end.
    fn read_piece(&mut self) -> Result<bool, ReadError> {
        self.piece.clear();
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(source) => return Err(ReadError::Io { offset: self.offset, source }),
            };
            if chunk.is_empty() {
                return Ok(!self.piece.is_empty());
            }
            let end = chunk.iter().position(|byte| *byte == b'>');
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.line += chunk[..used].iter().filter(|byte| **byte == b'\n').count() as u64;
            // The last bytes say how a piece ends, so they are kept where the middle is not.
            if self.piece.len() + used > 2 * FRAME_MAX_BYTES {
                self.piece.truncate(FRAME_MAX_BYTES);
                self.piece.extend_from_slice(&chunk[used.saturating_sub(16)..used]);
            } else {
                self.piece.extend_from_slice(&chunk[..used]);
            }
            self.input.consume(used);
            self.offset += used as u64;
            if end.is_some() && ends_here(&self.piece) {
                return Ok(true);
            }
        }
    }
}

fn sized(place: Place, bytes: Vec<u8>) -> Frame {
    if bytes.len() > FRAME_MAX_BYTES {
        Frame::Broken(place, bytes, "it has more than 256 KiB")
    } else {
        Frame::Transaction(place, bytes)
    }
}

/// Whether a piece that ends in `>` ends what it began: a comment only ends with `-->`, a CDATA section only with `]]>`.
fn ends_here(piece: &[u8]) -> bool {
    let Some(start) = piece.iter().position(|byte| *byte == b'<') else { return true };
    let tag = &piece[start..];
    if tag.starts_with(b"<!--") {
        return tag.len() >= 7 && tag.ends_with(b"-->");
    }
    !tag.starts_with(b"<![CDATA[") || tag.ends_with(b"]]>")
}

/// What a piece ends with, and where its tag begins.
fn tag_of(piece: &[u8]) -> (Tag, usize) {
    let first = piece.iter().position(|byte| *byte == b'<').unwrap_or(piece.len());
    if piece[first..].starts_with(b"<!") || piece[first..].starts_with(b"<?") {
        return (Tag::Other, first);
    }
    // Broken XML may have a stray `<` before the tag.
    let start = piece.iter().rposition(|byte| *byte == b'<').unwrap_or(first);
    let inside = piece[start..].strip_prefix(b"<").unwrap_or_default();
    let (closes, inside) = inside.strip_prefix(b"/").map_or((false, inside), |inside| (true, inside));
    let end = inside.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')).unwrap_or(inside.len());
    let name = inside[..end].rsplit(|byte| *byte == b':').next().unwrap_or_default();
    let tag = match (name == TRANSACTION.as_bytes(), closes) {
        (true, true) => Tag::Closes,
        (true, false) if piece.ends_with(b"/>") => Tag::Stands,
        (true, false) => Tag::Opens,
        (false, true) if matches!(name, b"FIToFICstmrCdtTrf" | b"Document") => Tag::ClosesDocument,
        (false, _) => Tag::Other,
    };
    (tag, start)
}

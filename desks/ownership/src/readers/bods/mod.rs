//! Reader of BODS 0.4, the Beneficial Ownership Data Standard: an array of statements, one statement, or one statement per line.

mod codes;
mod fields;
mod framing;
mod land;
mod piece;
mod rows;
mod schema;
mod shape;

#[cfg(test)]
mod tests;

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use serde_json::Value;

use framing::{Frame, Frames};
use land::Landing;
use shape::Fault;

/// The most bytes one statement may have.
pub(crate) const STATEMENT_BYTES: usize = 1 << 20;

/// The most bytes a file may have.
pub(crate) const FILE_BYTES: u64 = 4 << 30;

/// Reads BODS 0.4. It holds one statement and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct BodsReader;

impl Reader for BodsReader {
    fn format(&self) -> Format {
        Format {
            name: "bods",
            description: "Beneficial Ownership Data Standard 0.4, JSON or JSON lines (Open Ownership)",
            extensions: &["json", "jsonl"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = framing::without_byte_order_mark(beginning);
        let first = beginning.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        let has = |word: &[u8]| beginning.windows(word.len()).any(|window| window == word);
        matches!(first, Some(b'[' | b'{')) && has(b"\"statementId\"") && (has(b"\"recordType\"") || has(b"\"recordDetails\""))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut frames = Frames::new(input, STATEMENT_BYTES, FILE_BYTES);
        let mut landing = Landing::new(source);
        let mut summary = ReadSummary::default();
        while let Some(frame) = frames.next()? {
            summary.rows += 1;
            let judged = judge(&frame).and_then(|statement| landing.take(frame.ordinal, &statement).map_err(Refusal::from));
            if let Err(refusal) = judged {
                let reason = format!("line {}: {}", refusal.line.unwrap_or(frame.begin.line), refusal.problem);
                sink.reject(Reject::new(frame.ordinal, refusal.field.as_deref(), reason, &frame.bytes))?;
            }
            if landing.is_full() {
                landing.flush(sink)?;
                sink.progress(frames.bytes_read());
            }
        }
        landing.flush(sink)?;
        sink.progress(frames.bytes_read());
        summary.ignored = landing.into_ignored();
        Ok(summary)
    }
}

/// Why a statement does not land.
struct Refusal {
    /// JSON pointer of the field, from the statement's root.
    field: Option<String>,
    /// The line, where it is another than the statement's first.
    line: Option<u64>,
    problem: String,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { field: Some(fault.pointer), line: None, problem: fault.problem }
    }
}

/// From bytes to a statement that is what BODS 0.4 requires.
fn judge(frame: &Frame) -> Result<Value, Refusal> {
    let refuse = |line, problem| Refusal { field: None, line, problem };
    if let Some(problem) = &frame.broken {
        return Err(refuse(None, problem.clone()));
    }
    if let Err(error) = std::str::from_utf8(&frame.bytes) {
        let line = frame.line_at(error.valid_up_to());
        return Err(refuse(Some(line), "the text is not UTF-8; save the file in that encoding".into()));
    }
    let statement: Value = serde_json::from_slice(&frame.bytes).map_err(|error| {
        let place = frame.place_of(&error);
        refuse(Some(place.line), format!("not valid JSON at column {}: {}", place.column, without_place(&error)))
    })?;
    schema::check_statement(&statement)?;
    Ok(statement)
}

/// The JSON reader's message without its own place: it counts from the statement's beginning, we count from the file's.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

//! Logs of networks: Zeek's tab-separated logs with their `#fields` header, and JSON lines with Zeek's names or the table's own.

mod event;
mod json_lines;
mod zeek;

pub(crate) use json_lines::NetworkJson;
pub(crate) use zeek::ZeekLog;

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use oikos_desk::reading::record_position;
use oikos_desk::{ReadError, ReadSummary, Reject, Sink, Source};

use self::event::{Event, Problem};
use crate::tables::NETWORK_EVENTS;

/// Nothing in order comes near this.
const LINE_MAX_BYTES: usize = 256 * 1_024;
/// When so many lines were refused and none was in order, the file is something else.
const HOPELESS_LINES: u64 = 10_000;
const PROGRESS_LINES: u64 = 16_384;

/// What takes a line; `None` for one that says how the others are written.
type TakeLine<'a> = dyn FnMut(&[u8]) -> Option<Result<Event, Problem>> + 'a;

/// Reads a log line by line. `what` is what the file should be, for messages.
fn read_lines(
    source: &Source,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    what: &str,
    take: &mut TakeLine<'_>,
) -> Result<ReadSummary, ReadError> {
    let mut lines = Lines::new(input, LINE_MAX_BYTES);
    let mut rows = TableRows::new(&NETWORK_EVENTS);
    let (mut summary, mut refused) = (ReadSummary::default(), 0u64);
    loop {
        let number = lines.number() + 1;
        if number.is_multiple_of(PROGRESS_LINES) {
            sink.progress(lines.offset());
        }
        let Some(line) = lines.next()? else { break };
        let (Line::Whole(bytes) | Line::TooLong(bytes)) = line;
        if number == 1
            && let Some(problem) = encoding_problem(bytes)
        {
            return Err(ReadError::Format { place: "byte 0".into(), problem: problem.into() });
        }
        let bytes = if number == 1 { without_byte_order_mark(bytes) } else { bytes };
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let event = match line {
            Line::Whole(_) => take(bytes),
            Line::TooLong(_) => Some(Err(("line", format!("it has more than {LINE_MAX_BYTES} bytes")))),
        };
        let Some(event) = event else { continue };
        summary.rows += 1;
        match event {
            Ok(event) => event.land(source.record_id(record_position(number)?), &mut rows, sink)?,
            Err((field, reason)) => {
                refused += 1;
                sink.reject(Reject::new(number, Some(field), reason, bytes))?;
            }
        }
        if refused >= HOPELESS_LINES && refused == summary.rows {
            let problem = format!("no line so far is in order; expected {what}");
            return Err(ReadError::Format { place: format!("line {number}"), problem });
        }
    }
    rows.flush(sink)?;
    sink.progress(lines.offset());
    Ok(summary)
}

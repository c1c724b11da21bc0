//! Captures as JSON lines (RFC 8259, one object a line); the desk's README lists the fields.

use std::borrow::Cow;
use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use oikos_matching::text_of_html;
use oikos_model::Timestamp;
use serde::Deserialize;

use super::landing::{Captured, Landing};
use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use super::{PROGRESS_ROWS, Problem};

const LINE_MAX_BYTES: usize = 2 * 1_024 * 1_024;

/// Reads the desk's own JSON lines.
pub(crate) struct CapturesJsonLines;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Capture<'a> {
    #[serde(borrow)]
    page: Cow<'a, str>,
    captured_at: Cow<'a, str>,
    posted_at: Option<Cow<'a, str>>,
    site: Option<Cow<'a, str>>,
    author: Option<Cow<'a, str>>,
    title: Option<Cow<'a, str>>,
    text: Option<Cow<'a, str>>,
    html: Option<Cow<'a, str>>,
    language: Option<Cow<'a, str>>,
    capture: Option<Cow<'a, str>>,
}

impl Reader for CapturesJsonLines {
    fn format(&self) -> Format {
        Format {
            name: "online-captures-json-lines",
            description: "Captured pages and posts, the online desk's own JSON lines; the desk's README lists its fields",
            extensions: &["jsonl", "ndjson"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let first = without_byte_order_mark(beginning).split(|byte| *byte == b'\n').next().unwrap_or_default();
        serde_json::from_slice::<Capture<'_>>(first).is_ok()
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let mut landing = Landing::new(source);
        let mut summary = ReadSummary::default();
        while let Some(line) = lines.next()? {
            let line = match line {
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => Ok(bytes.to_vec()),
                Line::TooLong(bytes) => Err(bytes.to_vec()),
            };
            let number = lines.number();
            summary.rows += 1;
            if number.is_multiple_of(PROGRESS_ROWS) {
                sink.progress(lines.offset());
            }
            let (bytes, taken) = match line {
                Err(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
                Ok(bytes) => {
                    check_first(number, &bytes)?;
                    let taken = take(&mut landing, number, without_byte_order_mark(&bytes), sink)?;
                    (bytes, taken)
                }
            };
            if let Err(problem) = taken {
                sink.reject(Reject::new(number, problem.field, problem.reason, &bytes))?;
            }
        }
        landing.finish(sink)?;
        sink.progress(lines.offset());
        Ok(summary)
    }
}

/// Refuses a file whose first line is no text or no object.
fn check_first(number: u64, bytes: &[u8]) -> Result<(), ReadError> {
    let problem = match encoding_problem(bytes) {
        Some(problem) => problem,
        None if without_byte_order_mark(bytes).trim_ascii_start().starts_with(b"{") => return Ok(()),
        None => "expected one JSON object a line",
    };
    if number == 1 { Err(ReadError::Format { place: "line 1".into(), problem: problem.into() }) } else { Ok(()) }
}

fn take(landing: &mut Landing<'_>, number: u64, bytes: &[u8], sink: &mut dyn Sink) -> Result<Result<(), Problem>, ReadError> {
    let capture: Capture<'_> = match serde_json::from_slice(bytes) {
        Ok(capture) => capture,
        Err(error) => return Ok(Err(Problem::row(format!("column {}: {error}", error.column())))),
    };
    let moments =
        (moment("captured_at", &capture.captured_at), capture.posted_at.as_deref().map(|text| moment("posted_at", text)));
    let at = match moments {
        (Err(problem), _) | (_, Some(Err(problem))) => return Ok(Err(problem)),
        (Ok(captured), None) => captured,
        (Ok(_), Some(Ok(posted))) => posted,
    };
    let text = match (&capture.text, &capture.html) {
        (Some(_), Some(_)) | (None, None) => return Ok(Err(Problem::field("text", "expected text or html, one of them"))),
        (Some(text), None) => Cow::Borrowed(&**text),
        (None, Some(html)) => Cow::Owned(text_of_html(html)),
    };
    let captured = Captured {
        at: Some(at),
        site: capture.site.as_deref(),
        page: &capture.page,
        author: capture.author.as_deref(),
        title: capture.title.as_deref(),
        text: &text,
        language: capture.language.as_deref(),
        capture: capture.capture.as_deref(),
    };
    landing.take(number, &captured, sink)
}

fn moment(field: &'static str, text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| Problem::field(field, format!("{text:?} is no time like 2026-03-01T12:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"page":"https://www.board.example/1","captured_at":"2026-03-02T00:00:00Z","posted_at":"2026-03-01T00:00:00Z","author":"@Night","html":"<p>Pay to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa</p>","capture":"D-17/2026"}"#;

    #[test]
    fn a_capture_lands_with_its_identifiers() {
        let (sink, summary) = read(&CapturesJsonLines, format!("{GOOD}\n").as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rejects.len()), (1, 0), "{:?}", sink.rejects);
        let capture = &sink.rows("online_captures")[0];
        assert_eq!((&capture["site"], &capture["author"]), (&"board.example".into(), &"board.example:night".into()));
        assert_eq!(
            (&capture["at"], &capture["text"]),
            (&"2026-03-01T00:00:00Z".into(), &"Pay to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".into())
        );
        let selector = &sink.rows("online_selectors")[0];
        assert_eq!((&selector["kind"], &selector["advertiser"]), (&"wallet".into(), &"board.example:night".into()));
        assert!(CapturesJsonLines.recognises(GOOD.as_bytes()));
    }

    #[test]
    fn bad_lines_are_named() {
        let both = GOOD.replace("\"html\"", "\"text\":\"a\",\"html\"");
        let empty = GOOD.replace("<p>Pay to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa</p>", "<p></p>");
        let text = format!(
            "{GOOD}\n{both}\n{empty}\n{}\n{}\n{{\n",
            GOOD.replace("2026-03-02T", "yesterday"),
            GOOD.replace("https://www.board.example/1", "a page")
        );
        let (sink, _) = read(&CapturesJsonLines, text.as_bytes());
        let refused: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
        assert_eq!(refused, [(2, Some("text")), (3, Some("text")), (4, Some("captured_at")), (5, Some("site")), (6, None)]);
        assert!(read(&CapturesJsonLines, b"page,text\n").1.is_err());
    }

    proptest! {
        #[test]
        fn cut_and_changed_lines_never_panic(cut in 0usize..300, byte in any::<u8>(), place in 0usize..300) {
            let mut bytes = GOOD.as_bytes().to_vec();
            let length = bytes.len();
            bytes[place % length] = byte;
            bytes.truncate(cut);
            let _ = read(&CapturesJsonLines, &bytes);
        }
    }
}

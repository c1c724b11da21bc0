//! Flat rows with named fields, as CSV (RFC 4180, UTF-8, comma, one row per line) or as JSON lines (one object per line). Which
//! of the two a file is shows in its first byte. Fields are texts here; what they mean is the caller's.

use std::io::BufRead;

use oikos_desk::{ReadError, ReadSummary, Reject, Sink};
use serde_json::Value;

use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};

const LINE_MAX_BYTES: usize = 64 * 1_024;
const TEXT_MAX_CHARACTERS: usize = 512;
const PROGRESS_LINES: u64 = 16_384;

/// The fields of a flat format.
pub(super) struct Layout {
    /// Fields it may have.
    pub(super) fields: &'static [&'static str],
    /// Of these, the ones without which a file is not in this format.
    pub(super) needed: &'static [&'static str],
}

/// Why a row is refused.
#[derive(Debug)]
pub(super) struct Problem {
    field: Option<&'static str>,
    reason: String,
}

impl Problem {
    pub(super) fn row(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    pub(super) fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into() }
    }
}

/// The fields of one row, empty ones left out.
pub(super) struct Fields {
    layout: &'static Layout,
    texts: Vec<Option<String>>,
}

impl Fields {
    fn empty(layout: &'static Layout) -> Self {
        Self { layout, texts: vec![None; layout.fields.len()] }
    }

    fn set(&mut self, place: usize, text: &str) -> Result<(), Problem> {
        let name = self.layout.fields[place];
        let text = text.trim();
        if text.chars().count() > TEXT_MAX_CHARACTERS {
            return Err(Problem::field(name, format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(Problem::field(name, "control characters are not allowed"));
        }
        self.texts[place] = (!text.is_empty()).then(|| text.to_owned());
        Ok(())
    }

    /// The text of a field.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let place = self.layout.fields.iter().position(|field| *field == name)?;
        self.texts[place].as_deref()
    }

    /// The text of a field that must have one.
    pub(super) fn needed(&self, name: &'static str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| Problem::field(name, "it is empty"))
    }
}

/// What is done with a row: it lands, or is refused with a reason.
pub(super) type Take<'a> = dyn FnMut(&Fields, u32, &mut dyn Sink) -> Result<Result<(), Problem>, ReadError> + 'a;

/// Whether a file that begins like this has this layout.
pub(super) fn recognises(layout: &Layout, beginning: &[u8]) -> bool {
    let beginning = without_byte_order_mark(beginning);
    let first = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.trim_ascii_start().starts_with(b"{") {
        let Ok(Value::Object(object)) = serde_json::from_slice(first) else { return false };
        return object.keys().all(|name| layout.fields.contains(&name.as_str()))
            && layout.needed.iter().all(|name| object.contains_key(*name));
    }
    Header::of(layout, first).is_ok()
}

/// Reads a file row by row.
pub(super) fn read(
    layout: &'static Layout,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    take: &mut Take<'_>,
) -> Result<ReadSummary, ReadError> {
    let beginning = input.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })?;
    let wrong = |problem: String| ReadError::Format { place: "line 1".into(), problem };
    let expected = || format!("expected CSV with a header, or JSON lines, of the fields {}", layout.fields.join(","));
    if let Some(problem) = encoding_problem(beginning) {
        return Err(wrong(problem.to_owned()));
    }
    let is_json = without_byte_order_mark(beginning).trim_ascii_start().first() == Some(&b'{');
    let mut lines = Lines::new(input, LINE_MAX_BYTES);
    let header = if is_json {
        None
    } else {
        match lines.next()? {
            Some(Line::Whole(bytes)) => {
                let header = Header::of(layout, without_byte_order_mark(bytes));
                Some(header.map_err(|problem| wrong(format!("{problem}; {}", expected())))?)
            }
            Some(Line::TooLong(_)) => {
                return Err(wrong(format!("the header has more than {LINE_MAX_BYTES} bytes; {}", expected())));
            }
            None => return Err(wrong(format!("the file is empty; {}", expected()))),
        }
    };
    let mut summary = ReadSummary::default();
    loop {
        let number = lines.number() + 1;
        if number.is_multiple_of(PROGRESS_LINES) {
            sink.progress(lines.offset());
        }
        let Some(line) = lines.next()? else { break };
        let (bytes, fields) = match line {
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
            Line::Whole(bytes) => match &header {
                Some(header) => (bytes, header.fields(layout, bytes)),
                None => (bytes, from_json(layout, without_byte_order_mark(bytes))),
            },
            Line::TooLong(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
        };
        summary.rows += 1;
        let position =
            u32::try_from(number).map_err(|_| wrong("a file may have at most 4,294,967,295 lines; split it".into()))?;
        let taken = match fields {
            Ok(fields) => take(&fields, position, sink)?,
            Err(problem) => Err(problem),
        };
        if let Err(Problem { field, reason }) = taken {
            sink.reject(Reject::new(number, field, reason, bytes))?;
        }
    }
    sink.progress(lines.offset());
    Ok(summary)
}

fn from_json(layout: &'static Layout, bytes: &[u8]) -> Result<Fields, Problem> {
    let object = match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(Problem::row("the line is no JSON object")),
        Err(error) => return Err(Problem::row(format!("the line is no JSON object: {error}"))),
    };
    let mut fields = Fields::empty(layout);
    for (name, value) in &object {
        let Some(place) = layout.fields.iter().position(|field| field == name) else {
            let shown: String = name.chars().take(60).collect();
            return Err(Problem::row(format!("field {shown:?} is not known; known are {}", layout.fields.join(", "))));
        };
        match value {
            Value::Null => {}
            Value::String(text) => fields.set(place, text)?,
            Value::Number(number) => fields.set(place, &number.to_string())?,
            Value::Bool(yes) => fields.set(place, if *yes { "yes" } else { "no" })?,
            Value::Array(_) | Value::Object(_) => {
                return Err(Problem::field(layout.fields[place], "expected a text or a number"));
            }
        }
    }
    Ok(fields)
}

/// For each column of a CSV, its field's place in the layout.
struct Header(Vec<usize>);

impl Header {
    fn of(layout: &Layout, line: &[u8]) -> Result<Self, String> {
        let record = record_of(line).ok_or("the header is no CSV")?;
        let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let mut places = Vec::with_capacity(names.len());
        for name in &names {
            let shown: String = name.chars().take(60).collect();
            let place = layout.fields.iter().position(|field| field == name);
            let place = place.ok_or_else(|| format!("column {shown:?} is not known"))?;
            if places.contains(&place) {
                return Err(format!("column {shown:?} stands twice"));
            }
            places.push(place);
        }
        match layout.needed.iter().find(|needed| !names.iter().any(|name| name == *needed)) {
            Some(missing) => Err(format!("column {missing:?} is missing")),
            None => Ok(Self(places)),
        }
    }

    fn fields(&self, layout: &'static Layout, line: &[u8]) -> Result<Fields, Problem> {
        let record = record_of(line).ok_or_else(|| Problem::row("the line is no CSV"))?;
        if record.len() != self.0.len() {
            return Err(Problem::row(format!("expected {} fields, found {}", self.0.len(), record.len())));
        }
        let mut fields = Fields::empty(layout);
        for (place, bytes) in self.0.iter().zip(&record) {
            let text = std::str::from_utf8(bytes).map_err(|_| Problem::field(layout.fields[*place], "it is no UTF-8"))?;
            fields.set(*place, text)?;
        }
        Ok(fields)
    }
}

fn record_of(line: &[u8]) -> Option<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(line.len().max(1)).from_reader(line);
    let mut record = csv::ByteRecord::new();
    // A quote that is not closed would swallow the rest of the line; what it swallowed shows as a wrong number of fields.
    reader.read_byte_record(&mut record).ok().filter(|found| *found)?;
    Some(record)
}

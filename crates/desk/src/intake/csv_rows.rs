//! A CSV file with a header of known columns (RFC 4180, UTF-8, comma, one row per line): a bad row is refused, the others go on.

use std::io::BufRead;

use oikos_model::Timestamp;

use crate::reading::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use crate::reading::record_position;
use crate::{ReadError, ReadSummary, Reject, Sink, SinkError};

const LINE_MAX_BYTES: usize = 16 * 1_024;
const TEXT_MAX_CHARACTERS: usize = 2_000;
const PROGRESS_LINES: u64 = 16_384;

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column at fault, where one is.
    pub field: Option<&'static str>,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Problem {
    /// The row as a whole is at fault.
    pub fn row(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    /// One column is at fault.
    pub fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into() }
    }
}

/// Why a row was not taken: it is refused, or reading cannot go on.
#[derive(Debug)]
pub enum Refusal {
    /// The row goes to the rejects.
    Row(Problem),
    /// Reading stops.
    Read(ReadError),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Row(problem)
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<SinkError> for Refusal {
    fn from(error: SinkError) -> Self {
        Self::Read(ReadError::Sink(error))
    }
}

/// A row as it was written.
pub struct CsvRow<'a> {
    columns: &'static [&'static str],
    places: &'a [usize],
    record: &'a csv::ByteRecord,
    /// Its line in the file, from 1.
    pub line: u32,
}

impl CsvRow<'_> {
    /// The text of a column, without blanks around it; `None` where it is empty.
    ///
    /// # Errors
    /// When it is no UTF-8, too long or holds control characters.
    pub fn text(&self, column: &'static str) -> Result<Option<&str>, Problem> {
        let at = self.columns.iter().position(|known| *known == column).and_then(|at| self.places.get(at));
        let bytes = at.and_then(|at| self.record.get(*at)).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| Problem::field(column, "it is no UTF-8"))?.trim();
        if text.chars().count() > TEXT_MAX_CHARACTERS {
            return Err(Problem::field(column, format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(Problem::field(column, "control characters are not allowed"));
        }
        Ok((!text.is_empty()).then_some(text))
    }

    /// The text of a column that must not be empty.
    ///
    /// # Errors
    /// As [`text`](Self::text), and when it is empty.
    pub fn needed(&self, column: &'static str) -> Result<&str, Problem> {
        self.text(column)?.ok_or_else(|| Problem::field(column, "it is empty"))
    }

    /// A number within its bounds.
    ///
    /// # Errors
    /// When it is no number, or outside.
    pub fn number(&self, column: &'static str, least: f64, most: f64) -> Result<Option<f64>, Problem> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        let number: f64 = text.parse().map_err(|_| Problem::field(column, "expected a number, for example 12.5"))?;
        if (least..=most).contains(&number) {
            return Ok(Some(number));
        }
        Err(Problem::field(column, format!("{number} is not between {least} and {most}")))
    }

    /// A moment in RFC 3339.
    ///
    /// # Errors
    /// When it is none.
    pub fn moment(&self, column: &'static str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        let moment = text.parse().map_err(|_| Problem::field(column, "expected a moment such as 2026-03-01T12:00:00Z"))?;
        Ok(Some(moment))
    }

    /// An ISO 3166-1 alpha-2 code.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn country(&self, column: &'static str) -> Result<Option<&str>, Problem> {
        match self.text(column)? {
            Some(code) if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Err(Problem::field(column, "expected an ISO 3166-1 alpha-2 code, for example FI"))
            }
            code => Ok(code),
        }
    }
}

/// What takes rows.
pub type TakeRow<'a> = dyn FnMut(&CsvRow<'_>, &mut dyn Sink) -> Result<(), Refusal> + 'a;

/// Reads a file whose header has these columns, in any order.
///
/// # Errors
/// When the header is another, the file cannot be read, or the sink takes no more.
pub fn read_csv(
    columns: &'static [&'static str],
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    take: &mut TakeRow<'_>,
) -> Result<ReadSummary, ReadError> {
    let mut lines = Lines::new(input, LINE_MAX_BYTES);
    let header_error = |problem: &str| ReadError::Format {
        place: "line 1".into(),
        problem: format!("{problem}; expected the header {}", columns.join(",")),
    };
    let places = match lines.next()? {
        Some(Line::Whole(bytes)) => header(columns, bytes).map_err(|problem| header_error(&problem))?,
        Some(Line::TooLong(_)) => return Err(header_error("the line is too long")),
        None => return Err(header_error("the file is empty")),
    };
    let mut summary = ReadSummary::default();
    loop {
        let number = lines.number() + 1;
        if number.is_multiple_of(PROGRESS_LINES) {
            sink.progress(lines.offset());
        }
        let Some(line) = lines.next()? else { break };
        let (Line::Whole(bytes) | Line::TooLong(bytes)) = &line;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        summary.rows += 1;
        let taken = match &line {
            Line::Whole(bytes) => take_line(columns, &places, bytes, record_position(number)?, sink, take),
            Line::TooLong(_) => Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")).into()),
        };
        match taken {
            Ok(()) => {}
            Err(Refusal::Row(problem)) => sink.reject(Reject::new(number, problem.field, problem.reason, bytes))?,
            Err(Refusal::Read(error)) => return Err(error),
        }
    }
    sink.progress(lines.offset());
    Ok(summary)
}

/// Where each column stands.
fn header(columns: &[&str], bytes: &[u8]) -> Result<Vec<usize>, String> {
    if let Some(problem) = encoding_problem(bytes) {
        return Err(problem.to_owned());
    }
    let record = record_of(without_byte_order_mark(bytes)).ok_or("the header is no CSV")?;
    let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    if let Some(unknown) = names.iter().find(|name| !columns.contains(&name.as_str())) {
        let shown: String = unknown.chars().take(60).collect();
        return Err(format!("column {shown:?} is not known"));
    }
    let place = |column: &&str| {
        let mut found = names.iter().enumerate().filter(|(_, name)| name == column).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(at), None) => Ok(at),
            (Some(_), Some(_)) => Err(format!("column {column:?} stands twice")),
            (None, _) => Err(format!("column {column:?} is missing")),
        }
    };
    columns.iter().map(place).collect()
}

fn take_line(
    columns: &'static [&'static str],
    places: &[usize],
    bytes: &[u8],
    line: u32,
    sink: &mut dyn Sink,
    take: &mut TakeRow<'_>,
) -> Result<(), Refusal> {
    let record = record_of(bytes).ok_or_else(|| Problem::row("the line is no CSV"))?;
    if record.len() != columns.len() {
        return Err(Problem::row(format!("expected {} fields, found {}", columns.len(), record.len())).into());
    }
    take(&CsvRow { columns, places, record: &record, line }, sink)
}

fn record_of(line: &[u8]) -> Option<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(line.len().max(1)).from_reader(line);
    let mut record = csv::ByteRecord::new();
    // A quote that is not closed would swallow the rest of the line; what it swallowed shows as a wrong number of fields.
    reader.read_byte_record(&mut record).ok().filter(|found| *found)?;
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collected::CollectedSink;

    const COLUMNS: &[&str] = &["at", "name", "height_m"];

    fn read(text: &[u8]) -> (Vec<String>, CollectedSink, Result<ReadSummary, ReadError>) {
        let (mut taken, mut sink) = (Vec::new(), CollectedSink::default());
        let mut take = |row: &CsvRow<'_>, _: &mut dyn Sink| -> Result<(), Refusal> {
            let at = row.moment("at")?.ok_or_else(|| Problem::field("at", "it is empty"))?;
            let height_m = row.number("height_m", -500.0, 9_000.0)?;
            taken.push(format!("{} {at} {} {height_m:?}", row.line, row.needed("name")?));
            Ok(())
        };
        let summary = read_csv(COLUMNS, &mut &*text, &mut sink, &mut take);
        (taken, sink, summary)
    }

    #[test]
    fn good_rows_land_in_any_order_of_columns_and_bad_ones_say_why() {
        let text = "\u{feff}name,at,height_m\r\n\"a, b\",2026-01-01T00:00:00Z,1.5\n\nc,never,2\n,2026-01-01T00:00:00Z,\nd,2026-01-01T00:00:00Z,9e9\ne\n";
        let (taken, sink, summary) = read(text.as_bytes());
        assert_eq!(taken, ["2 2026-01-01T00:00:00Z a, b Some(1.5)"]);
        assert_eq!(summary.unwrap().rows, 5);
        let why: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
        assert_eq!(why, [(4, Some("at")), (5, Some("name")), (6, Some("height_m")), (7, None)]);
    }

    #[test]
    fn another_header_is_refused_with_what_is_expected() {
        for (header, problem) in [
            ("", "the file is empty"),
            ("at,name\n", "\"height_m\" is missing"),
            ("at,name,height_m,colour\n", "\"colour\" is not known"),
            ("at,at,name,height_m\n", "\"at\" stands twice"),
        ] {
            let error = read(header.as_bytes()).2.unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains("at,name,height_m"), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = read(&bytes);
            let mut file = b"at,name,height_m\n".to_vec();
            file.extend(bytes);
            proptest::prop_assert!(read(&file).2.is_ok());
        }
    }
}

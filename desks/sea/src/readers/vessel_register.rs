//! A register of ships as CSV (RFC 4180, UTF-8, comma, one row per line). The header names these columns, in any order:
//!
//! `imo, mmsi, name, call_sign, flag, ship_type, owner_name, owner_lei, owner_country, valid_from, valid_to`
//!
//! Every row needs a name and an IMO number or an MMSI. IMO numbers and LEIs are checked by their check digits; countries are
//! ISO 3166-1 alpha-2; dates are `YYYY-MM-DD` (midnight UTC) or RFC 3339. A row with a bad field is refused whole: half an
//! identity is worse than none. An owner without a LEI may be a natural person, so it stays in the record and no statement
//! about it is made.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use oikos_matching::normalise;
use oikos_model::{SelectorKind, StatementDraft, Timestamp};

use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use super::{Origin, record_position};
use crate::tables::VESSEL_REGISTER;
use oikos_desk::intake::TableRows;

const COLUMNS: [&str; 11] = [
    "imo",
    "mmsi",
    "name",
    "call_sign",
    "flag",
    "ship_type",
    "owner_name",
    "owner_lei",
    "owner_country",
    "valid_from",
    "valid_to",
];
const LINE_MAX_BYTES: usize = 16 * 1_024;
const TEXT_MAX_CHARACTERS: usize = 255;
const STATEMENTS_BATCH: usize = 4_096;
const PROGRESS_LINES: u64 = 16_384;

/// Reads the desk's own CSV of ships and owners.
pub(crate) struct VesselRegister;

impl Reader for VesselRegister {
    fn format(&self) -> Format {
        Format {
            name: "vessel-register",
            description: "Ships with their owners, the sea desk's own CSV (RFC 4180); the desk's README lists its columns",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let first = without_byte_order_mark(beginning).split(|byte| *byte == b'\n').next().unwrap_or_default();
        let names = std::str::from_utf8(first).unwrap_or_default().split(',').map(|name| name.trim().trim_matches('"'));
        let known = names.filter(|name| COLUMNS.contains(name)).count();
        known == COLUMNS.len()
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let header = match lines.next()? {
            Some(Line::Whole(bytes)) => Header::read(bytes)?,
            Some(Line::TooLong(_)) => return Err(header_error(&format!("the header has more than {LINE_MAX_BYTES} bytes"))),
            None => return Err(header_error("the file is empty")),
        };
        let mut reading = Reading { source, sink, rows: TableRows::new(&VESSEL_REGISTER), statements: Vec::new() };
        let mut summary = ReadSummary::default();
        loop {
            let number = lines.number() + 1;
            if number.is_multiple_of(PROGRESS_LINES) {
                reading.sink.progress(lines.offset());
            }
            let Some(line) = lines.next()? else { break };
            let (bytes, row) = match line {
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => (bytes, header.row(bytes)),
                Line::TooLong(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
            };
            summary.rows += 1;
            match row {
                Ok(row) => reading.take(&row, record_position(number)?)?,
                Err(problem) => reading.sink.reject(Reject::new(number, problem.field, problem.reason, bytes))?,
            }
        }
        reading.finish()?;
        sink.progress(lines.offset());
        Ok(summary)
    }
}

fn header_error(problem: &str) -> ReadError {
    ReadError::Format { place: "line 1".into(), problem: format!("{problem}; expected the header {}", COLUMNS.join(",")) }
}

/// Why a row is refused.
#[derive(Debug)]
struct Problem {
    field: Option<&'static str>,
    reason: String,
}

impl Problem {
    fn row(reason: String) -> Self {
        Self { field: None, reason }
    }

    fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into() }
    }
}

fn record_of(line: &[u8]) -> Option<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(line.len().max(1)).from_reader(line);
    let mut record = csv::ByteRecord::new();
    // A quote that is not closed would swallow the rest of the line; what it swallowed shows as a wrong number of fields.
    reader.read_byte_record(&mut record).ok().filter(|found| *found)?;
    Some(record)
}

/// Where each column stands.
struct Header([usize; COLUMNS.len()]);

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if let Some(problem) = encoding_problem(bytes) {
            return Err(header_error(problem));
        }
        let record = record_of(without_byte_order_mark(bytes)).ok_or_else(|| header_error("the header is no CSV"))?;
        let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        if let Some(unknown) = names.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
            let shown: String = unknown.chars().take(60).collect();
            return Err(header_error(&format!("column {shown:?} is not known")));
        }
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == column);
            *place = found.next().ok_or_else(|| header_error(&format!("column {column:?} is missing")))?.0;
            if found.next().is_some() {
                return Err(header_error(&format!("column {column:?} stands twice")));
            }
        }
        Ok(Self(places))
    }

    fn row(&self, line: &[u8]) -> Result<Row, Problem> {
        let record = record_of(line).ok_or_else(|| Problem::row("the line is no CSV".into()))?;
        if record.len() != COLUMNS.len() {
            return Err(Problem::row(format!("expected {} fields, found {}", COLUMNS.len(), record.len())));
        }
        let mut texts: [Option<String>; COLUMNS.len()] = Default::default();
        for ((text, place), column) in texts.iter_mut().zip(self.0).zip(COLUMNS) {
            *text = field_text(column, record.get(place).unwrap_or_default())?;
        }
        Row::check(texts)
    }
}

fn field_text(column: &'static str, bytes: &[u8]) -> Result<Option<String>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::field(column, "it is no UTF-8"))?.trim();
    if text.chars().count() > TEXT_MAX_CHARACTERS {
        return Err(Problem::field(column, format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::field(column, "control characters are not allowed"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A row in order.
struct Row {
    imo: Option<String>,
    mmsi: Option<i32>,
    name: String,
    call_sign: Option<String>,
    flag: Option<String>,
    ship_type: Option<String>,
    owner_name: Option<String>,
    owner_lei: Option<String>,
    owner_country: Option<String>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
}

impl Row {
    fn check(texts: [Option<String>; COLUMNS.len()]) -> Result<Self, Problem> {
        let [imo, mmsi, name, call_sign, flag, ship_type, owner_name, owner_lei, owner_country, valid_from, valid_to] = texts;
        let row = Self {
            imo: identifier("imo", SelectorKind::Imo, imo)?,
            mmsi: identifier("mmsi", SelectorKind::Mmsi, mmsi)?.and_then(|mmsi| mmsi.parse().ok()),
            name: name.ok_or_else(|| Problem::field("name", "it is empty"))?,
            call_sign,
            flag: country("flag", flag)?,
            ship_type,
            owner_name,
            owner_lei: identifier("owner_lei", SelectorKind::Lei, owner_lei)?,
            owner_country: country("owner_country", owner_country)?,
            valid_from: moment("valid_from", valid_from)?,
            valid_to: moment("valid_to", valid_to)?,
        };
        if row.imo.is_none() && row.mmsi.is_none() {
            return Err(Problem::field("imo", "a ship needs an IMO number or an MMSI; both are empty"));
        }
        if row.valid_from.zip(row.valid_to).is_some_and(|(from, to)| to <= from) {
            return Err(Problem::field("valid_to", "it is not after valid_from"));
        }
        Ok(row)
    }

    /// The vessel's entity: by IMO number, which stays with the hull, else by radio identity.
    fn vessel(&self) -> String {
        match (&self.imo, self.mmsi) {
            (Some(imo), _) => format!("imo-{imo}"),
            (None, mmsi) => format!("mmsi-{:09}", mmsi.unwrap_or_default()),
        }
    }

    fn statements(&self, origin: &Origin<'_>) -> Vec<StatementDraft> {
        let vessel = self.vessel();
        let mmsi = self.mmsi.map(|mmsi| format!("{mmsi:09}"));
        let about_vessel = [
            ("name", Some(&self.name)),
            ("imo", self.imo.as_ref()),
            ("mmsi", mmsi.as_ref()),
            ("call_sign", self.call_sign.as_ref()),
            ("flag", self.flag.as_ref()),
            ("ship_type", self.ship_type.as_ref()),
        ];
        let mut statements = say(origin, &vessel, "vessel", &about_vessel);
        let Some(lei) = &self.owner_lei else { return statements };
        let owner = format!("lei-{lei}");
        let about_owner = [("lei", Some(lei)), ("name", self.owner_name.as_ref()), ("country", self.owner_country.as_ref())];
        statements.extend(say(origin, &owner, "company", &about_owner));
        let ownership = format!("ownership-{owner}-{vessel}");
        let about_ownership = [("owner", Some(&owner)), ("owned", Some(&vessel))];
        statements.extend(say(origin, &ownership, "ownership", &about_ownership));
        statements
    }
}

fn say(origin: &Origin<'_>, entity: &str, kind: &str, properties: &[(&str, Option<&String>)]) -> Vec<StatementDraft> {
    let given = properties.iter().filter_map(|(property, value)| value.map(|value| (*property, value)));
    given.filter_map(|(property, value)| origin.statement(entity, kind, property, value)).collect()
}

fn identifier(field: &'static str, kind: SelectorKind, text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let selector = normalise(kind, &text).map_err(|error| Problem::field(field, error.to_string()))?;
    Ok(Some(selector.value))
}

fn country(field: &'static str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(code) if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Err(Problem::field(field, format!("{code:?} is no ISO 3166-1 alpha-2 code, for example FI")))
        }
        code => Ok(code),
    }
}

fn moment(field: &'static str, text: Option<String>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.clone() };
    whole
        .parse()
        .map(Some)
        .map_err(|_| Problem::field(field, format!("{text:?} is neither YYYY-MM-DD nor a time like 2026-03-01T12:00:00Z")))
}

/// A file being read.
struct Reading<'a> {
    source: &'a Source,
    sink: &'a mut dyn Sink,
    rows: TableRows,
    statements: Vec<StatementDraft>,
}

impl Reading<'_> {
    fn take(&mut self, row: &Row, position: u32) -> Result<(), ReadError> {
        let cells = [
            self.source.record_id(position).into(),
            row.imo.as_ref().into(),
            row.mmsi.into(),
            (&row.name).into(),
            row.call_sign.as_ref().into(),
            row.flag.as_ref().into(),
            row.ship_type.as_ref().into(),
            row.owner_name.as_ref().into(),
            row.owner_lei.as_ref().into(),
            row.owner_country.as_ref().into(),
            row.valid_from.into(),
            row.valid_to.into(),
        ];
        self.rows.push(cells, self.sink)?;
        let origin = Origin {
            source: self.source,
            table: VESSEL_REGISTER.name,
            position,
            stated_at: None,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        };
        self.statements.extend(row.statements(&origin));
        if self.statements.len() >= STATEMENTS_BATCH {
            self.sink.statements(std::mem::take(&mut self.statements))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ReadError> {
        self.rows.flush(self.sink)?;
        if !self.statements.is_empty() {
            self.sink.statements(std::mem::take(&mut self.statements))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const HEADER: &str = "imo,mmsi,name,call_sign,flag,ship_type,owner_name,owner_lei,owner_country,valid_from,valid_to";
    const GOOD: &str =
        "9134270,351759000,EVER DIADEM,3FOF8,PA,container,\"Diadem, Shipping\",506700GE1G29325QX363,CH,2020-01-01,";

    #[test]
    fn a_good_row_lands_with_its_statements() {
        let (sink, summary) = read(&VesselRegister, format!("\u{feff}{HEADER}\r\n{GOOD}\r\n\r\n").as_bytes());
        assert_eq!(summary.unwrap().rows, 1);
        let row = &sink.rows("vessel_register")[0];
        assert_eq!((row["imo"].as_str(), row["mmsi"].as_i64()), (Some("9134270"), Some(351_759_000)));
        assert_eq!(row["owner_name"], "Diadem, Shipping");
        assert_eq!(row["valid_from"], "2020-01-01T00:00:00Z");
        assert!(!row.contains_key("valid_to"));
        let said = sink.said();
        assert!(said.contains(&("imo-9134270", "vessel", "mmsi", "351759000")));
        assert!(said.contains(&("lei-506700GE1G29325QX363", "company", "name", "Diadem, Shipping")));
        let ownership = "ownership-lei-506700GE1G29325QX363-imo-9134270";
        assert!(said.contains(&(ownership, "ownership", "owner", "lei-506700GE1G29325QX363")));
        assert!(said.contains(&(ownership, "ownership", "owned", "imo-9134270")));
        assert_eq!(sink.statements[0].valid_from, Some("2020-01-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn an_owner_without_a_lei_stays_in_the_record() {
        let (sink, _) = read(&VesselRegister, format!("{HEADER}\n,230986000,ANNA,,FI,fishing,A Person,,FI,,\n").as_bytes());
        assert_eq!(sink.rows("vessel_register")[0]["owner_name"], "A Person");
        assert!(sink.said().iter().all(|(entity, ..)| *entity == "mmsi-230986000"));
    }

    #[test]
    fn bad_rows_name_their_field_and_good_rows_land() {
        let bad = [
            ("9134271,351759000,A,,,,,,,,", Some("imo")),
            ("9134270,35175900,A,,,,,,,,", Some("mmsi")),
            ("9134270,,,,,,,,,,", Some("name")),
            (",,A,,,,,,,,", Some("imo")),
            ("9134270,,A,,Finland,,,,,,", Some("flag")),
            ("9134270,,A,,,,B,506700GE1G29325QX364,,,", Some("owner_lei")),
            ("9134270,,A,,,,,,,01.02.2020,", Some("valid_from")),
            ("9134270,,A,,,,,,,2020-01-02,2020-01-01", Some("valid_to")),
            ("9134270,A", None),
            ("9134270,,\"A,,,,,,,,", None),
        ];
        let text: String = bad.iter().map(|(row, _)| format!("{row}\n")).collect();
        let (sink, _) = read(&VesselRegister, format!("{HEADER}\n{text}{GOOD}\n").as_bytes());
        let found: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
        let expected: Vec<_> = (2..).zip(bad.iter().map(|(_, field)| *field)).collect();
        assert_eq!(found, expected);
        assert_eq!(sink.rows("vessel_register").len(), 1);
    }

    #[test]
    fn a_wrong_header_is_refused_and_says_what_is_expected() {
        for header in ["", "imo,mmsi", &HEADER.replace("flag", "colour"), &HEADER.replace("imo,mmsi", "mmsi,mmsi"), "\u{0}\u{0}"]
        {
            let error = read(&VesselRegister, header.as_bytes()).1.unwrap_err().to_string();
            assert!(error.contains("imo,mmsi,name"), "{error}");
        }
        assert!(VesselRegister.recognises(format!("{HEADER}\n").as_bytes()));
        assert!(!VesselRegister.recognises(b"imo,name\n"));
    }

    proptest! {
        #[test]
        fn arbitrary_rows_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..1_000)) {
            let mut file = format!("{HEADER}\n").into_bytes();
            file.extend_from_slice(&bytes);
            prop_assert!(read(&VesselRegister, &file).1.is_ok());
            let _ = read(&VesselRegister, &bytes);
        }
    }
}

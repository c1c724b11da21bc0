//! Input-output tables and interdependency matrices as CSV, in the three shapes in which they are passed around:
//!
//! - **labelled**, as `iotables` and Eurostat's products print them: the first column names the row. TableRows that have the name of a column
//!   are sectors; a row named `output`, `output_bp` or `P1` is the output; totals, imports, taxes and final uses are left out;
//! - **long**: one cell a line, with the columns `iotables_row`, `iotables_col` and `values`; the same rules hold;
//! - **bare**, as the DIIM test cases are: the header names the sectors. As many rows as sectors are coefficients a*ij; one row more is the
//!   output, and the others are flows; rows `i,j,value` of three fields under a header of other width are sparse coefficients, from 0.

use std::collections::{BTreeSet, HashMap};
use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use oikos_desk::reading::{csv_fields, record_position};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};

use crate::diim::Matrix;
use crate::tables::INPUT_OUTPUT;

const LINE_MAX_BYTES: usize = 256 * 1_024;
const LABEL_MAX_BYTES: usize = 200;
/// How much of a file a reader is shown to recognise it: a bare table must be smaller to be known by its number of rows.
const BEGINNING_BYTES: usize = 64 * 1_024;
const MOST_LABELS: usize = 5_000;
const MOST_CELLS: usize = 4_000_000;
const OUTPUT_ROWS: [&str; 4] = ["output", "output_bp", "total_output", "P1"];
const LONG_COLUMNS: [&str; 3] = ["iotables_row", "iotables_col", "values"];

/// Reads input-output tables.
pub(crate) struct InputOutputCsv;

impl Reader for InputOutputCsv {
    fn format(&self) -> Format {
        Format {
            name: "input-output",
            description: "Input-output tables and interdependency matrices as CSV: labelled, long (iotables) or bare (DIIM)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let mut lines = beginning.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let Some(header) = lines.next().and_then(|line| csv_fields(without_byte_order_mark(line))) else { return false };
        let is_number = |text: &str| number(text).is_ok_and(|number| number.is_some());
        if Shape::of(&header).is_err() || header.iter().any(is_number) {
            return false;
        }
        if long_places(&header).is_some() {
            return true;
        }
        // Any table of numbers could be bare, so a whole one must be in sight with as many rows as it needs.
        let rows: Vec<csv::StringRecord> = lines.take(Matrix::MOST_ROWS + 2).map_while(csv_fields).collect();
        let Some(first) = rows.first() else { return false };
        let label = first.get(0).unwrap_or_default().trim();
        let is_labelled = number(label).is_err() && header.iter().skip(1).any(|name| name.trim() == label);
        let is_whole = [header.len(), header.len() + 1].contains(&rows.len()) && rows.iter().all(|row| row.len() == header.len());
        let is_sparse = header.len() != 3 && rows.iter().all(|row| row.len() == 3);
        let is_bare = first.iter().all(is_number) && (is_whole || is_sparse) && beginning.len() < BEGINNING_BYTES;
        is_bare || (is_labelled && first.iter().skip(1).all(|text| number(text).is_ok()))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let mut table = match lines.next()? {
            Some(Line::Whole(header)) => Table::begin(header).map_err(|problem| header_error(&problem))?,
            Some(Line::TooLong(_)) => return Err(header_error("the header is too long")),
            None => return Err(header_error("the file is empty")),
        };
        let mut summary = ReadSummary::default();
        while let Some(line) = lines.next()? {
            let (bytes, taken) = match line {
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => (bytes, None),
                Line::TooLong(bytes) => (bytes, Some(format!("the line has more than {LINE_MAX_BYTES} bytes"))),
            };
            summary.rows += 1;
            let number = summary.rows + 1;
            let taken = taken.map_or_else(|| table.row(bytes), Err);
            if let Err(reason) = taken {
                sink.reject(Reject::new(number, None, reason, bytes))?;
            }
            if table.cells.len() > MOST_CELLS || table.names.len() > MOST_LABELS {
                let problem = format!("more than {MOST_CELLS} cells or {MOST_LABELS} sectors; aggregate the table");
                return Err(ReadError::Format { place: format!("line {number}"), problem });
            }
        }
        table.land(source, sink, &mut summary)?;
        sink.progress(lines.offset());
        Ok(summary)
    }
}

fn header_error(problem: &str) -> ReadError {
    ReadError::Format { place: "line 1".into(), problem: format!("{problem}; expected a header that names sectors") }
}

fn long_places(header: &csv::StringRecord) -> Option<[usize; 3]> {
    let place = |column| header.iter().position(|name| name.trim() == column);
    let [row, column, value] = LONG_COLUMNS.map(place);
    Some([row?, column?, value?])
}

/// In which of its shapes a table comes.
enum Shape {
    /// The first column names the row; or not, which its first row shows.
    Wide,
    /// Where row, column and value stand.
    Long([usize; 3]),
}

impl Shape {
    fn of(header: &csv::StringRecord) -> Result<Self, String> {
        if let Some(places) = long_places(header) {
            return Ok(Self::Long(places));
        }
        if header.len() < 2 {
            return Err("a table has two sectors at least".to_owned());
        }
        let names = header.iter().skip(1).map(str::trim);
        if names.clone().any(|name| name.is_empty() || name.len() > LABEL_MAX_BYTES || name.chars().any(char::is_control)) {
            return Err(format!("a sector's name is missing, not printable, or longer than {LABEL_MAX_BYTES} bytes"));
        }
        Ok(Self::Wide)
    }
}

/// A cell that was read: line, row label (`None` in a bare table), column label, value.
type Cell = (u64, Option<usize>, usize, f64);

/// What a cell is, row label, column label, value.
type RoleCell = (&'static str, Option<usize>, usize, f64);

/// A table being read. What its rows are shows only at its end.
struct Table {
    shape: Shape,
    header: Vec<usize>,
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    cells: Vec<Cell>,
    lines: u64,
    bare_rows: u64,
    is_sparse: bool,
}

impl Table {
    fn begin(header: &[u8]) -> Result<Self, String> {
        if let Some(problem) = encoding_problem(header) {
            return Err(problem.to_owned());
        }
        let header = csv_fields(without_byte_order_mark(header)).ok_or("it is no CSV in UTF-8")?;
        let mut table = Self {
            shape: Shape::of(&header)?,
            header: Vec::new(),
            names: Vec::new(),
            numbers: HashMap::new(),
            cells: Vec::new(),
            lines: 1,
            bare_rows: 0,
            is_sparse: false,
        };
        if matches!(table.shape, Shape::Wide) {
            table.header = header.iter().map(|name| table.label(name)).collect();
            let mut once = table.header.clone();
            once.sort_unstable();
            once.dedup();
            if once.len() < table.header.len() {
                return Err("two columns have one name".to_owned());
            }
        }
        Ok(table)
    }

    /// The number of a label.
    fn label(&mut self, name: &str) -> usize {
        let name = name.trim();
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.numbers.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    fn row(&mut self, line: &[u8]) -> Result<(), String> {
        self.lines += 1;
        let fields = csv_fields(line).ok_or("the line is no CSV in UTF-8")?;
        let places = match &self.shape {
            Shape::Long(places) => Some(*places),
            Shape::Wide => None,
        };
        match places {
            Some([row, column, value]) => self.long_row(fields.get(row), fields.get(column), fields.get(value)),
            None if fields.len() == 3 && self.header.len() != 3 => self.sparse_row(&fields),
            None if fields.len() == self.header.len() => self.wide_row(&fields),
            None => Err(format!("expected {} fields as in the header, found {}", self.header.len(), fields.len())),
        }
    }

    fn long_row(&mut self, row: Option<&str>, column: Option<&str>, value: Option<&str>) -> Result<(), String> {
        let (row, column, text) = (row.unwrap_or_default(), column.unwrap_or_default(), value.unwrap_or_default());
        if [row, column]
            .iter()
            .any(|name| name.trim().is_empty() || name.len() > LABEL_MAX_BYTES || name.contains(char::is_control))
        {
            return Err("row and column need a name".to_owned());
        }
        if let Some(value) = number(text)? {
            let (row, column) = (self.label(row), self.label(column));
            self.cells.push((self.lines, Some(row), column, value));
        }
        Ok(())
    }

    fn sparse_row(&mut self, fields: &csv::StringRecord) -> Result<(), String> {
        let index = |place: usize| -> Result<usize, String> {
            let text = fields.get(place).unwrap_or_default().trim();
            let index = text.parse().ok().filter(|index| *index < self.header.len());
            index.ok_or_else(|| format!("{text:?} is no number of a sector, from 0 to {}", self.header.len() - 1))
        };
        let (row, column) = (index(0)?, index(1)?);
        let value = number(fields.get(2).unwrap_or_default())?.unwrap_or_default();
        self.is_sparse = true;
        self.cells.push((self.lines, Some(self.header[row]), self.header[column], value));
        Ok(())
    }

    fn wide_row(&mut self, fields: &csv::StringRecord) -> Result<(), String> {
        let first = fields.get(0).unwrap_or_default().trim();
        let is_labelled = first.parse::<f64>().is_err() && first != "NA";
        if is_labelled && (first.is_empty() || first.len() > LABEL_MAX_BYTES || first.contains(char::is_control)) {
            return Err("the row has no name".to_owned());
        }
        let mut values = Vec::with_capacity(fields.len());
        for (column, text) in self.header.iter().zip(fields).skip(usize::from(is_labelled)) {
            values.extend(number(text)?.map(|value| (*column, value)));
        }
        let row = is_labelled.then(|| self.label(first));
        self.bare_rows += u64::from(row.is_none());
        self.cells.extend(values.into_iter().map(|(column, value)| (self.lines, row, column, value)));
        Ok(())
    }

    fn land(&self, source: &Source, sink: &mut dyn Sink, summary: &mut ReadSummary) -> Result<(), ReadError> {
        let name = source.file_name.rsplit('/').next().unwrap_or_default();
        let name: String = name.split('.').next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(100).collect();
        let mut rows = TableRows::new(&INPUT_OUTPUT);
        let (roles, left_out) = self.roles(summary.rows)?;
        for (position, (role, row, column, value)) in (1..).zip(&roles) {
            let row = row.map(|row| self.names[row].as_str());
            let record_id = source.record_id(record_position(position)?);
            let cells = [
                record_id.into(),
                (&name).into(),
                (*role).into(),
                row.into(),
                self.names[*column].as_str().into(),
                (*value).into(),
            ];
            rows.push(cells, sink)?;
        }
        rows.flush(sink)?;
        if left_out > 0 {
            summary.ignored.insert("cells of totals, imports, taxes and final uses".to_owned(), left_out);
        }
        Ok(())
    }

    /// Every cell with what it is, and how many are none of the table's core.
    fn roles(&self, rows_seen: u64) -> Result<(Vec<RoleCell>, u64), ReadError> {
        if self.bare_rows > 0 && !self.is_sparse {
            return Ok((self.bare_roles(rows_seen)?, 0));
        }
        if self.is_sparse {
            return Ok((self.cells.iter().map(|(_, row, column, value)| ("coefficient", *row, *column, *value)).collect(), 0));
        }
        let columns: BTreeSet<usize> = self.cells.iter().map(|(_, _, column, _)| *column).collect();
        let rows: BTreeSet<usize> = self.cells.iter().filter_map(|(_, row, _, _)| *row).collect();
        let is_total = |label: &usize| self.names[*label].to_ascii_lowercase().starts_with("total");
        let sectors: BTreeSet<usize> = columns.intersection(&rows).filter(|label| !is_total(label)).copied().collect();
        let mut roles = Vec::new();
        for (_, row, column, value) in &self.cells {
            let Some(row) = row.filter(|_| sectors.contains(column)) else { continue };
            if sectors.contains(&row) {
                roles.push(("flow", Some(row), *column, *value));
            } else if OUTPUT_ROWS.contains(&self.names[row].as_str()) {
                roles.push(("output", None, *column, *value));
            }
        }
        let left_out = (self.cells.len() - roles.len()) as u64;
        Ok((roles, left_out))
    }

    /// A bare table: its rows are the sectors in the order of the header, and perhaps the output.
    fn bare_roles(&self, rows_seen: u64) -> Result<Vec<RoleCell>, ReadError> {
        let sectors = self.header.len() as u64;
        if rows_seen != self.bare_rows {
            let problem = "a row was refused, and the others are known by their order only; mend it".to_owned();
            return Err(ReadError::Format { place: "the end".into(), problem });
        }
        let first_line = self.cells.iter().map(|cell| cell.0).min().unwrap_or_default();
        if ![sectors, sectors + 1].contains(&self.bare_rows) {
            let problem = format!("{} rows for {sectors} sectors; expected as many, or one more for the output", self.bare_rows);
            return Err(ReadError::Format { place: "the end".into(), problem });
        }
        let has_output = self.bare_rows > sectors;
        let role = |(line, _, column, value): &Cell| {
            let row = usize::try_from(line - first_line).ok().and_then(|row| self.header.get(row)).copied();
            let role = match row {
                None => "output",
                Some(_) if has_output => "flow",
                Some(_) => "coefficient",
            };
            (role, row, *column, *value)
        };
        Ok(self.cells.iter().map(role).collect())
    }
}

/// A value; `None` where the source has none.
fn number(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text.is_empty() || text == "NA" || text == ":" {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Some(number)),
        _ => Err(format!("{:?} is no number", text.chars().take(60).collect::<String>())),
    }
}

//! From what a reader found to statements and rows. A reader says things in its source's words; here they are brought into the
//! form the vocabulary asks for, by the type of the property, once for all readers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use oikos_desk::{Coverage, ReadError, ReadSummary, Reject, Sink, SinkError, Source};
use oikos_matching::normalise;
use oikos_model::{
    Assessment, EntityId, Evaluation, PersonCategory, PropertyType, RecordReference, SelectorKind, StatementDraft, TableName,
    Timestamp, Vocabulary,
};

use super::rows::{Cell, Rows};
use super::{countries, dates};
use crate::tables::{ADDRESSES, ENTRIES, NAMES, RELATIONS};

/// Rows and drafts are handed on when there are so many.
const BATCH_ROWS: usize = 4096;
/// The longest text of one statement; no list says more of one thing.
const TEXT_BYTES: usize = 64 << 10;
/// The most statements of one row.
const ROW_STATEMENTS: usize = 100_000;
/// The most different things that are counted as ignored: their names come from the file.
const IGNORED_KINDS: usize = 500;

static VOCABULARY: LazyLock<Option<Vocabulary>> = LazyLock::new(|| Vocabulary::load().ok());

/// Times that all statements of one subject share.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_to: Option<Timestamp>,
    pub(super) stated_at: Option<Timestamp>,
}

/// Of whom something is said, where it stands and since when.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    id: EntityId,
    kind: &'static str,
    category: PersonCategory,
    times: Times,
    record: RecordReference,
}

impl Subject {
    pub(super) fn id(&self) -> &str {
        self.id.as_str()
    }

    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    /// The same subject with other times.
    pub(super) fn during(&self, times: Times) -> Self {
        Self { times, ..self.clone() }
    }

    /// Another entity that the same row speaks of. What is said of a person's listing or relation is said of a person.
    pub(super) fn beside(&self, id: &str, kind: &'static str) -> Result<Self, Fault> {
        let category = if is_person(kind) { PersonCategory::Other } else { self.category };
        Ok(Self { id: entity_id(id)?, kind, category, ..self.clone() })
    }
}

/// Why a row does not land.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) field: Option<String>,
    pub(super) problem: String,
}

impl Fault {
    pub(super) fn new(field: &str, problem: impl Into<String>) -> Self {
        Self { field: (!field.is_empty()).then(|| field.to_owned()), problem: problem.into() }
    }
}

/// A relation as a row.
#[derive(Default)]
pub(super) struct Relation<'a> {
    pub(super) from: Option<&'a str>,
    pub(super) to: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    pub(super) share_minimum: Option<f64>,
    pub(super) share_maximum: Option<f64>,
}

/// What is read but not handed on yet.
pub(super) struct Landing<'a> {
    source: &'a Source,
    sink: &'a mut dyn Sink,
    vocabulary: &'static Vocabulary,
    tables: [Rows; 4],
    drafts: Vec<StatementDraft>,
    /// How many drafts there were before the row that is being read, and the table rows it gave so far: a refused row leaves
    /// nothing behind.
    settled: usize,
    pending: Vec<(usize, Vec<Cell>)>,
    rows: u64,
    rejects: u64,
    ignored: BTreeMap<String, u64>,
}

const ENTRY: usize = 0;
const NAME: usize = 1;
const ADDRESS: usize = 2;
const RELATION: usize = 3;

impl<'a> Landing<'a> {
    pub(super) fn new(source: &'a Source, sink: &'a mut dyn Sink) -> Result<Self, ReadError> {
        let vocabulary = VOCABULARY.as_ref().ok_or_else(|| SinkError("the vocabulary is not in order".into()))?;
        Ok(Self {
            source,
            sink,
            vocabulary,
            tables: [Rows::new(&ENTRIES), Rows::new(&NAMES), Rows::new(&ADDRESSES), Rows::new(&RELATIONS)],
            drafts: Vec::new(),
            settled: 0,
            pending: Vec::new(),
            rows: 0,
            rejects: 0,
            ignored: BTreeMap::new(),
        })
    }

    /// Takes one row: `land` says what is in it. If it cannot, nothing of the row lands, and the row goes to the rejects.
    pub(super) fn row(
        &mut self,
        ordinal: u64,
        place: &str,
        row: &[u8],
        land: impl FnOnce(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), ReadError> {
        self.rows += 1;
        let too_much = || Fault::new("", format!("it says more than {ROW_STATEMENTS} things"));
        let landed = land(self).and_then(|()| if self.row_is_full() { Err(too_much()) } else { Ok(()) });
        match landed {
            Ok(()) => {
                self.settled = self.drafts.len();
                for (table, cells) in self.pending.drain(..) {
                    self.tables[table].push(&cells);
                }
            }
            Err(fault) => {
                self.drafts.truncate(self.settled);
                self.pending.clear();
                self.rejects += 1;
                let reason = format!("{place}: {}", fault.problem);
                self.sink.reject(Reject::new(ordinal, fault.field.as_deref(), reason, row))?;
            }
        }
        Ok(())
    }

    fn row_is_full(&self) -> bool {
        self.drafts.len() - self.settled >= ROW_STATEMENTS || self.pending.len() >= ROW_STATEMENTS
    }

    /// A row that is no row.
    pub(super) fn refuse(&mut self, ordinal: u64, place: &str, row: &[u8], problem: &str) -> Result<(), ReadError> {
        self.row(ordinal, place, row, |_| Err(Fault::new("", problem)))
    }

    /// Counts something that is in order but that nothing is made of.
    pub(super) fn ignore(&mut self, what: &str) {
        let what: String = what.chars().filter(|character| !character.is_control()).take(80).collect();
        let key = if self.ignored.len() < IGNORED_KINDS || self.ignored.contains_key(&what) { what } else { "other".to_owned() };
        *self.ignored.entry(key).or_default() += 1;
    }

    /// Somebody of whom the row at `ordinal` speaks; rows go to `table`.
    pub(super) fn subject(
        &self,
        ordinal: u64,
        table: &str,
        id: &str,
        kind: &'static str,
        times: Times,
    ) -> Result<Subject, Fault> {
        let position =
            u32::try_from(ordinal).map_err(|_| Fault::new("", "the file has more than 4,294,967,295 rows; split it"))?;
        let table = TableName::new(table).map_err(|error| Fault::new("", error.to_string()))?;
        let record = RecordReference { table, record_id: self.source.record_id(position) };
        let category = if is_person(kind) { PersonCategory::Other } else { PersonCategory::NotAPerson };
        Ok(Subject { id: entity_id(id)?, kind, category, times, record })
    }

    /// Says `property` of the subject. A value that is not what the property's type asks for is counted and left out.
    pub(super) fn say(&mut self, subject: &Subject, property: &'static str, value: &str) {
        let squeezed = squeeze(value);
        if squeezed.is_empty() || self.row_is_full() {
            return;
        }
        let Some(definition) = self.vocabulary.property(subject.kind, property) else {
            self.ignore(&format!("{property} of a {}", subject.kind));
            return;
        };
        let value = match &definition.property_type {
            PropertyType::Country => countries::code(&squeezed).map(str::to_owned),
            PropertyType::Time => dates::partial(&squeezed),
            PropertyType::Selector(kind) => selector(*kind, &squeezed),
            PropertyType::Number => number(&squeezed),
            PropertyType::Reference(_) => entity_id(&squeezed).ok().map(String::from),
            PropertyType::Text | PropertyType::Name => (squeezed.len() <= TEXT_BYTES).then_some(squeezed),
        };
        match value {
            Some(value) => self.drafts.push(StatementDraft {
                entity: subject.id.clone(),
                kind: subject.kind.to_owned(),
                property: property.to_owned(),
                value,
                valid_from: subject.times.valid_from,
                valid_to: subject.times.valid_to,
                stated_at: subject.times.stated_at,
                record: Some(subject.record.clone()),
                person_category: subject.category,
                assessment: Assessment::Fact,
                evaluation: Evaluation::default(),
            }),
            None => self.ignore(&format!("{property} that is none")),
        }
    }

    /// Says `property` of each value.
    pub(super) fn each<'v>(&mut self, subject: &Subject, property: &'static str, values: impl IntoIterator<Item = &'v str>) {
        for value in values {
            self.say(subject, property, value);
        }
    }

    fn stated_at(&self, subject: &Subject) -> Cell {
        Cell::Time(Some(subject.times.stated_at.unwrap_or(self.source.imported_at)))
    }

    /// The row of an entry.
    pub(super) fn entry(&mut self, subject: &Subject, name: Option<&str>, programme: Option<&str>, listed_on: Option<Timestamp>) {
        let (name, is_person) = (name.map(squeeze), is_person(subject.kind));
        let stated_at = self.stated_at(subject);
        self.pending.push((
            ENTRY,
            vec![
                Cell::Integer(subject.record.record_id),
                Cell::text(Some(subject.id.as_str())),
                Cell::text(Some(subject.kind)),
                Cell::text(name.as_deref().filter(|_| !is_person)),
                Cell::text(name.as_deref().filter(|_| is_person)),
                Cell::text(programme),
                Cell::Time(listed_on),
                stated_at,
            ],
        ));
    }

    /// The row of a further name.
    pub(super) fn name_row(&mut self, subject: &Subject, name: &str, name_kind: &str) {
        let stated_at = self.stated_at(subject);
        self.pending.push((
            NAME,
            vec![
                Cell::Integer(subject.record.record_id),
                Cell::text(Some(subject.id.as_str())),
                Cell::text(Some(&squeeze(name))),
                Cell::text(Some(name_kind)),
                stated_at,
            ],
        ));
    }

    /// The row of an address.
    pub(super) fn address_row(&mut self, subject: &Subject, address: Option<&str>, country: Option<&str>) {
        let stated_at = self.stated_at(subject);
        self.pending.push((
            ADDRESS,
            vec![
                Cell::Integer(subject.record.record_id),
                Cell::text(Some(subject.id.as_str())),
                Cell::text(address),
                Cell::text(country.and_then(countries::code)),
                stated_at,
            ],
        ));
    }

    /// The row of a relation, and its two ends.
    pub(super) fn relation(&mut self, subject: &Subject, ends: (&'static str, &'static str), relation: &Relation<'_>) {
        self.each(subject, ends.0, relation.from);
        self.each(subject, ends.1, relation.to);
        let stated_at = self.stated_at(subject);
        self.pending.push((
            RELATION,
            vec![
                Cell::Integer(subject.record.record_id),
                Cell::text(Some(subject.id.as_str())),
                Cell::text(Some(subject.kind)),
                Cell::text(relation.from),
                Cell::text(relation.to),
                Cell::text(relation.role),
                Cell::Number(relation.share_minimum),
                Cell::Number(relation.share_maximum),
                Cell::Time(subject.times.valid_from),
                Cell::Time(subject.times.valid_to),
                stated_at,
            ],
        ));
    }

    /// Hands on what there is, if it is enough.
    pub(super) fn breathe(&mut self, bytes_read: u64) -> Result<(), ReadError> {
        let rows = self.tables.iter().map(Rows::len).max().unwrap_or_default();
        if rows >= BATCH_ROWS || self.drafts.len() >= 8 * BATCH_ROWS {
            self.flush()?;
            self.sink.progress(bytes_read);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        for table in self.tables.iter_mut().filter(|table| table.len() > 0) {
            self.sink.records(table.table(), table.take()?)?;
        }
        if !self.drafts.is_empty() {
            self.sink.statements(std::mem::take(&mut self.drafts))?;
        }
        self.settled = 0;
        Ok(())
    }

    /// How many rows were looked at.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Hands on the rest. What was refused is missing, so a file with refused rows is never whole.
    pub(super) fn finish(mut self, bytes_read: u64, coverage: Coverage) -> Result<ReadSummary, ReadError> {
        self.flush()?;
        self.sink.progress(bytes_read);
        let coverage = if self.rejects == 0 { coverage } else { Coverage::Part };
        Ok(ReadSummary { rows: self.rows, ignored: self.ignored, coverage })
    }
}

fn is_person(kind: &str) -> bool {
    VOCABULARY.as_ref().and_then(|vocabulary| vocabulary.kind(kind)).is_some_and(|kind| kind.is_person)
}

fn entity_id(id: &str) -> Result<EntityId, Fault> {
    EntityId::new(id).map_err(|error| Fault::new("id", error.to_string()))
}

/// An identifier in its one written form. Document numbers are written in many ways: only letters and digits count.
fn selector(kind: SelectorKind, text: &str) -> Option<String> {
    if kind == SelectorKind::DocumentNumber {
        let plain: String = text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        return normalise(kind, &plain).ok().map(|selector| selector.value);
    }
    if kind == SelectorKind::Phone {
        let plain: String = text.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect();
        return (plain.len() >= 5).then(|| normalise(kind, &plain).ok().map(|selector| selector.value))?;
    }
    normalise(kind, text).ok().map(|selector| selector.value)
}

/// A decimal number; thousands may be set off by commas.
fn number(text: &str) -> Option<String> {
    let plain = text.replace(',', "");
    plain.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number.to_string())
}

/// One line, single spaces, no control characters.
pub(super) fn squeeze(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Parts of an address in one line.
pub(super) fn joined<'v>(parts: impl IntoIterator<Item = Option<&'v str>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().map(squeeze).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

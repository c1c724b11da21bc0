//! The CSV form: semicolons, one row per detail, the rows of one entry one after the other. It has no mark of its end, and it
//! does not say which aliases are weak: the XML form does both and is the better one.

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;

use super::entry::{Entry, Identification, Name, Regulation, add, birth_date};
use crate::readers::dates;
use crate::readers::delimited::{Columns, Row, Rows};
use crate::readers::landing::{Landing, joined};
use crate::tables::ENTRIES;

/// The most rows of one entry. The longest entries of the list have some hundreds.
const ENTRY_ROWS: usize = 5_000;

/// Reads the EU consolidated list as CSV. It holds one entry and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct EuCsvReader;

impl Reader for EuCsvReader {
    fn format(&self) -> Format {
        Format {
            name: "eu-fsf-csv",
            description: "EU consolidated list of financial sanctions 1.1, CSV with semicolons (European Commission, FSF)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let has = |word: &[u8]| line.windows(word.len()).any(|window| window == word);
        has(b"Entity_LogicalId;") && has(b"NameAlias_")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = Rows::new(input, b';')?;
        let columns = rows.columns(&["Entity_LogicalId", "NameAlias_WholeName"])?;
        let mut landing = Landing::new(source, sink)?;
        let mut open = Open::default();
        while let Some(row) = rows.next()? {
            let id = columns.get(&row, "Entity_LogicalId").unwrap_or_default();
            if id != open.entry.id || open.rows == 0 {
                std::mem::take(&mut open).land(&mut landing)?;
                open.begin(&columns, &row, id);
            }
            open.take(&columns, &row);
            landing.breathe(rows.bytes_read())?;
        }
        open.land(&mut landing)?;
        landing.finish(rows.bytes_read(), Coverage::Unsaid { tables: &[ENTRIES.name] })
    }
}

/// The entry that is being gathered.
#[derive(Default)]
struct Open {
    entry: Entry,
    ordinal: u64,
    line: u64,
    rows: usize,
    beginning: Vec<u8>,
    made_at: Option<Timestamp>,
    problem: Option<String>,
}

impl Open {
    fn begin(&mut self, columns: &Columns, row: &Row, id: &str) {
        let owned = |name: &str| columns.get(row, name).map(str::to_owned);
        self.entry = Entry {
            id: id.to_owned(),
            reference: owned("Entity_EU_ReferenceNumber"),
            united_nations_id: owned("Entity_UnitedNationId"),
            designated_on: owned("Entity_DesignationDate"),
            is_person: columns.get(row, "Entity_SubjectType_ClassificationCode") == Some("P")
                || matches!(columns.get(row, "Entity_SubjectType"), Some("person" | "P")),
            ..Entry::default()
        };
        (self.ordinal, self.line, self.beginning) = (row.ordinal, row.line, row.bytes());
        self.made_at = columns.get(row, "fileGenerationDate").and_then(dates::moment);
    }

    fn take(&mut self, columns: &Columns, row: &Row) {
        self.rows += 1;
        if let Some(problem) = &row.problem {
            self.problem.get_or_insert(format!("line {}: {problem}", row.line));
        }
        if self.rows > ENTRY_ROWS {
            self.problem.get_or_insert(format!("the entry has more than {ENTRY_ROWS} rows"));
        }
        if self.problem.is_some() {
            return;
        }
        let said = |name: &str| columns.get(row, name);
        let owned = |name: &str| columns.get(row, name).map(str::to_owned);
        let entry = &mut self.entry;
        add(&mut entry.remarks, owned("Entity_Remark"));
        let parts = ["NameAlias_FirstName", "NameAlias_MiddleName", "NameAlias_LastName"].map(said);
        let name = owned("NameAlias_WholeName")
            .or_else(|| Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty()));
        let is_strong = said("NameAlias_Strong").is_none_or(|strong| !strong.eq_ignore_ascii_case("false"));
        add(&mut entry.names, name.map(|text| Name { text, is_strong }));
        add(&mut entry.functions, owned("NameAlias_Function"));
        let regulation = Regulation {
            programme: owned("Entity_Regulation_Programme"),
            title: owned("Entity_Regulation_NumberTitle"),
            published_on: owned("Entity_Regulation_PublicationDate"),
            in_force_on: owned("Entity_Regulation_EntryIntoForceDate"),
        };
        let is_said = regulation.programme.is_some() || regulation.title.is_some();
        add(&mut entry.regulations, Some(regulation).filter(|_| is_said));
        let birth = birth_date(
            said("BirthDate_BirthDate"),
            (said("BirthDate_Year"), said("BirthDate_Month"), said("BirthDate_Day")),
            (said("BirthDate_YearRangeFrom"), said("BirthDate_YearRangeTo")),
            said("BirthDate_Circa").is_some_and(|circa| circa.eq_ignore_ascii_case("true")),
        );
        add(&mut entry.birth_dates, birth);
        let country = |part: &str| {
            let code = said(&format!("{part}_CountryIso2Code")).filter(|code| *code != "00");
            let name = said(&format!("{part}_CountryDescription")).filter(|name| *name != "UNKNOWN");
            code.or(name).map(str::to_owned)
        };
        add(&mut entry.birth_countries, country("BirthDate"));
        add(&mut entry.citizenships, country("Citizenship"));
        let parts = ["PoBox", "Street", "ZipCode", "City", "Place", "Region", "CountryDescription"];
        let address = joined(parts.map(|part| said(&format!("Address_{part}"))));
        add(&mut entry.addresses, Some((address, country("Address"))).filter(|pair| *pair != (None, None)));
        let is_false = said("Identification_KnownFalse").is_some_and(|known| known.eq_ignore_ascii_case("true"));
        let type_code = owned("Identification_TypeCode").unwrap_or_default();
        let number = owned("Identification_Number").or_else(|| owned("Identification_LatinNumber"));
        add(&mut entry.identifications, number.filter(|_| !is_false).map(|number| Identification { type_code, number }));
    }

    fn land(self, landing: &mut Landing<'_>) -> Result<(), ReadError> {
        if self.rows == 0 {
            return Ok(());
        }
        let place = format!("line {}", self.line);
        if let Some(problem) = &self.problem {
            return landing.refuse(self.ordinal, &place, &self.beginning, problem);
        }
        landing.row(self.ordinal, &place, &self.beginning, |landing| self.entry.land(landing, self.ordinal, self.made_at))
    }
}

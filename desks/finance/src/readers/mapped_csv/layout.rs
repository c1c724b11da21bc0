//! The layout of one file: its mapping, and where each field's column stands.

use std::collections::BTreeMap;

use super::mapping::{Field, Mapping, yes_or_no};
use crate::readers::Problem;
use crate::readers::transfer::{AccountText, Draft, Party};

/// The layouts that the desk knows by how they begin.
const KNOWN: [&str; 4] = [
    include_str!("../../../mappings/amlsim.yaml"),
    include_str!("../../../mappings/amlworld.yaml"),
    include_str!("../../../mappings/amlworld_patterns.yaml"),
    include_str!("../../../mappings/amlgentex.yaml"),
];

const OWN: &str = include_str!("../../../mappings/own.yaml");

/// The mapping of a layout that begins so, if it is known.
pub(super) fn known(first_line: &str) -> Option<Mapping> {
    KNOWN
        .into_iter()
        .filter_map(|text| Mapping::read(text).ok())
        .find(|mapping| mapping.begins.as_deref().is_some_and(|begins| first_line.starts_with(begins)))
}

/// The desk's own columns; those that the header lacks are left out.
pub(super) fn own(header: &[String]) -> Result<Mapping, String> {
    let mut mapping = Mapping::read(OWN)?;
    let unknown = header.iter().find(|name| !mapping.columns.values().any(|column| column == *name));
    if let Some(unknown) = unknown {
        let shown: String = unknown.chars().take(60).collect();
        return Err(format!("column {shown:?} is not one of the desk's own, and the file has no mapping before it"));
    }
    mapping.columns.retain(|_, column| header.contains(column));
    Ok(mapping)
}

/// A mapping with the place of each of its columns.
pub(super) struct Layout {
    mapping: Mapping,
    places: BTreeMap<Field, usize>,
}

impl Layout {
    /// Finds the columns; without a header they are all named by their places.
    pub(super) fn new(mapping: Mapping, header: Option<&[String]>) -> Result<Self, String> {
        let mut places = BTreeMap::new();
        for (field, column) in &mapping.columns {
            places.insert(*field, place(column, header).map_err(|problem| format!("{}: {problem}", field.name()))?);
        }
        Ok(Self { mapping, places })
    }

    /// The sign between fields.
    pub(super) fn delimiter(&self) -> u8 {
        // The mapping was checked: the delimiter is ASCII.
        u8::try_from(self.mapping.delimiter).unwrap_or(b',')
    }

    /// Whether a line is no row.
    pub(super) fn skips(&self, line: &[u8]) -> bool {
        self.mapping.skip.iter().any(|start| line.starts_with(start.as_bytes()))
    }

    /// The transfer in a row.
    pub(super) fn draft(&self, record: &csv::ByteRecord) -> Result<Draft, Problem> {
        if let Some((field, place)) = self.places.iter().find(|(_, place)| **place >= record.len()) {
            let problem = format!("the row has {} fields, and this one is number {}", record.len(), place + 1);
            return Err(Problem::field(field.name(), problem));
        }
        let text = |field| self.text(record, field);
        let number = |field| text(field)?.map(|written| self.mapping.number(field, &written)).transpose();
        let answer = |field| text(field)?.map(|written| yes_or_no(field, &written)).transpose();
        Ok(Draft {
            at: text(Field::At)?.map(|written| self.mapping.moment(&written)).transpose()?,
            reference: text(Field::Reference)?,
            instrument: text(Field::Instrument)?,
            amount: number(Field::Amount)?,
            currency: text(Field::Currency)?,
            amount_eur: number(Field::AmountEur)?,
            from: Party {
                account: account(text(Field::FromAccount)?, text(Field::FromAccountKind)?.as_deref(), Field::FromAccountKind)?,
                self_hosted: answer(Field::FromSelfHosted)?,
                name: text(Field::FromName)?,
                lei: text(Field::FromLei)?,
                country: text(Field::FromCountry)?,
                agent: text(Field::FromAgent)?,
            },
            to: Party {
                account: account(text(Field::ToAccount)?, text(Field::ToAccountKind)?.as_deref(), Field::ToAccountKind)?,
                self_hosted: answer(Field::ToSelfHosted)?,
                name: text(Field::ToName)?,
                lei: text(Field::ToLei)?,
                country: text(Field::ToCountry)?,
                agent: text(Field::ToAgent)?,
            },
            remittance: text(Field::Remittance)?,
            is_reported: answer(Field::IsReported)?,
        })
    }

    /// What stands in a field's column, or the mapping's constant; `None` where that is empty.
    fn text(&self, record: &csv::ByteRecord, field: Field) -> Result<Option<String>, Problem> {
        let Some(place) = self.places.get(&field) else { return Ok(self.mapping.constants.get(&field).cloned()) };
        let bytes = record.get(*place).unwrap_or_default();
        let written = std::str::from_utf8(bytes).map_err(|_| Problem::field(field.name(), "it is no UTF-8"))?.trim();
        Ok((!written.is_empty()).then(|| self.mapping.value(field, written).to_owned()))
    }
}

fn place(column: &str, header: Option<&[String]>) -> Result<usize, String> {
    if let Some(number) = column.strip_prefix('#') {
        let number: usize = number.parse().map_err(|_| format!("{column:?} is no place, for example #3"))?;
        return number
            .checked_sub(1)
            .filter(|place| *place < 1_000)
            .ok_or_else(|| format!("{column:?}: places count from 1 to 1000"));
    }
    let names = header.ok_or_else(|| format!("the file has no header, so {column:?} must be a place, for example #3"))?;
    let mut found = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
    let place = found.next().ok_or_else(|| format!("the header has no column {column:?}"))?;
    if found.next().is_some() {
        return Err(format!("the header has two columns {column:?}; name it by its place, for example #3"));
    }
    Ok(place)
}

fn account(text: Option<String>, kind: Option<&str>, field: Field) -> Result<Option<AccountText>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match kind {
        None => Ok(Some(AccountText::Unknown(text))),
        Some("iban") => Ok(Some(AccountText::Iban(text))),
        Some("wallet") => Ok(Some(AccountText::Wallet(text))),
        Some("number") => Ok(Some(AccountText::Number(text))),
        Some(other) => Err(Problem::field(field.name(), format!("{other:?} is none of iban, wallet, number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapping_of_the_desk_is_in_order() {
        for text in KNOWN {
            assert!(Mapping::read(text).unwrap().begins.is_some());
        }
        assert!(own(&["at".into()]).is_ok());
        assert!(own(&["Betrag".into()]).unwrap_err().contains("no mapping"));
    }
}

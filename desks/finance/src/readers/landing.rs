//! Where checked transfers go: rows of the table, statements about companies, and what was refused.

use std::collections::BTreeSet;

use oikos_desk::{ReadError, Reject, Sink, Source};
use oikos_model::{Assessment, EntityId, Evaluation, PersonCategory, RecordReference, StatementDraft, TableName, Timestamp};

use super::Problem;
use super::rows::Rows;
use super::transfer::{Draft, Party, Transfer};
use crate::tables::TRANSFERS;

/// A company is stated once a file as long as not more than so many were seen; after that it may be stated again.
const COMPANIES_REMEMBERED: usize = 65_536;
const STATEMENTS_BATCH: usize = 4_096;

/// A file on its way into the house.
pub(super) struct Landing<'a> {
    source: &'a Source,
    sink: &'a mut dyn Sink,
    rows: Rows,
    statements: Vec<StatementDraft>,
    stated: BTreeSet<String>,
}

impl<'a> Landing<'a> {
    pub(super) fn new(source: &'a Source, sink: &'a mut dyn Sink) -> Self {
        Self { source, sink, rows: Rows::new(&TRANSFERS), statements: Vec::new(), stated: BTreeSet::new() }
    }

    /// Lands what a reader found at this place, or refuses it. `raw` is what was read, for the reject file.
    pub(super) fn take(&mut self, number: u64, found: Result<Draft, Problem>, raw: &[u8]) -> Result<(), ReadError> {
        match found.and_then(Draft::check) {
            Ok(transfer) => self.land(number, &transfer),
            Err(problem) => self.refuse(number, &problem, raw),
        }
    }

    /// Refuses what was read at this place.
    pub(super) fn refuse(&mut self, number: u64, problem: &Problem, raw: &[u8]) -> Result<(), ReadError> {
        Ok(self.sink.reject(Reject::new(number, problem.field.as_deref(), problem.reason.as_str(), raw))?)
    }

    /// Hears how far the file was read.
    pub(super) fn progress(&mut self, bytes_read: u64) {
        self.sink.progress(bytes_read);
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self) -> Result<(), ReadError> {
        self.rows.flush(self.sink)?;
        self.hand_on_statements(1)
    }

    fn land(&mut self, number: u64, transfer: &Transfer) -> Result<(), ReadError> {
        let position = u32::try_from(number).map_err(|_| ReadError::Format {
            place: format!("row {number}"),
            problem: "a file may have at most 4,294,967,295 rows; split it".into(),
        })?;
        let Transfer { draft, .. } = transfer;
        let cells = [
            self.source.record_id(position).into(),
            transfer.at.into(),
            draft.reference.as_ref().into(),
            transfer.instrument.into(),
            transfer.amount.into(),
            (&transfer.currency).into(),
            transfer.amount_eur.into(),
            (&transfer.from_account).into(),
            (&transfer.to_account).into(),
            draft.from.self_hosted.into(),
            draft.to.self_hosted.into(),
            draft.from.name.as_ref().into(),
            draft.to.name.as_ref().into(),
            draft.from.lei.as_ref().into(),
            draft.to.lei.as_ref().into(),
            draft.from.country.as_ref().into(),
            draft.to.country.as_ref().into(),
            draft.from.agent.as_ref().into(),
            draft.to.agent.as_ref().into(),
            draft.remittance.as_ref().into(),
            draft.is_reported.into(),
        ];
        self.rows.push(cells, self.sink)?;
        for party in [&draft.from, &draft.to] {
            self.state(party, position, transfer.at);
        }
        self.hand_on_statements(STATEMENTS_BATCH)
    }

    /// A party with a LEI is a company, and what the transfer says of it is stated. Others may be natural persons: they stay in
    /// the record.
    fn state(&mut self, party: &Party, position: u32, at: Timestamp) {
        let Some(lei) = &party.lei else { return };
        if self.stated.len() >= COMPANIES_REMEMBERED {
            self.stated.clear();
        }
        if !self.stated.insert(lei.clone()) {
            return;
        }
        let properties = [("lei", Some(lei)), ("name", party.name.as_ref()), ("country", party.country.as_ref())];
        for (property, value) in properties {
            let drafted = value.and_then(|value| self.statement(&format!("lei-{lei}"), property, value, position, at));
            self.statements.extend(drafted);
        }
    }

    fn statement(&self, entity: &str, property: &str, value: &str, position: u32, at: Timestamp) -> Option<StatementDraft> {
        let table = TableName::new(TRANSFERS.name).ok()?;
        Some(StatementDraft {
            entity: EntityId::new(entity).ok()?,
            kind: "company".to_owned(),
            property: property.to_owned(),
            value: value.to_owned(),
            valid_from: None,
            valid_to: None,
            stated_at: Some(at),
            record: Some(RecordReference { table, record_id: self.source.record_id(position) }),
            person_category: PersonCategory::NotAPerson,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        })
    }

    fn hand_on_statements(&mut self, least: usize) -> Result<(), ReadError> {
        if self.statements.len() >= least {
            self.sink.statements(std::mem::take(&mut self.statements))?;
        }
        Ok(())
    }
}

//! Statements, the identifier index over them, and the log of judgements.

use std::collections::HashSet;

use oikos_model::{
    EntityId, Evaluation, Judgement, LabelId, RecordReference, Selector, Statement, StatementDraft, StatementId, Timestamp,
};
use oikos_registry::{StatementQuery, Statements, StoreError};
use postgres::types::ToSql;

use crate::columns::{Columns, code, json, microseconds};
use crate::filter::Filter;
use crate::transaction::PostgresTransaction;

const TABLE: &str = "statement";
/// Rows sent at once: some megabytes.
const BATCH: usize = 5_000;
const COLUMNS: &str = "id, origin, dataset, entity, kind, property, value, valid_from, valid_to, stated_at, record_table, \
                       record_id, person_category, assessment, source_grade, information_grade, recorded_at, ended_at, label";
/// One array per column, in the order of [`COLUMNS`].
const ARRAYS: &str = "$1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], \
                      $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[], \
                      $16::text[], $17::bigint[], $18::bigint[], $19::bytea[]";

impl Statements for PostgresTransaction<'_> {
    fn put_statements(&mut self, statements: &[Statement]) -> Result<usize, StoreError> {
        statements.chunks(BATCH).map(|batch| self.put_batch(batch)).sum()
    }

    fn end_statements(&mut self, ids: &[StatementId], at: Timestamp) -> Result<usize, StoreError> {
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.0.0.as_slice()).collect();
        let sql = "UPDATE statement SET ended_at = $2 WHERE id = ANY ($1) AND ended_at IS NULL";
        self.execute("ending statements", sql, &[&ids, &microseconds(at)])
    }

    fn statements(&self, query: &StatementQuery<'_>) -> Result<Vec<Statement>, StoreError> {
        let filter = filter_of(query);
        let limit = if query.limit == 0 { String::new() } else { format!("LIMIT {}", query.limit) };
        let sql = format!("SELECT {COLUMNS} FROM statement {} ORDER BY id {limit}", filter.clause());
        self.read_all(TABLE, &sql, &filter.values(), read_statement)
    }

    fn statement(&self, id: StatementId) -> Result<Option<Statement>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM statement WHERE id = $1");
        self.read_one(TABLE, &sql, &[&id.0.0.as_slice()], read_statement)
    }

    fn entities_with(&self, selector: &Selector, labels: &[LabelId]) -> Result<Vec<EntityId>, StoreError> {
        let mut filter = Filter::default();
        filter.with("statement_selector.kind =", selector.kind.code().to_owned());
        filter.with("statement_selector.value =", selector.value.clone());
        filter.holds("statement.ended_at IS NULL");
        filter.labels("statement.label", labels);
        let sql = format!(
            "SELECT DISTINCT statement.entity FROM statement_selector JOIN statement ON statement.id = statement_selector.statement \
             {} ORDER BY statement.entity",
            filter.clause()
        );
        self.read_all(TABLE, &sql, &filter.values(), |columns| columns.identifier(0))
    }

    fn erase_expired_statements(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let mut filter = Filter::default();
        filter.labels("label", &self.expired_labels(now)?);
        let sql = format!("DELETE FROM statement {}", filter.clause());
        self.execute("erasing expired statements", &sql, &filter.values())
    }

    fn erase_statements_of_import(&mut self, import_number: u32) -> Result<usize, StoreError> {
        let first = RecordReference::record_id(import_number, 0);
        let last = RecordReference::record_id(import_number, u32::MAX);
        let sql = "DELETE FROM statement WHERE record_id BETWEEN $1 AND $2";
        self.execute("erasing an import's statements", sql, &[&first, &last])
    }

    fn put_judgement(&mut self, judgement: &Judgement) -> Result<(), StoreError> {
        let sql = "INSERT INTO judgement (number, content) SELECT COALESCE(MAX(number), 0) + 1, $1 FROM judgement";
        self.execute("recording a judgement", sql, &[&json(judgement)?]).map(drop)
    }

    fn judgements(&self) -> Result<Vec<Judgement>, StoreError> {
        self.read_all("judgement", "SELECT content FROM judgement ORDER BY number", &[], |columns| columns.json(0))
    }
}

impl PostgresTransaction<'_> {
    /// Puts some statements with one command. Returns how many are new.
    fn put_batch(&mut self, batch: &[Statement]) -> Result<usize, StoreError> {
        let doing = "recording statements";
        let sql =
            format!("INSERT INTO statement ({COLUMNS}) SELECT * FROM UNNEST({ARRAYS}) ON CONFLICT (id) DO NOTHING RETURNING id");
        let columns = columns_of(batch)?;
        let parameters: Vec<_> = columns.iter().map(AsRef::as_ref).collect();
        let rows = self.write(doing, &sql, &parameters)?;
        let new = rows.iter().map(|row| Columns::new(TABLE, row).hash(0)).collect::<Result<HashSet<_>, _>>()?;
        self.index_selectors(batch, new)?;
        Ok(rows.len())
    }

    /// Indexes those of a batch that are new and whose property is a selector.
    fn index_selectors(&mut self, batch: &[Statement], mut new: HashSet<oikos_model::ContentHash>) -> Result<(), StoreError> {
        let (mut kinds, mut values, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for statement in batch.iter().filter(|statement| new.remove(&statement.id.0)) {
            let StatementDraft { kind, property, value, .. } = &statement.content;
            if let Some(selector) = self.store().vocabulary().selector_kind(kind, property) {
                kinds.push(selector.code());
                values.push(value);
                ids.push(statement.id.0.0.as_slice());
            }
        }
        let sql = "INSERT INTO statement_selector (kind, value, statement) \
                   SELECT * FROM UNNEST($1::text[], $2::text[], $3::bytea[])";
        self.execute("indexing statements", sql, &[&kinds, &values, &ids]).map(drop)
    }
}

/// The batch column by column, in the order of [`COLUMNS`].
fn columns_of(batch: &[Statement]) -> Result<Vec<Box<dyn ToSql + Sync + '_>>, StoreError> {
    fn column<'a, T: ToSql + Sync + 'a>(
        batch: &'a [Statement],
        value: impl Fn(&'a Statement) -> T,
    ) -> Box<dyn ToSql + Sync + 'a> {
        Box::new(batch.iter().map(value).collect::<Vec<_>>())
    }
    fn codes<T: serde::Serialize>(batch: &[Statement], value: impl Fn(&Statement) -> T) -> Result<Vec<String>, StoreError> {
        batch.iter().map(|statement| code(&value(statement))).collect()
    }
    Ok(vec![
        column(batch, |statement| statement.id.0.0.as_slice()),
        column(batch, |statement| statement.origin.as_str()),
        column(batch, |statement| statement.dataset.as_str()),
        column(batch, |statement| statement.content.entity.as_str()),
        column(batch, |statement| &statement.content.kind),
        column(batch, |statement| &statement.content.property),
        column(batch, |statement| &statement.content.value),
        column(batch, |statement| statement.content.valid_from.map(microseconds)),
        column(batch, |statement| statement.content.valid_to.map(microseconds)),
        column(batch, |statement| statement.content.stated_at.map(microseconds)),
        column(batch, |statement| statement.content.record.as_ref().map(|record| record.table.as_str())),
        column(batch, |statement| statement.content.record.as_ref().map(|record| record.record_id)),
        Box::new(codes(batch, |statement| statement.content.person_category)?),
        Box::new(codes(batch, |statement| statement.content.assessment)?),
        Box::new(codes(batch, |statement| statement.content.evaluation.source)?),
        Box::new(codes(batch, |statement| statement.content.evaluation.information)?),
        column(batch, |statement| microseconds(statement.recorded_at)),
        column(batch, |statement| statement.ended_at.map(microseconds)),
        column(batch, |statement| statement.label.0.0.as_slice()),
    ])
}

fn filter_of(query: &StatementQuery<'_>) -> Filter {
    let mut filter = Filter::default();
    if let Some(labels) = query.labels {
        filter.labels("label", labels);
    }
    filter.with_some("origin =", query.origin.map(ToString::to_string));
    filter.with_some("dataset =", query.dataset.map(ToString::to_string));
    filter.with_some("entity =", query.entity.map(ToString::to_string));
    filter.with_some("kind =", query.kind.map(str::to_owned));
    filter.with_some("property =", query.property.map(str::to_owned));
    filter.with_some("id >", query.after.map(|id| id.0.0.to_vec()));
    if !query.include_ended {
        filter.holds("ended_at IS NULL");
    }
    filter
}

fn read_statement(columns: &Columns<'_>) -> Result<Statement, StoreError> {
    let record_id = columns.value::<Option<i64>>(11)?;
    let record = record_id.map(|record_id| Ok(RecordReference { table: columns.identifier(10)?, record_id })).transpose()?;
    Ok(Statement {
        id: StatementId(columns.hash(0)?),
        origin: columns.identifier(1)?,
        dataset: columns.identifier(2)?,
        content: StatementDraft {
            entity: columns.identifier(3)?,
            kind: columns.value(4)?,
            property: columns.value(5)?,
            value: columns.value(6)?,
            valid_from: columns.optional_timestamp(7)?,
            valid_to: columns.optional_timestamp(8)?,
            stated_at: columns.optional_timestamp(9)?,
            record,
            person_category: columns.code(12)?,
            assessment: columns.code(13)?,
            evaluation: Evaluation { source: columns.code(14)?, information: columns.code(15)? },
        },
        recorded_at: columns.timestamp(16)?,
        ended_at: columns.optional_timestamp(17)?,
        label: LabelId(columns.hash(18)?),
    })
}

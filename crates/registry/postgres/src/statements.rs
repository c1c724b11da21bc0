//! Statements, the identifier index over them, and the log of judgements.

use std::collections::HashSet;

use oikos_model::{
    EntityId, Evaluation, Judgement, LabelId, PropertyType, RecordReference, Selector, Statement, StatementDraft, StatementId,
    Timestamp,
};
use oikos_registry::{StatementQuery, Statements, StoreError};
use postgres::types::{ToSql, Type};

use crate::columns::{Columns, code, json, microseconds};
use crate::filter::{Filter, page};
use crate::transaction::{PostgresTransaction, Typed};
use crate::values::{Value, params};
use crate::words;

pub(crate) const TABLE: &str = "statement";
pub(crate) const COLUMNS: &str = "id, origin, dataset, entity, kind, property, value, valid_from, valid_to, stated_at, record_table, \
                       record_id, person_category, assessment, source_grade, information_grade, recorded_at, ended_at, label";
/// Rows sent at once: some megabytes.
const BATCH: usize = 5_000;
/// One array per column, in the order of [`COLUMNS`].
const INSERT: &str = "SELECT * FROM UNNEST($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
                      ON CONFLICT (id) DO NOTHING RETURNING id";
const INSERT_SELECTOR: &str = "INSERT INTO statement_selector (statement, kind, value) SELECT * FROM UNNEST($1, $2, $3)";
/// The words of a name are sent as one text, because the lists of a list must be equally long.
const INSERT_NAME: &str = "INSERT INTO statement_name (statement, words) \
                           SELECT statement, array_to_tsvector(string_to_array(words, ' ')) \
                           FROM UNNEST($1, $2) AS named (statement, words)";
const INSERT_REFERENCE: &str = "INSERT INTO statement_reference (statement, entity) SELECT * FROM UNNEST($1, $2)";
/// Driven by the notices, of which there are few; a notice counts only for its own origin.
const END_RECALLED: &str = "UPDATE statement SET ended_at = (SELECT recalled_at FROM recall_notice \
                            WHERE what_kind = 'statement' AND what_origin = statement.origin AND what_id = statement.id) \
                            WHERE ended_at IS NULL AND id IN (SELECT what_id FROM recall_notice WHERE what_kind = 'statement') \
                            AND EXISTS (SELECT 1 FROM recall_notice \
                            WHERE what_kind = 'statement' AND what_origin = statement.origin AND what_id = statement.id)";

impl Statements for PostgresTransaction<'_> {
    fn put_statements(&mut self, statements: &[Statement]) -> Result<usize, StoreError> {
        self.writing()?;
        // In the order of the index, which then is written in passing instead of page by page.
        let mut in_order: Vec<&Statement> = statements.iter().collect();
        in_order.sort_by_key(|statement| statement.id);
        let new = in_order.chunks(BATCH).map(|batch| self.put_batch(batch)).sum::<Result<usize, _>>()?;
        let ended = self.execute("ending recalled statements", END_RECALLED, params![])?;
        self.note_statements(new + ended)?;
        Ok(new)
    }

    fn end_statements(&mut self, ids: &[StatementId], at: Timestamp) -> Result<usize, StoreError> {
        let ids = Value::ByteStrings(ids.iter().map(|id| id.0.0.to_vec()).collect());
        let sql = "UPDATE statement SET ended_at = $2 WHERE id = ANY ($1) AND ended_at IS NULL";
        let ended = self.execute("ending statements", sql, &[ids, Value::Integer(Some(microseconds(at)))])?;
        self.note_statements(ended)?;
        Ok(ended)
    }

    fn resume_statements(&mut self, ids: &[StatementId]) -> Result<usize, StoreError> {
        let ids = Value::ByteStrings(ids.iter().map(|id| id.0.0.to_vec()).collect());
        let sql = "UPDATE statement SET ended_at = NULL WHERE id = ANY ($1) AND ended_at IS NOT NULL AND NOT EXISTS \
                   (SELECT 1 FROM recall_notice WHERE what_kind = 'statement' AND what_origin = statement.origin AND what_id = statement.id)";
        let resumed = self.execute("resuming statements", sql, &[ids])?;
        self.note_statements(resumed)?;
        Ok(resumed)
    }

    fn statements(&self, query: &StatementQuery<'_>) -> Result<Vec<Statement>, StoreError> {
        let filter = filter_of(query);
        let sql = format!("SELECT {COLUMNS} FROM statement {} ORDER BY id {}", filter.clause(), page(query.limit, 0));
        self.read_all(TABLE, &sql, filter.values(), read_statement)
    }

    fn statement(&self, id: StatementId) -> Result<Option<Statement>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM statement WHERE id = $1");
        self.read_one(TABLE, &sql, params![id.0.0], read_statement)
    }

    fn statements_version(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(last), 0) FROM counter WHERE name = 'statements'";
        Ok(self.read_number("counter", sql, params![])?.unsigned_abs())
    }

    fn entities_with(&self, selector: &Selector, labels: &[LabelId]) -> Result<Vec<EntityId>, StoreError> {
        let mut filter = Filter::default();
        filter.with("statement_selector.kind = ?", selector.kind.code().to_owned());
        filter.with_all(
            "LEFT(statement_selector.value, 255) = LEFT(?, 255) AND statement_selector.value = ?",
            params![selector.value, selector.value].to_vec(),
        );
        filter.holds("statement.ended_at IS NULL");
        filter.labels("statement.label", labels);
        let sql = format!(
            "SELECT DISTINCT statement.entity FROM statement_selector JOIN statement ON statement.id = statement_selector.statement \
             {} ORDER BY statement.entity",
            filter.clause()
        );
        self.read_all(TABLE, &sql, filter.values(), |columns| columns.identifier(0))
    }

    fn erase_expired_statements(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let mut filter = Filter::default();
        filter.labels("label", &self.expired_labels(now)?);
        self.delete_statements("erasing expired statements", &filter)
    }

    fn erase_statements_of_import(&mut self, import_number: u32) -> Result<usize, StoreError> {
        let first = RecordReference::record_id(import_number, 0);
        let last = RecordReference::record_id(import_number, u32::MAX);
        let mut filter = Filter::default();
        filter.with_all("record_id BETWEEN ? AND ?", params![first, last].to_vec());
        self.delete_statements("erasing an import's statements", &filter)
    }

    fn put_judgement(&mut self, judgement: &Judgement) -> Result<(), StoreError> {
        let sql = "INSERT INTO judgement (number, content) SELECT COALESCE(MAX(number), 0) + 1, $1 FROM judgement";
        self.execute("recording a judgement", sql, params![json(judgement)?]).map(drop)
    }

    fn judgements(&self) -> Result<Vec<Judgement>, StoreError> {
        self.read_all("judgement", "SELECT content FROM judgement ORDER BY number", params![], |columns| columns.json(0))
    }
}

impl PostgresTransaction<'_> {
    /// Puts some statements with one command, and their rows in the indexes with one each. Returns how many are new.
    fn put_batch(&mut self, batch: &[&Statement]) -> Result<usize, StoreError> {
        let doing = "recording statements";
        if batch.iter().any(|statement| statement.content.value.contains('\0')) {
            return Err(StoreError::Conflict(
                "PostgreSQL keeps no NUL character, and the value of a statement has one".to_owned(),
            ));
        }
        let columns = columns_of(batch)?;
        let arrays: Vec<Typed<'_>> =
            columns.iter().map(|(values, kind)| (&**values as &(dyn ToSql + Sync), kind.clone())).collect();
        let sql = format!("INSERT INTO statement ({COLUMNS}) {INSERT}");
        let rows = self.with(doing, |client| client.query_typed(&sql, &arrays))?;
        let mut new = rows.iter().map(|row| Columns::new(TABLE, row).hash(0)).collect::<Result<HashSet<_>, _>>()?;
        // Where a statement is twice in the batch, one of them is new.
        let indexed: Vec<_> = batch.iter().filter(|statement| new.remove(&statement.id.0)).collect();
        let indexed = indexed.into_iter().map(|statement| {
            let StatementDraft { kind, property, value, .. } = &statement.content;
            (statement.id, kind.as_str(), property.as_str(), value.as_str())
        });
        self.index_statements(doing, indexed)?;
        Ok(rows.len())
    }

    /// Deletes statements and their rows in the indexes. Keys of the indexes that refer to statements would do so too, row by
    /// row: of a million that took 19 s of the server's time instead of 4.
    pub(crate) fn delete_statements(&self, doing: &'static str, filter: &Filter) -> Result<usize, StoreError> {
        self.writing()?;
        let sql = format!(
            "WITH gone AS (DELETE FROM statement {} RETURNING id), \
             selectors AS (DELETE FROM statement_selector USING gone WHERE statement = gone.id), \
             names AS (DELETE FROM statement_name USING gone WHERE statement = gone.id), \
             referring AS (DELETE FROM statement_reference USING gone WHERE statement = gone.id) SELECT COUNT(*) FROM gone",
            filter.clause()
        );
        let count = self.query(doing, &sql, filter.values())?;
        let erased = count.first().map_or(Ok(0), |row| Columns::new(TABLE, row).number(0))?;
        self.note_statements(erased)?;
        Ok(erased)
    }

    /// Notes that so many statements came, ended, went or changed.
    pub(crate) fn note_statements(&self, changed: usize) -> Result<(), StoreError> {
        if changed == 0 {
            return Ok(());
        }
        let sql =
            "INSERT INTO counter (name, last) VALUES ('statements', 1) ON CONFLICT (name) DO UPDATE SET last = counter.last + 1";
        self.execute("noting that statements changed", sql, params![]).map(drop)
    }

    /// Indexes statements that are new: id, kind, property and value of each.
    pub(crate) fn index_statements<'a>(
        &self,
        doing: &'static str,
        statements: impl Iterator<Item = (StatementId, &'a str, &'a str, &'a str)>,
    ) -> Result<(), StoreError> {
        let vocabulary = self.store().vocabulary();
        let (mut selectors, mut kinds, mut names, mut references) =
            (Index::default(), Vec::new(), Index::default(), Index::default());
        for (id, kind, property, value) in statements {
            if let Some(selector) = vocabulary.selector_kind(kind, property) {
                selectors.add(id, value.to_owned());
                kinds.push(selector.code().to_owned());
            }
            match vocabulary.property(kind, property).map(|property| &property.property_type) {
                Some(PropertyType::Name) => names.add(id, words::indexed(value).join(" ")),
                Some(PropertyType::Reference(_)) => references.add(id, value.to_owned()),
                _ => {}
            }
        }
        let (statements, values) = selectors.arrays();
        self.execute(doing, INSERT_SELECTOR, &[statements, Value::Texts(kinds), values])?;
        let (statements, words) = names.arrays();
        self.execute(doing, INSERT_NAME, &[statements, words])?;
        let (statements, entities) = references.arrays();
        self.execute(doing, INSERT_REFERENCE, &[statements, entities]).map(drop)
    }
}

/// Rows of an index over statements.
#[derive(Default)]
struct Index {
    statements: Vec<Vec<u8>>,
    texts: Vec<String>,
}

impl Index {
    fn add(&mut self, statement: StatementId, text: String) {
        self.statements.push(statement.0.0.to_vec());
        self.texts.push(text);
    }

    fn arrays(self) -> (Value, Value) {
        (Value::ByteStrings(self.statements), Value::Texts(self.texts))
    }
}

/// The values of one column with their type.
type Column<'a> = (Box<dyn ToSql + Sync + 'a>, Type);

/// The batch column by column, in the order of [`COLUMNS`].
fn columns_of<'a>(batch: &'a [&'a Statement]) -> Result<Vec<Column<'a>>, StoreError> {
    fn column<'a, T: ToSql + Sync + 'a>(
        kind: Type,
        batch: &'a [&'a Statement],
        value: impl Fn(&'a Statement) -> T,
    ) -> Column<'a> {
        (Box::new(batch.iter().copied().map(value).collect::<Vec<_>>()), kind)
    }
    fn codes<'a, T: serde::Serialize>(
        batch: &'a [&'a Statement],
        value: impl Fn(&Statement) -> T,
    ) -> Result<Column<'a>, StoreError> {
        let codes = batch.iter().map(|statement| code(&value(statement))).collect::<Result<Vec<_>, _>>()?;
        Ok((Box::new(codes), Type::TEXT_ARRAY))
    }
    let (bytes, text, number) = (Type::BYTEA_ARRAY, Type::TEXT_ARRAY, Type::INT8_ARRAY);
    Ok(vec![
        column(bytes.clone(), batch, |statement| statement.id.0.0.as_slice()),
        column(text.clone(), batch, |statement| statement.origin.as_str()),
        column(text.clone(), batch, |statement| statement.dataset.as_str()),
        column(text.clone(), batch, |statement| statement.content.entity.as_str()),
        column(text.clone(), batch, |statement| &statement.content.kind),
        column(text.clone(), batch, |statement| &statement.content.property),
        column(text.clone(), batch, |statement| &statement.content.value),
        column(number.clone(), batch, |statement| statement.content.valid_from.map(microseconds)),
        column(number.clone(), batch, |statement| statement.content.valid_to.map(microseconds)),
        column(number.clone(), batch, |statement| statement.content.stated_at.map(microseconds)),
        column(text.clone(), batch, |statement| statement.content.record.as_ref().map(|record| record.table.as_str())),
        column(number.clone(), batch, |statement| statement.content.record.as_ref().map(|record| record.record_id)),
        codes(batch, |statement| statement.content.person_category)?,
        codes(batch, |statement| statement.content.assessment)?,
        codes(batch, |statement| statement.content.evaluation.source)?,
        codes(batch, |statement| statement.content.evaluation.information)?,
        column(number.clone(), batch, |statement| microseconds(statement.recorded_at)),
        column(number, batch, |statement| statement.ended_at.map(microseconds)),
        column(bytes, batch, |statement| statement.label.0.0.as_slice()),
    ])
}

fn filter_of(query: &StatementQuery<'_>) -> Filter {
    let mut filter = Filter::default();
    if let Some(labels) = query.labels {
        filter.labels("label", labels);
    }
    filter.with_some("origin = ?", query.origin.map(ToString::to_string));
    filter.with_some("dataset = ?", query.dataset.map(ToString::to_string));
    filter.with_some("entity = ?", query.entity.map(ToString::to_string));
    filter.with_some("kind = ?", query.kind.map(str::to_owned));
    filter.with_some("property = ?", query.property.map(str::to_owned));
    filter.with_some("id > ?", query.after.map(|id| id.0.0.to_vec()));
    if !query.include_ended {
        filter.holds("ended_at IS NULL");
    }
    filter
}

pub(crate) fn read_statement(columns: &Columns<'_>) -> Result<Statement, StoreError> {
    let record_id = columns.optional::<i64>(11)?;
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

//! Statements, the identifier index over them, and the log of judgements.

use oikos_model::{
    EntityId, Evaluation, Judgement, LabelId, PropertyType, RecordReference, Selector, Statement, StatementDraft, StatementId,
    Timestamp, Vocabulary,
};
use oikos_registry::{StatementQuery, Statements, StoreError};
use rusqlite::{CachedStatement, params};

use crate::columns::{Columns, code, json, microseconds};
use crate::filter::{Filter, page};
use crate::transaction::SqliteTransaction;

pub(crate) const TABLE: &str = "statement";
pub(crate) const COLUMNS: &str = "id, origin, dataset, entity, kind, property, value, valid_from, valid_to, stated_at, record_table, \
                       record_id, person_category, assessment, source_grade, information_grade, recorded_at, ended_at, label";
const INSERT: &str = "INSERT INTO statement (id, origin, dataset, entity, kind, property, value, valid_from, valid_to, \
                      stated_at, record_table, record_id, person_category, assessment, source_grade, information_grade, \
                      recorded_at, ended_at, label) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) \
                      ON CONFLICT (id) DO NOTHING";
const INSERT_NAME: &str = "INSERT INTO statement_name (statement, words) VALUES (?1, ?2)";
const INSERT_REFERENCE: &str = "INSERT INTO statement_reference (statement, entity) VALUES (?1, ?2)";
const INSERT_SELECTOR: &str = "INSERT INTO statement_selector (kind, value, statement) VALUES (?1, ?2, ?3)";
/// Driven by the notices, of which there are few; a notice counts only for its own origin.
const END_RECALLED: &str = "UPDATE statement SET ended_at = (SELECT recalled_at FROM recall_notice \
                            WHERE what_kind = 'statement' AND what_origin = statement.origin AND what_id = statement.id) \
                            WHERE ended_at IS NULL AND id IN (SELECT what_id FROM recall_notice WHERE what_kind = 'statement') \
                            AND EXISTS (SELECT 1 FROM recall_notice \
                            WHERE what_kind = 'statement' AND what_origin = statement.origin AND what_id = statement.id)";

impl Statements for SqliteTransaction<'_> {
    fn put_statements(&mut self, statements: &[Statement]) -> Result<usize, StoreError> {
        let failed = |source| StoreError::database("recording statements", source);
        let mut insert = self.writing()?.prepare_cached(INSERT).map_err(failed)?;
        let mut indexes = StatementIndexes::open(self)?;
        let mut new = 0;
        // In the order of the index, which then is written in passing instead of page by page.
        let mut in_order: Vec<&Statement> = statements.iter().collect();
        in_order.sort_by_key(|statement| statement.id);
        for statement in in_order {
            if insert_statement(&mut insert, statement)? == 0 {
                continue;
            }
            new += 1;
            let StatementDraft { kind, property, value, .. } = &statement.content;
            indexes.add(statement.id, kind, property, value)?;
        }
        let ended = self.execute("ending recalled statements", END_RECALLED, [])?;
        self.note_statements(new + ended)?;
        Ok(new)
    }

    fn end_statements(&mut self, ids: &[StatementId], at: Timestamp) -> Result<usize, StoreError> {
        self.writing()?;
        let sql = "UPDATE statement SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
        let ended = ids.iter().map(|id| self.execute("ending statements", sql, params![id.0.0, microseconds(at)]));
        let ended = ended.sum::<Result<usize, StoreError>>()?;
        self.note_statements(ended)?;
        Ok(ended)
    }

    fn resume_statements(&mut self, ids: &[StatementId]) -> Result<usize, StoreError> {
        self.writing()?;
        let sql = "UPDATE statement SET ended_at = NULL WHERE id = ?1 AND ended_at IS NOT NULL AND NOT EXISTS \
                   (SELECT 1 FROM recall_notice WHERE what_kind = 'statement' AND what_origin = statement.origin AND what_id = statement.id)";
        let resumed = ids.iter().map(|id| self.execute("resuming statements", sql, params![id.0.0]));
        let resumed = resumed.sum::<Result<usize, StoreError>>()?;
        self.note_statements(resumed)?;
        Ok(resumed)
    }

    fn statements(&self, query: &StatementQuery<'_>) -> Result<Vec<Statement>, StoreError> {
        let filter = filter_of(query);
        if query.limit == 0 {
            // Reading in the file's order and sorting here beats following the index of ids through the file.
            let sql = format!("SELECT {COLUMNS} FROM statement {}", filter.clause());
            let mut statements = self.read_all(TABLE, &sql, filter.values(), read_statement)?;
            statements.sort_unstable_by_key(|statement| statement.id);
            return Ok(statements);
        }
        let sql = format!("SELECT {COLUMNS} FROM statement {} ORDER BY id {}", filter.clause(), page(query.limit, 0));
        self.read_all(TABLE, &sql, filter.values(), read_statement)
    }

    fn statement(&self, id: StatementId) -> Result<Option<Statement>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM statement WHERE id = ?1");
        self.read_one(TABLE, &sql, params![id.0.0], read_statement)
    }

    fn statements_version(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(last), 0) FROM counter WHERE name = 'statements'";
        Ok(self.read_number("counter", sql, [])?.unsigned_abs())
    }

    fn entities_with(&self, selector: &Selector, labels: &[LabelId]) -> Result<Vec<EntityId>, StoreError> {
        let mut filter = Filter::default();
        filter.with("statement_selector.kind = ?", selector.kind.code().to_owned());
        filter.with("statement_selector.value = ?", selector.value.clone());
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
        let sql = format!("DELETE FROM statement {}", filter.clause());
        let erased = self.execute("erasing expired statements", &sql, filter.values())?;
        self.note_statements(erased)?;
        self.note_erasure(erased);
        Ok(erased)
    }

    fn erase_statements_of_import(&mut self, import_number: u32) -> Result<usize, StoreError> {
        let first = RecordReference::record_id(import_number, 0);
        let last = RecordReference::record_id(import_number, u32::MAX);
        let sql = "DELETE FROM statement WHERE record_id BETWEEN ?1 AND ?2";
        let erased = self.execute("erasing an import's statements", sql, params![first, last])?;
        self.note_statements(erased)?;
        self.note_erasure(erased);
        Ok(erased)
    }

    fn put_judgement(&mut self, judgement: &Judgement) -> Result<(), StoreError> {
        let sql = "INSERT INTO judgement (number, content) SELECT COALESCE(MAX(number), 0) + 1, ?1 FROM judgement";
        self.execute("recording a judgement", sql, params![json(judgement)?]).map(drop)
    }

    fn judgements(&self) -> Result<Vec<Judgement>, StoreError> {
        self.read_all("judgement", "SELECT content FROM judgement ORDER BY number", [], |columns| columns.json(0))
    }
}

impl SqliteTransaction<'_> {
    /// Notes that so many statements came, ended, went or changed.
    pub(crate) fn note_statements(&self, changed: usize) -> Result<(), StoreError> {
        if changed == 0 {
            return Ok(());
        }
        let sql =
            "INSERT INTO counter (name, last) VALUES ('statements', 1) ON CONFLICT (name) DO UPDATE SET last = counter.last + 1";
        self.execute("noting that statements changed", sql, []).map(drop)
    }
}

/// The indexes over statements, while statements are put.
pub(crate) struct StatementIndexes<'transaction> {
    vocabulary: &'transaction Vocabulary,
    insert_selector: CachedStatement<'transaction>,
    insert_name: CachedStatement<'transaction>,
    insert_reference: CachedStatement<'transaction>,
}

impl<'transaction> StatementIndexes<'transaction> {
    pub(crate) fn open(transaction: &'transaction SqliteTransaction<'_>) -> Result<Self, StoreError> {
        let connection = transaction.writing()?;
        let prepare = |sql| connection.prepare_cached(sql).map_err(|source| StoreError::database("indexing statements", source));
        Ok(Self {
            vocabulary: transaction.store().vocabulary(),
            insert_selector: prepare(INSERT_SELECTOR)?,
            insert_name: prepare(INSERT_NAME)?,
            insert_reference: prepare(INSERT_REFERENCE)?,
        })
    }

    /// Adds a statement that is new.
    pub(crate) fn add(&mut self, id: StatementId, kind: &str, property: &str, value: &str) -> Result<(), StoreError> {
        let failed = |source| StoreError::database("indexing statements", source);
        if let Some(selector) = self.vocabulary.selector_kind(kind, property) {
            self.insert_selector.execute(params![selector.code(), value, id.0.0]).map_err(failed)?;
        }
        let index = match self.vocabulary.property(kind, property).map(|property| &property.property_type) {
            Some(PropertyType::Name) => &mut self.insert_name,
            Some(PropertyType::Reference(_)) => &mut self.insert_reference,
            _ => return Ok(()),
        };
        index.execute(params![id.0.0, value]).map(drop).map_err(failed)
    }
}

fn insert_statement(insert: &mut CachedStatement<'_>, statement: &Statement) -> Result<usize, StoreError> {
    let content = &statement.content;
    let row = params![
        statement.id.0.0,
        statement.origin.as_str(),
        statement.dataset.as_str(),
        content.entity.as_str(),
        content.kind,
        content.property,
        content.value,
        content.valid_from.map(microseconds),
        content.valid_to.map(microseconds),
        content.stated_at.map(microseconds),
        content.record.as_ref().map(|record| record.table.as_str()),
        content.record.as_ref().map(|record| record.record_id),
        code(&content.person_category)?,
        code(&content.assessment)?,
        code(&content.evaluation.source)?,
        code(&content.evaluation.information)?,
        microseconds(statement.recorded_at),
        statement.ended_at.map(microseconds),
        statement.label.0.0,
    ];
    insert.execute(row).map_err(|source| StoreError::database("recording statements", source))
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

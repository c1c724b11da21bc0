//! Searching by words in two word indexes, and findings in few columns.

use oikos_model::{EntityId, FindingKey, LabelId, Place, Statement};
use oikos_registry::{FindingPoint, FindingQuery, NamedEntity, Search, StoreError};

use crate::columns::Columns;
use crate::filter::{Filter, at_most, page};
use crate::findings::{self, filter_of};
use crate::statements;
use crate::transaction::PostgresTransaction;
use crate::values::params;
use crate::words::pattern;

/// Of what matches so much is looked at before the best of it is chosen: one letter matches everything.
const LOOKED_AT: usize = 500;
const POINT: &str = "origin, finding_key, detector, desk, state, label, received, score_bits, occurred_from, occurred_to, title, \
                     latitude, longitude";

impl Search for PostgresTransaction<'_> {
    fn entities_named(&self, words: &str, labels: &[LabelId], limit: usize) -> Result<Vec<NamedEntity>, StoreError> {
        let Some(pattern) = pattern(words) else { return Ok(Vec::new()) };
        let mut filter = Filter::default();
        filter.with("statement_name.words @@ CAST(? AS TSQUERY)", pattern);
        filter.labels("statement.label", labels);
        let sql = format!(
            "SELECT origin, dataset, entity, kind, value, ended FROM (SELECT origin, dataset, entity, kind, value, \
             ended_at IS NOT NULL AS ended FROM statement_name JOIN statement ON statement.id = statement_name.statement {} \
             LIMIT {LOOKED_AT}) AS found ORDER BY ended, LENGTH(value), value, origin, dataset, entity LIMIT {}",
            filter.clause(),
            at_most(limit)
        );
        self.read_all(statements::TABLE, &sql, filter.values(), |columns| {
            Ok(NamedEntity {
                origin: columns.identifier(0)?,
                dataset: columns.identifier(1)?,
                entity: columns.identifier(2)?,
                kind: columns.value(3)?,
                name: columns.value(4)?,
                is_current: !columns.value::<bool>(5)?,
            })
        })
    }

    fn statements_referring_to(&self, entity: &EntityId, labels: &[LabelId], limit: usize) -> Result<Vec<Statement>, StoreError> {
        let mut filter = Filter::default();
        let referring = "id IN (SELECT statement FROM statement_reference WHERE LEFT(entity, 255) = LEFT(?, 255) AND entity = ?)";
        filter.with_all(referring, params![entity.as_str(), entity.as_str()].to_vec());
        filter.labels("label", labels);
        let columns = statements::COLUMNS;
        let sql = format!("SELECT {columns} FROM statement {} ORDER BY id LIMIT {}", filter.clause(), at_most(limit));
        self.read_all(statements::TABLE, &sql, filter.values(), statements::read_statement)
    }

    fn findings_titled(&self, words: &str, labels: &[LabelId], limit: usize) -> Result<Vec<FindingPoint>, StoreError> {
        let Some(pattern) = pattern(words) else { return Ok(Vec::new()) };
        let mut filter = Filter::default();
        filter.with("title_words @@ CAST(? AS TSQUERY)", pattern);
        filter.labels("label", labels);
        let sql = format!(
            "SELECT {POINT} FROM (SELECT {POINT} FROM finding {} LIMIT {LOOKED_AT}) AS found \
             ORDER BY score_bits DESC, occurred_to DESC, finding_key, origin LIMIT {}",
            filter.clause(),
            at_most(limit)
        );
        self.read_all(findings::TABLE, &sql, filter.values(), read_point)
    }

    fn finding_points(&self, query: &FindingQuery<'_>) -> Result<Vec<FindingPoint>, StoreError> {
        let filter = filter_of(query)?;
        let sql = format!(
            "SELECT {POINT} FROM finding {} ORDER BY score_bits DESC, occurred_to DESC, finding_key, origin {}",
            filter.clause(),
            page(query.limit, query.offset)
        );
        self.read_all(findings::TABLE, &sql, filter.values(), read_point)
    }
}

fn read_point(columns: &Columns<'_>) -> Result<FindingPoint, StoreError> {
    let latitude = columns.optional::<f64>(11)?;
    let place = latitude.map(|latitude| Ok(Place { latitude, longitude: columns.value(12)? })).transpose()?;
    Ok(FindingPoint {
        origin: columns.identifier(0)?,
        key: FindingKey(columns.hash(1)?),
        detector: columns.identifier(2)?,
        desk: columns.value(3)?,
        state: columns.code(4)?,
        label: LabelId(columns.hash(5)?),
        received: columns.flag(6)?,
        score_bits: columns.value(7)?,
        occurred_from: columns.timestamp(8)?,
        occurred_to: columns.timestamp(9)?,
        title: columns.value(10)?,
        place,
    })
}

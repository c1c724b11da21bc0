//! Searching by words in two FTS5 indexes, and findings in few columns.

use oikos_model::{EntityId, FindingKey, LabelId, Place, Statement};
use oikos_registry::{FindingPoint, FindingQuery, NamedEntity, Search, StoreError};

use crate::columns::Columns;
use crate::filter::{Filter, at_most, page};
use crate::findings::{self, filter_of};
use crate::statements;
use crate::transaction::SqliteTransaction;

/// Of what matches so much is looked at before the best of it is chosen: one letter matches everything.
const LOOKED_AT: usize = 500;
const MOST_WORDS: usize = 8;
const LONGEST_WORD: usize = 64;
const POINT: &str = "finding.origin, finding.finding_key, detector, desk, state, label, received, score_bits, occurred_from, \
                     occurred_to, json_extract(content, '$.title'), json_extract(content, '$.place.latitude'), \
                     json_extract(content, '$.place.longitude')";

impl Search for SqliteTransaction<'_> {
    fn entities_named(&self, words: &str, labels: &[LabelId], limit: usize) -> Result<Vec<NamedEntity>, StoreError> {
        let Some(pattern) = pattern(words) else { return Ok(Vec::new()) };
        let mut filter = Filter::default();
        filter.with("name_index MATCH ?", pattern);
        filter.labels("statement.label", labels);
        let sql = format!(
            "SELECT origin, dataset, entity, kind, value, ended FROM (SELECT origin, dataset, entity, kind, value, \
             ended_at IS NOT NULL AS ended FROM name_index JOIN statement_name ON statement_name.number = name_index.rowid \
             JOIN statement ON statement.id = statement_name.statement {} LIMIT {LOOKED_AT}) \
             ORDER BY ended, LENGTH(value), value, origin, dataset, entity LIMIT {}",
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
                is_current: !columns.flag(5)?,
            })
        })
    }

    fn statements_referring_to(&self, entity: &EntityId, labels: &[LabelId], limit: usize) -> Result<Vec<Statement>, StoreError> {
        let mut filter = Filter::default();
        filter.with("id IN (SELECT statement FROM statement_reference WHERE entity = ?)", entity.to_string());
        filter.labels("label", labels);
        let columns = statements::COLUMNS;
        let sql = format!("SELECT {columns} FROM statement {} ORDER BY id LIMIT {}", filter.clause(), at_most(limit));
        self.read_all(statements::TABLE, &sql, filter.values(), statements::read_statement)
    }

    fn findings_titled(&self, words: &str, labels: &[LabelId], limit: usize) -> Result<Vec<FindingPoint>, StoreError> {
        let Some(pattern) = pattern(words) else { return Ok(Vec::new()) };
        let mut filter = Filter::default();
        filter.with("title_index MATCH ?", pattern);
        filter.labels("label", labels);
        let sql = format!(
            "SELECT * FROM (SELECT {POINT} FROM title_index JOIN finding_title ON finding_title.number = title_index.rowid \
             JOIN finding ON finding.origin = finding_title.origin AND finding.finding_key = finding_title.finding_key \
             {} LIMIT {LOOKED_AT}) ORDER BY score_bits DESC, occurred_to DESC, finding_key, origin LIMIT {}",
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

/// The words as FTS5 takes them: each quoted, so that nothing in it is an operator, and as a beginning. `None` where there is no word.
fn pattern(text: &str) -> Option<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).take(MOST_WORDS);
    let quoted: Vec<String> = words.map(|word| format!("\"{}\"*", word.chars().take(LONGEST_WORD).collect::<String>())).collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_word_is_an_operator() {
        assert_eq!(pattern("Grey NEAR(petrel) -x \"y*").as_deref(), Some("\"Grey\"* \"NEAR\"* \"petrel\"* \"x\"* \"y\"*"));
        assert_eq!(pattern(" -*\" "), None);
    }
}

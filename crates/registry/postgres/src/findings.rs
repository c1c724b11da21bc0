//! Findings, their selectors, and people's decisions on them.

use std::collections::BTreeSet;

use oikos_model::{
    ContentHash, Decision, DerivedFrom, FactValue, Finding, FindingKey, FindingState, LabelId, NodeId, Selector, Timestamp,
};
use oikos_registry::{FindingOutcome, FindingQuery, Findings, Parcels, StoreError, StoredFinding};

use crate::columns::{Columns, code, json, microseconds};
use crate::filter::{Filter, page};
use crate::transaction::PostgresTransaction;
use crate::values::params;
use crate::words;

pub(crate) const TABLE: &str = "finding";
pub(crate) const COLUMNS: &str = "content, state, label, first_recorded_at, revised_at, received";
const PUT: &str = "INSERT INTO finding (origin, finding_key, revision, detector, desk, state, label, received, score_bits, \
                   occurred_from, occurred_to, first_recorded_at, revised_at, expires_at, content, title, title_words, tlp, \
                   latitude, longitude) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15, array_to_tsvector($16), $17, $18, $19) \
                   ON CONFLICT (origin, finding_key) DO UPDATE SET revision = excluded.revision, detector = excluded.detector, \
                   desk = excluded.desk, state = excluded.state, label = excluded.label, score_bits = excluded.score_bits, \
                   occurred_from = excluded.occurred_from, occurred_to = excluded.occurred_to, \
                   revised_at = excluded.revised_at, expires_at = excluded.expires_at, content = excluded.content, \
                   title = excluded.title, title_words = excluded.title_words, tlp = excluded.tlp, \
                   latitude = excluded.latitude, longitude = excluded.longitude";

/// What is there under a finding's key before it is put.
struct Standing {
    revision: ContentHash,
    label: LabelId,
    state: FindingState,
    received: bool,
}

impl Findings for PostgresTransaction<'_> {
    fn put_finding(
        &mut self,
        finding: &Finding,
        label: LabelId,
        received: bool,
        at: Timestamp,
    ) -> Result<FindingOutcome, StoreError> {
        self.writing()?;
        check_numbers(finding)?;
        let label = match self.held(&finding.origin, finding.key)? {
            Some(None) => return Ok(FindingOutcome::Unchanged),
            Some(Some(restricted)) => restricted,
            None => label,
        };
        let revision = finding.revision();
        let standing = self.standing(&finding.origin, finding.key)?;
        let state = self.next_state(finding, revision, standing.as_ref())?;
        let Some(standing) = standing else {
            self.write_finding(finding, revision, state, label, received, at)?;
            return Ok(FindingOutcome::New);
        };
        if standing.received != received {
            let whose = if standing.received { "received from a partner" } else { "this node's own" };
            return Err(StoreError::Conflict(format!("finding {} of {} is {whose}", finding.key, finding.origin)));
        }
        if standing.revision == revision && standing.label == label {
            if standing.state != state {
                self.set_finding_state(&finding.origin, finding.key, state)?;
            }
            return Ok(FindingOutcome::Unchanged);
        }
        self.write_finding(finding, revision, state, label, received, at)?;
        Ok(FindingOutcome::Revised)
    }

    fn finding(&self, origin: &NodeId, key: FindingKey) -> Result<Option<StoredFinding>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM finding WHERE origin = $1 AND finding_key = $2");
        self.read_one(TABLE, &sql, params![origin.as_str(), key.0.0], read_finding)
    }

    fn findings(&self, query: &FindingQuery<'_>) -> Result<Vec<StoredFinding>, StoreError> {
        let filter = filter_of(query)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM finding {} ORDER BY score_bits DESC, occurred_to DESC, finding_key, origin {}",
            filter.clause(),
            page(query.limit, query.offset)
        );
        self.read_all(TABLE, &sql, filter.values(), read_finding)
    }

    fn count_findings(&self, query: &FindingQuery<'_>) -> Result<u64, StoreError> {
        let filter = filter_of(query)?;
        let sql = format!("SELECT COUNT(*) FROM finding {}", filter.clause());
        Ok(self.read_number(TABLE, &sql, filter.values())?.unsigned_abs())
    }

    fn set_finding_state(&mut self, origin: &NodeId, key: FindingKey, state: FindingState) -> Result<bool, StoreError> {
        let sql = "UPDATE finding SET state = $3 WHERE origin = $1 AND finding_key = $2";
        let changed = self.execute("setting a finding's state", sql, params![origin.as_str(), key.0.0, code(&state)?])?;
        Ok(changed > 0)
    }

    fn put_decision(&mut self, decision: &Decision) -> Result<(), StoreError> {
        let sql = "INSERT INTO decision (number, origin, finding_key, content) \
                   SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3 FROM decision";
        let row = params![decision.origin.as_str(), decision.key.0.0, json(decision)?];
        self.execute("recording a decision", sql, row).map(drop)
    }

    fn decisions(&self, origin: &NodeId, key: FindingKey) -> Result<Vec<Decision>, StoreError> {
        let sql = "SELECT content FROM decision WHERE origin = $1 AND finding_key = $2 ORDER BY number";
        self.read_all("decision", sql, params![origin.as_str(), key.0.0], |columns| columns.json(0))
    }

    fn derived_directly_from(&self, source: &DerivedFrom) -> Result<Vec<String>, StoreError> {
        self.derivations_of(source)
    }

    fn erase_expired_findings(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        self.writing()?;
        let mut by_label = Filter::default();
        by_label.labels("label", &self.expired_labels(now)?);
        let mut by_date = Filter::default();
        by_date.with("expires_at <= ?", microseconds(now));
        let mut erased = 0;
        for filter in [by_label, by_date] {
            let sql = format!("SELECT origin, finding_key FROM finding {}", filter.clause());
            let expired = self.read_all(TABLE, &sql, filter.values(), |columns| {
                Ok((columns.identifier::<NodeId>(0)?, FindingKey(columns.hash(1)?)))
            })?;
            for (origin, key) in &expired {
                self.erase_finding(origin, *key)?;
            }
            erased += expired.len();
        }
        Ok(erased)
    }
}

impl PostgresTransaction<'_> {
    fn standing(&self, origin: &NodeId, key: FindingKey) -> Result<Option<Standing>, StoreError> {
        let sql = "SELECT revision, label, state, received FROM finding WHERE origin = $1 AND finding_key = $2";
        self.read_one(TABLE, sql, params![origin.as_str(), key.0.0], |columns| {
            Ok(Standing {
                revision: columns.hash(0)?,
                label: LabelId(columns.hash(1)?),
                state: columns.code(2)?,
                received: columns.flag(3)?,
            })
        })
    }

    /// What its origin took back stays so. What a re-run gives again is open again. Anything else keeps its state.
    fn next_state(
        &self,
        finding: &Finding,
        revision: ContentHash,
        standing: Option<&Standing>,
    ) -> Result<FindingState, StoreError> {
        let what = DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision };
        if self.has_recall_notice(&what)? {
            return Ok(FindingState::Recalled);
        }
        Ok(match standing.map(|standing| standing.state) {
            None | Some(FindingState::Superseded) => FindingState::Open,
            Some(state) => state,
        })
    }

    fn write_finding(
        &mut self,
        finding: &Finding,
        revision: ContentHash,
        state: FindingState,
        label: LabelId,
        received: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let row = params![
            finding.origin.as_str(),
            finding.key.0.0,
            revision.0,
            finding.detector.as_str(),
            finding.desk,
            code(&state)?,
            label.0.0,
            received,
            finding.score_bits(),
            microseconds(finding.occurred_from),
            microseconds(finding.occurred_to),
            microseconds(at),
            finding.marking.expires.map(microseconds),
            json(finding)?,
            finding.title,
            words::indexed(&finding.title),
            code(&finding.marking.tlp)?,
            finding.place.map(|place| place.latitude),
            finding.place.map(|place| place.longitude),
        ];
        self.execute("putting a finding", PUT, row)?;
        self.index_selectors(finding)?;
        self.put_derivations(&name_of(&finding.origin, finding.key), &finding.derived_from)
    }

    fn index_selectors(&mut self, finding: &Finding) -> Result<(), StoreError> {
        let (origin, key) = (finding.origin.as_str(), finding.key.0.0);
        let sql = "DELETE FROM finding_selector WHERE origin = $1 AND finding_key = $2";
        self.execute("indexing a finding's selectors", sql, params![origin, key])?;
        let sql = "INSERT INTO finding_selector (kind, value, origin, finding_key) VALUES ($1, $2, $3, $4)";
        for Selector { kind, value } in finding.selectors.iter().collect::<BTreeSet<_>>() {
            self.execute("indexing a finding's selectors", sql, params![kind.code(), value, origin, key])?;
        }
        Ok(())
    }

    pub(crate) fn erase_finding(&mut self, origin: &NodeId, key: FindingKey) -> Result<(), StoreError> {
        let of_finding = params![origin.as_str(), key.0.0];
        self.execute("erasing decisions", "DELETE FROM decision WHERE origin = $1 AND finding_key = $2", of_finding)?;
        // Its rows in the selector index go with it.
        self.execute("erasing a finding", "DELETE FROM finding WHERE origin = $1 AND finding_key = $2", of_finding)?;
        self.erase_derivations(&name_of(origin, key))
    }
}

/// How a finding is named among what was derived.
fn name_of(origin: &NodeId, key: FindingKey) -> String {
    format!("finding:{origin}/{key}")
}

/// JSON has no infinity: a finding with a number that is not finite could not be read back.
fn check_numbers(finding: &Finding) -> Result<(), StoreError> {
    let reasons = finding.reasons.iter().map(|reason| reason.bits);
    let facts = finding.facts.iter().filter_map(|fact| match fact.value {
        FactValue::Number { number, .. } => Some(number),
        _ => None,
    });
    let place = finding.place.iter().flat_map(|place| [place.latitude, place.longitude]);
    if [finding.prior_bits, finding.score_bits()].into_iter().chain(reasons).chain(facts).chain(place).all(f64::is_finite) {
        return Ok(());
    }
    Err(StoreError::Conflict(format!("finding {} of {} holds a number that is not finite", finding.key, finding.detector)))
}

pub(crate) fn filter_of(query: &FindingQuery<'_>) -> Result<Filter, StoreError> {
    let mut filter = Filter::default();
    if let Some(labels) = query.labels {
        filter.labels("label", labels);
    }
    filter.with_some("detector = ?", query.detector.map(ToString::to_string));
    filter.with_some("desk = ?", query.desk.map(str::to_owned));
    filter.with_some("origin = ?", query.origin.map(ToString::to_string));
    filter.with_some("received = ?", query.received);
    if let Some(states) = query.states {
        filter.one_of("state", states.iter().map(code).collect::<Result<Vec<_>, _>>()?);
    }
    filter.with_some("occurred_to >= ?", query.occurred_from.map(microseconds));
    filter.with_some("occurred_to < ?", query.occurred_before.map(microseconds));
    if let Some(selector) = query.selector {
        filter.with_all(
            "(origin, finding_key) IN (SELECT origin, finding_key FROM finding_selector \
             WHERE kind = ? AND LEFT(value, 255) = LEFT(?, 255) AND value = ?)",
            params![selector.kind.code(), selector.value, selector.value].to_vec(),
        );
    }
    Ok(filter)
}

pub(crate) fn read_finding(columns: &Columns<'_>) -> Result<StoredFinding, StoreError> {
    Ok(StoredFinding {
        finding: columns.json(0)?,
        state: columns.code(1)?,
        label: LabelId(columns.hash(2)?),
        first_recorded_at: columns.timestamp(3)?,
        revised_at: columns.timestamp(4)?,
        received: columns.flag(5)?,
    })
}

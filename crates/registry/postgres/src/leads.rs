//! Leads: the picture replaces them all at once.

use std::collections::HashMap;

use oikos_model::LabelId;
use oikos_registry::{LeadRow, Leads, StoreError};

use crate::columns::{json, microseconds};
use crate::filter::Filter;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "lead";

impl Leads for PostgresTransaction<'_> {
    fn replace_leads(&mut self, leads: &[LeadRow]) -> Result<(), StoreError> {
        let first_seen: HashMap<String, _> = self
            .read_all(TABLE, "SELECT id, first_seen_at FROM lead", params![], |columns| {
                Ok((columns.value(0)?, columns.timestamp(1)?))
            })?
            .into_iter()
            .collect();
        for id in first_seen.keys() {
            self.erase_derivations(&name_of(id))?;
        }
        self.execute("replacing leads", "DELETE FROM lead", params![])?;
        for lead in leads {
            let first_seen_at = first_seen.get(&lead.id).copied().unwrap_or(lead.first_seen_at);
            self.put_lead(&LeadRow { first_seen_at, ..lead.clone() })?;
        }
        Ok(())
    }

    fn leads(&self, labels: Option<&[LabelId]>) -> Result<Vec<LeadRow>, StoreError> {
        let mut filter = Filter::default();
        if let Some(labels) = labels {
            filter.labels("label", labels);
        }
        let sql = format!("SELECT content FROM lead {} ORDER BY score_bits DESC, id", filter.clause());
        self.read_all(TABLE, &sql, filter.values(), |columns| columns.json(0))
    }
}

impl PostgresTransaction<'_> {
    fn put_lead(&mut self, lead: &LeadRow) -> Result<(), StoreError> {
        if !lead.score_bits.is_finite() {
            return Err(StoreError::Conflict(format!("lead {} has a score that is not finite", lead.id)));
        }
        let sql = "INSERT INTO lead (id, label, score_bits, first_seen_at, content) VALUES ($1, $2, $3, $4, $5)";
        let row = params![lead.id, lead.label.0.0, lead.score_bits, microseconds(lead.first_seen_at), json(lead)?];
        self.execute("putting a lead", sql, row)?;
        self.put_derivations(&name_of(&lead.id), &lead.derived_from)
    }
}

/// How a lead is named among what was derived.
fn name_of(id: &str) -> String {
    format!("lead:{id}")
}

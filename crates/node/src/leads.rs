//! The picture at this node: recomputed after every change of findings, and read by people.

use std::collections::BTreeMap;

use oikos_model::{Action, LabelId, NodeId};
use oikos_picture::{OwnershipView, Parameters, PictureInput, PictureSummary};
use oikos_registry::Transaction;
use serde::Serialize;

use crate::company::company_selector;
use crate::{Caller, Node, NodeError, Noted};

/// Two silences of one ship are the sea desk's own work; the picture shows what joins desks.
const LEAD_DESKS: usize = 2;
/// Farthest a path around a company is followed.
pub(crate) const PATH_HOPS_MAXIMUM: usize = 6;

/// A lead as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LeadView {
    /// Identity.
    pub id: String,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// Strength in bits.
    pub score_bits: f64,
    /// When it was first computed, RFC 3339.
    pub first_seen_at: String,
    /// Traffic light of the whole.
    pub tlp: String,
    /// Members, links with reasons, proof paths, rivals.
    #[schema(value_type = Object)]
    pub lead: serde_json::Value,
}

impl Node {
    /// Joins findings into leads. Combination is an act of its own: it has a purpose and leaves a journal entry.
    ///
    /// # Errors
    /// When policy refuses or joining fails; then the leads stay as they were.
    pub fn recompute_picture(&self, caller: &Caller) -> Result<PictureSummary, NodeError> {
        self.write(caller, Action::Combine, |tx| {
            let permitted_labels = self.permitted_labels(tx, caller, Action::Combine)?;
            let input = self.picture_input(tx, permitted_labels)?;
            let summary = oikos_picture::recompute(tx, &input).map_err(NodeError::internal)?;
            let detail = serde_json::json!({ "findings": summary.findings, "statements": summary.statements,
                "leads": summary.leads, "campaigns": summary.campaigns });
            Ok((summary.clone(), Noted::about(summary.subjects).with_detail(detail)))
        })
    }

    /// What the picture is computed with here.
    pub(crate) fn picture_input(&self, tx: &dyn Transaction, permitted_labels: Vec<LabelId>) -> Result<PictureInput, NodeError> {
        let parameters = Parameters { lead_desks: LEAD_DESKS, countries: self.countries(tx)?, ..Parameters::default() };
        Ok(PictureInput { node: self.id().clone(), permitted_labels, now: self.clock().now(), parameters })
    }

    /// The states of this node and its partners, from their cards.
    pub(crate) fn countries(&self, tx: &dyn Transaction) -> Result<BTreeMap<NodeId, String>, NodeError> {
        let mut countries = BTreeMap::from([(self.id().clone(), self.config().country.clone())]);
        for row in tx.partners()? {
            let partner = self.partner(tx, &row.node)?;
            countries.insert(row.node, partner.card().content.description.country.clone());
        }
        Ok(countries)
    }

    /// The leads the caller may see, strongest first.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_leads(&self, caller: &Caller) -> Result<Vec<LeadView>, NodeError> {
        self.write(caller, Action::ReadLeads, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
            let mut views = Vec::new();
            for row in tx.leads(Some(&labels))? {
                let tlp = tx.label(row.label)?.map_or("TLP:RED", |label| label.marking.tlp.code());
                views.push(LeadView {
                    id: row.id,
                    is_campaign: row.is_campaign,
                    score_bits: row.score_bits,
                    first_seen_at: crate::findings::seconds(row.first_seen_at),
                    tlp: tlp.to_owned(),
                    lead: row.content,
                });
            }
            let subjects = views.iter().map(|view: &LeadView| format!("lead:{}", view.id)).collect();
            Ok((views, Noted::about(subjects)))
        })
    }

    /// Who owns what around a company, own register and received statements together, with the source of each step.
    ///
    /// # Errors
    /// When policy refuses or the selector is not in order.
    pub fn ownership_around(&self, caller: &Caller, kind: &str, value: &str) -> Result<OwnershipView, NodeError> {
        let selector = company_selector(kind, value)?;
        self.write(caller, Action::ReadStatements, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let view =
                oikos_picture::ownership_path_view(tx, &selector, &labels, PATH_HOPS_MAXIMUM).map_err(NodeError::internal)?;
            Ok((view, Noted::about(vec![format!("selector:{selector}")])))
        })
    }
}

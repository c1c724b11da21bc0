//! Opening a case.

use jiff::tz::TimeZone;
use oikos_model::{Action, CaseId, LegalBasis, Purpose, Vocabulary};
use serde::Deserialize;

use super::history::{CaseEvent, CaseEventKind};
use super::items::members_of;
use super::{Case, CaseContent, CaseView, TITLE_BYTES_MAXIMUM, empty_marking, said};
use crate::release::FindingName;
use crate::{Caller, Node, NodeError, Noted, sessions::own_name};

/// A case to be opened.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// What people call it.
    pub title: String,
    /// For what; absent: the purpose of this act.
    #[schema(value_type = Option<String>)]
    pub purpose: Option<Purpose>,
    /// On which legal basis; absent: that of this act.
    #[schema(value_type = Option<String>)]
    pub legal_basis: Option<LegalBasis>,
    /// Findings to put in.
    #[serde(default)]
    pub findings: Vec<FindingName>,
    /// Leads to put in, with the findings they join.
    #[serde(default)]
    pub leads: Vec<String>,
    /// A playbook whose tasks to add.
    pub playbook: Option<String>,
}

impl Node {
    /// Opens a case; who opens it owns it.
    ///
    /// # Errors
    /// When policy refuses, the title is empty, or something to be put in is not there or not for this purpose.
    pub fn open_case(&self, caller: &Caller, request: &CaseRequest) -> Result<CaseView, NodeError> {
        let title = said(&request.title, "the title", TITLE_BYTES_MAXIMUM)?;
        let owner = own_name(caller)?.clone();
        // The act is done for what the case is for: it says so as a request's header would.
        let caller = Caller {
            is_stated: caller.is_stated || request.purpose.is_some(),
            purpose: request.purpose.clone().unwrap_or_else(|| caller.purpose.clone()),
            legal_basis: request.legal_basis.clone().unwrap_or_else(|| caller.legal_basis.clone()),
            ..caller.clone()
        };
        let vocabulary = Vocabulary::load().map_err(NodeError::internal)?;
        if !vocabulary.knows_purpose(caller.purpose.as_str()) {
            return Err(NodeError::Invalid(format!("unknown purpose {:?}", caller.purpose.as_str())));
        }
        let now = self.clock().now();
        self.write(&caller, Action::OpenCase, |tx| {
            let year = now.to_zoned(TimeZone::UTC).year();
            let id = format!("case-{year}-{}", tx.reserve_case_number()?);
            let content = CaseContent {
                title,
                purpose: caller.purpose.clone(),
                legal_basis: caller.legal_basis.clone(),
                opened_by: owner.clone(),
                outcome: None,
            };
            let mut case = Case {
                id: CaseId::new(id).map_err(NodeError::internal)?,
                label: self.case_label(empty_marking(self.config().regime, &caller.purpose)),
                open: true,
                owner,
                opened_at: now,
                changed_at: now,
                content,
            };
            case.put(tx)?;
            let mut findings = request.findings.clone();
            for id in &request.leads {
                let lead = self.visible_lead(tx, &caller, id)?.ok_or_else(|| NodeError::NotFound(format!("lead {id}")))?;
                findings.extend(members_of(&lead));
            }
            let things = self.attach(tx, &caller, &mut case, &findings, &request.leads)?;
            let opened = CaseEvent::new(&caller, CaseEventKind::Opened)?.with_text(&case.content.title).about(things.clone());
            case.put_event(tx, now, &opened)?;
            if let Some(playbook) = &request.playbook {
                self.apply_playbook(tx, &caller, &case, playbook, now)?;
            }
            let subjects = std::iter::once(case.subject()).chain(things).collect();
            Ok((self.case_view(tx, &caller, &case)?, Noted::about(subjects)))
        })
    }
}

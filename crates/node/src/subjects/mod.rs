//! Data subjects' requests (Directive (EU) 2016/680 Art. 14 to 18; GDPR Art. 15 to 21): taken up with a clock of one month, answered by the
//! data-protection officer, who finds what names the person whatever its label, and nothing else of any case.
//!
//! Entries in the journal name the request and what was touched by reference, never what it said.

mod answer;
mod erase;
mod find;
mod restrict;

use oikos_model::{Action, FindingKey, NodeId, Selector, SelectorKind, StatementId, Timestamp, UserName};
use oikos_registry::{SubjectRequestRow, Transaction};
use serde::{Deserialize, Serialize};

use crate::findings::seconds;
use crate::{Caller, Node, NodeError, Noted};

pub use answer::{SubjectAnswer, SubjectStep};
pub(crate) use erase::erase_retracted;
pub use find::{HeldFinding, HeldStatement, HeldView};

const LONGEST_TEXT_BYTES: usize = 1_000;
const MOST_SELECTORS: usize = 50;
/// What the law gives: one month, and two more where a request is complex (GDPR Art. 12(3)).
const DAYS_TO_ANSWER: i64 = 30;
const DAYS_MORE: i64 = 60;

/// What the person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// To know what is held.
    Access,
    /// To have it put right.
    Rectify,
    /// To have it restricted.
    Restrict,
    /// To have it erased.
    Erase,
}

/// A request as it comes in.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectRequest {
    /// What is asked for.
    pub wants: Wanted,
    /// The person's name.
    pub name: Option<String>,
    /// The person's birth date, as far as known: `1954`, `1954-03` or `1954-03-02`.
    pub birth_date: Option<String>,
    /// Identifiers of the person, as `kind:value`.
    #[serde(default)]
    pub selectors: Vec<String>,
}

/// The person, as described.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Person {
    name: Option<String>,
    birth_date: Option<String>,
    selectors: Vec<Selector>,
}

/// One thing that was done.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StepDone {
    /// When, RFC 3339.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub by: UserName,
    /// What: `find`, `export`, `correct`, `restrict`, `erase`, `extend`, `refuse` or `close`.
    pub what: String,
    /// What came of it, without what was held.
    pub note: String,
}

/// A refusal, with what the person needs to contest it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refusal {
    /// The law it rests on.
    pub law: String,
    /// Why.
    pub reason: String,
    /// The supervisor to whom the person may turn.
    pub supervisor: String,
}

/// The request as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Request {
    id: String,
    wants: Wanted,
    person: Person,
    received_at: Timestamp,
    due_at: Timestamp,
    extended: bool,
    state: String,
    steps: Vec<StepDone>,
    refusal: Option<Refusal>,
    /// What is restricted at the person's request.
    restricted_statements: Vec<StatementId>,
    restricted_findings: Vec<(NodeId, FindingKey)>,
    /// Partners who were told to erase.
    told: Vec<NodeId>,
}

/// A request as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubjectRequestView {
    /// Its id.
    pub id: String,
    /// What is asked for.
    pub wants: Wanted,
    /// `open`, `refused` or `closed`.
    pub state: String,
    /// When it was received, RFC 3339.
    pub received_at: String,
    /// When it must be answered, RFC 3339.
    pub due_at: String,
    /// Whether it is late.
    pub overdue: bool,
    /// What was done.
    pub steps: Vec<StepDone>,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// Partners who were told to erase, and whether each has taken it.
    pub told: Vec<Told>,
}

/// A partner who was told.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Told {
    /// The partner.
    pub partner: String,
    /// Whether its signed receipt is here.
    pub acknowledged: bool,
}

impl Request {
    fn read(tx: &dyn Transaction, id: &str) -> Result<Self, NodeError> {
        let row = tx.subject_request(id)?.ok_or_else(|| NodeError::NotFound(format!("request {id}")))?;
        serde_json::from_value(row.content).map_err(NodeError::internal)
    }

    fn put(&self, tx: &mut dyn Transaction) -> Result<(), NodeError> {
        let content = serde_json::to_value(self).map_err(NodeError::internal)?;
        let (id, state) = (self.id.clone(), self.state.clone());
        Ok(tx.put_subject_request(&SubjectRequestRow {
            id,
            state,
            received_at: self.received_at,
            due_at: self.due_at,
            content,
        })?)
    }

    fn subject(&self) -> String {
        format!("subject-request:{}", self.id)
    }

    fn view(&self, tx: &dyn Transaction, now: Timestamp) -> Result<SubjectRequestView, NodeError> {
        let told = |node: &NodeId| -> Result<Told, NodeError> {
            Ok(Told { partner: node.to_string(), acknowledged: tx.waiting(node)?.is_none() })
        };
        Ok(SubjectRequestView {
            id: self.id.clone(),
            wants: self.wants,
            state: self.state.clone(),
            received_at: seconds(self.received_at),
            due_at: seconds(self.due_at),
            overdue: self.state == "open" && now > self.due_at,
            steps: self.steps.clone(),
            refusal: self.refusal.clone(),
            told: self.told.iter().map(told).collect::<Result<_, _>>()?,
        })
    }
}

/// A text that a person wrote for others to read.
fn said(text: &str, what: &str) -> Result<String, NodeError> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_TEXT_BYTES {
        return Err(NodeError::Invalid(format!("say {what} in 1 to {LONGEST_TEXT_BYTES} bytes")));
    }
    Ok(text.to_owned())
}

fn days_after(at: Timestamp, days: i64) -> Result<Timestamp, NodeError> {
    Timestamp::from_second(at.as_second() + days * 86_400).map_err(NodeError::internal)
}

fn selector(text: &str) -> Result<Selector, NodeError> {
    let known = text.split_once(':').and_then(|(kind, value)| Some((SelectorKind::from_code(kind)?, value)));
    let (kind, value) =
        known.ok_or_else(|| NodeError::Invalid(format!("{text:?} is no identifier of a known kind: kind:value")))?;
    oikos_matching::normalise(kind, value).map_err(|error| NodeError::Invalid(error.to_string()))
}

impl Node {
    /// Takes up a data subject's request; its clock begins.
    ///
    /// # Errors
    /// When policy refuses, or the request describes nobody.
    pub fn open_subject_request(&self, caller: &Caller, request: &SubjectRequest) -> Result<SubjectRequestView, NodeError> {
        if request.name.is_none() && request.selectors.is_empty() {
            return Err(NodeError::Invalid("describe the person: by name, or by an identifier".into()));
        }
        if request.selectors.len() > MOST_SELECTORS {
            return Err(NodeError::Invalid(format!("a person is described by at most {MOST_SELECTORS} identifiers")));
        }
        let selectors = request.selectors.iter().map(|text| selector(text)).collect::<Result<_, _>>()?;
        let name = request.name.as_ref().map(|name| said(name, "the name")).transpose()?;
        let birth_date = request.birth_date.as_ref().map(|date| said(date, "the birth date")).transpose()?;
        let now = self.clock().now();
        self.write(caller, Action::AnswerSubject, |tx| {
            let request = Request {
                id: crate::ids::new_id(now),
                wants: request.wants,
                person: Person { name, birth_date, selectors },
                received_at: now,
                due_at: days_after(now, DAYS_TO_ANSWER)?,
                extended: false,
                state: "open".into(),
                steps: Vec::new(),
                refusal: None,
                restricted_statements: Vec::new(),
                restricted_findings: Vec::new(),
                told: Vec::new(),
            };
            request.put(tx)?;
            let noted =
                Noted::about(vec![request.subject()]).with_detail(serde_json::json!({ "step": "open", "wants": request.wants }));
            Ok((request.view(tx, now)?, noted))
        })
    }

    /// All requests, those due first first.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_subject_requests(&self, caller: &Caller) -> Result<Vec<SubjectRequestView>, NodeError> {
        let now = self.clock().now();
        self.write(caller, Action::AnswerSubject, |tx| {
            let rows = tx.subject_requests()?;
            let views: Result<Vec<_>, NodeError> = rows.iter().map(|row| Request::read(tx, &row.id)?.view(tx, now)).collect();
            Ok((views?, Noted::about(vec!["list:subject-requests".into()])))
        })
    }
}

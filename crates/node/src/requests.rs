//! Requests for release: after a hit one node shows the one selector it asks about, and a person of the other releases, part-releases or
//! refuses, by the clock of the regime. Requests and answers travel in parcels like everything else.

use std::collections::BTreeSet;

use oikos_exchange::{
    AnswerOutcome, ClockRegime, HitReference, ParcelContent, ParcelDraft, Partner, ReleaseAnswer, ReleaseAsk, RequestId, Urgency,
};
use oikos_model::{Action, FindingState, Label, LabelId, NodeId, Purpose, Selector, SelectorClass, Timestamp};
use oikos_registry::{Direction, FindingQuery, RequestQuery, RequestRow, RequestState, StatementQuery, Transaction};
use serde::{Deserialize, Serialize};

use crate::asks::SelectorName;
use crate::findings::{FindingSummary, seconds, summary};
use crate::release::{CompanyName, FieldView, FindingName, ReleaseRequest, ReleaseView};
use crate::{Caller, Node, NodeError, Noted};

/// The most requests of one answer.
const REQUESTS_MAXIMUM: usize = 1_000;
/// The most findings shown as being about a request.
const MATCHES_MAXIMUM: usize = 100;
const MESSAGE_BYTES_MAXIMUM: usize = 2_000;

/// What a person asks a partner to release.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestDraft {
    /// The partner.
    #[schema(value_type = String)]
    pub partner: NodeId,
    /// What it is about. It is shown to the partner.
    pub selector: SelectorName,
    /// The reference of the hit, where an ask went before.
    #[schema(value_type = Option<String>)]
    pub reference: Option<HitReference>,
    /// The law whose clock runs. Absent: the agreement's.
    #[schema(value_type = Option<String>)]
    pub regime: Option<ClockRegime>,
    /// How soon. Absent: normal.
    #[schema(value_type = Option<String>)]
    pub urgency: Option<Urgency>,
    /// Whether the answer is thought to be directly available, where the regime's clock depends on it.
    pub directly_available: Option<bool>,
    /// Words for the person who decides.
    pub message: String,
}

/// Exactly what a request shows the partner.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequestPreview {
    /// To whom.
    pub partner: String,
    /// Each field that is shown, in words.
    pub shows: Vec<FieldView>,
    /// By when an answer is wanted, RFC 3339.
    pub due_at: String,
    /// The clause of that clock.
    pub law: &'static str,
}

/// A request as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequestLine {
    /// Its id.
    pub id: String,
    /// `incoming` or `outgoing`.
    #[schema(value_type = String)]
    pub direction: Direction,
    /// The other side.
    pub partner: String,
    /// About what, `kind:value`.
    pub selector: String,
    /// For which purpose.
    pub purpose: String,
    /// On which legal basis.
    pub legal_basis: String,
    /// How soon.
    #[schema(value_type = String)]
    pub urgency: Urgency,
    /// Words of whoever asked.
    pub message: String,
    /// The reference of a hit that it names. Of an incoming one: only where it does stand for the selector.
    pub reference: Option<String>,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: RequestState,
    /// When it was asked, RFC 3339.
    pub asked_at: String,
    /// By when the law wants an answer, RFC 3339.
    pub due_at: String,
    /// The clause of that clock.
    pub law: String,
    /// Whether it is open and late.
    pub overdue: bool,
    /// Why it was answered so.
    pub reason: Option<String>,
    /// When it was answered, RFC 3339.
    pub answered_at: Option<String>,
}

/// A request with what this node holds about it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequestView {
    /// The request.
    pub request: RequestLine,
    /// Own findings about the selector or what is near it, that the caller may see. Empty for an outgoing request.
    pub matches: Vec<FindingSummary>,
}

/// Which requests to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RequestFilter {
    /// `incoming` or `outgoing`.
    #[param(value_type = Option<String>)]
    pub direction: Option<Direction>,
    /// Of or to this partner.
    #[param(value_type = Option<String>)]
    pub partner: Option<NodeId>,
    /// `open`, `released`, `part_released`, `refused` or `neither_confirmed_nor_denied`.
    #[param(value_type = Option<String>)]
    pub state: Option<RequestState>,
    /// Skips so many.
    pub offset: Option<usize>,
    /// At most so many; 200 where absent.
    pub limit: Option<usize>,
}

/// A person's answer to a partner's request.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestDecision {
    /// `released`, `part_released`, `refused` or `neither_confirmed_nor_denied`.
    #[schema(value_type = String)]
    pub outcome: AnswerOutcome,
    /// Why. Needed to refuse.
    pub reason: Option<String>,
    /// Findings that are released with the answer.
    #[serde(default)]
    pub findings: Vec<FindingName>,
    /// Which of their fields. Absent: all that may leave.
    pub fields: Option<BTreeSet<String>>,
    /// Statements about who owns what around this company, released with the answer.
    pub register_around: Option<CompanyName>,
}

impl Node {
    /// Exactly what a request would show the partner. Nothing leaves.
    ///
    /// # Errors
    /// When policy refuses, or there is no such partner.
    pub fn preview_request(&self, caller: &Caller, draft: &RequestDraft) -> Result<RequestPreview, NodeError> {
        self.write(caller, Action::ReadRequests, |tx| {
            let partner = self.partner(tx, &draft.partner)?;
            let ask = self.compose(tx, caller, &partner, draft)?;
            let noted = Noted::about(vec![format!("selector:{}", ask.selector)]);
            Ok((preview_of(&ask, &partner), noted.with_detail(serde_json::json!({ "preview_for": draft.partner }))))
        })
    }

    /// Asks a partner for release in the caller's name. The selector is shown to the partner.
    ///
    /// # Errors
    /// When policy refuses, or there is no such partner.
    pub fn send_request(&self, caller: &Caller, draft: &RequestDraft) -> Result<RequestLine, NodeError> {
        let mut denied = Vec::new();
        let outcome = self.write_then(
            caller,
            Action::RequestRelease,
            |tx| {
                let partner = self.partner(tx, &draft.partner)?;
                let ask = self.compose(tx, caller, &partner, draft).inspect_err(|error| {
                    if let NodeError::Denied(reasons) = error {
                        denied.clone_from(reasons);
                    }
                })?;
                let parcel = ParcelDraft { requests: vec![ask.clone()], ..ParcelDraft::default() };
                let prepared = oikos_exchange::prepare(tx, self.identity(), &partner, parcel)
                    .map_err(|error| NodeError::Invalid(error.to_string()))?;
                let row = self.outgoing(tx, caller, &partner, &ask)?;
                tx.put_request(&row)?;
                let subjects = vec![format!("request:{}", ask.id), format!("selector:{}", ask.selector)];
                let detail =
                    serde_json::json!({ "parcel": prepared.parcel.id, "reference": ask.reference, "due_at": row.due_at });
                let noted = Noted::about(subjects).with_recipient(draft.partner.clone()).with_detail(detail);
                Ok(((row, prepared), noted))
            },
            |tx, (row, prepared), index| {
                prepared.queue(tx, index)?;
                line_of(&row, self.clock().now())
            },
        );
        if !denied.is_empty() {
            let act = caller.act(Action::RequestRelease, self.clock().now());
            self.journal_denial(&act, &denied, vec![format!("partner:{}", draft.partner)])?;
        }
        outcome
    }

    /// Requests of and to partners that the caller may see, those that are due first first.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_requests(&self, caller: &Caller, filter: &RequestFilter) -> Result<Vec<RequestLine>, NodeError> {
        let now = self.clock().now();
        self.write(caller, Action::ReadRequests, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadRequests)?;
            let query = RequestQuery {
                labels: Some(&labels),
                direction: filter.direction,
                partner: filter.partner.as_ref(),
                state: filter.state,
                offset: filter.offset.unwrap_or(0),
                limit: filter.limit.unwrap_or(200).clamp(1, REQUESTS_MAXIMUM),
            };
            let rows = tx.requests(&query)?;
            let subjects = rows.iter().map(|row| format!("request:{}", hex::encode(row.id))).collect();
            let lines = rows.iter().map(|row| line_of(row, now)).collect::<Result<Vec<_>, _>>()?;
            Ok((lines, Noted::about(subjects)))
        })
    }

    /// One request, and which own findings are about it.
    ///
    /// # Errors
    /// When policy refuses, or there is no such request that the caller may see.
    pub fn show_request(
        &self,
        caller: &Caller,
        direction: Direction,
        partner: &NodeId,
        id: RequestId,
    ) -> Result<RequestView, NodeError> {
        self.write(caller, Action::ReadRequests, |tx| {
            let row = self.visible_request(tx, caller, Action::ReadRequests, direction, partner, id)?;
            let matches = match direction {
                Direction::Incoming => self.matches(tx, caller, &ask_of(&row)?.selector)?,
                Direction::Outgoing => Vec::new(),
            };
            let view = RequestView { request: line_of(&row, self.clock().now())?, matches };
            Ok((view, Noted::about(vec![format!("request:{id}")])))
        })
    }

    /// Answers a partner's request in the caller's name. What is released with the answer leaves in the same parcel.
    ///
    /// # Errors
    /// When policy refuses, the request was answered already, or what is to be released may not leave.
    pub fn answer_request(
        &self,
        caller: &Caller,
        partner: &NodeId,
        id: RequestId,
        decision: &RequestDecision,
    ) -> Result<ReleaseView, NodeError> {
        check_decision(decision)?;
        if decides_to_release(decision) {
            // Releasing is an action of its own: whoever may answer may still not be one who releases.
            self.authorise(caller, Action::Release)?;
        }
        let now = self.clock().now();
        self.write_then(
            caller,
            Action::DecideRequest,
            |tx| {
                let row = self.visible_request(tx, caller, Action::DecideRequest, Direction::Incoming, partner, id)?;
                if row.state != RequestState::Open {
                    return Err(NodeError::Conflict(format!("request {id} was answered already")));
                }
                let to = self.partner(tx, partner)?;
                let (mut draft, view, mut subjects) = self.released_with(tx, caller, &to, partner, decision)?;
                let reason = decision.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
                draft.answers.push(ReleaseAnswer {
                    request: id,
                    outcome: decision.outcome,
                    reason: reason.clone(),
                    answered_at: now,
                });
                let prepared = oikos_exchange::prepare(tx, self.identity(), &to, draft)
                    .map_err(|error| NodeError::Invalid(error.to_string()))?;
                let answered = RequestRow {
                    state: state_of(decision.outcome),
                    reason,
                    answered_by: caller.person().cloned(),
                    answered_at: Some(now),
                    ..row
                };
                tx.update_request(&answered)?;
                subjects.insert(0, format!("request:{id}"));
                let in_time = now <= answered.due_at;
                let detail = serde_json::json!({ "outcome": decision.outcome, "parcel": prepared.parcel.id, "in_time": in_time });
                let noted = Noted::about(subjects).with_recipient(partner.clone()).with_detail(detail);
                Ok(((ReleaseView { parcel: Some(prepared.parcel.id.to_string()), ..view }, prepared), noted))
            },
            |tx, (view, prepared), index| {
                prepared.queue(tx, index)?;
                Ok(view)
            },
        )
    }

    /// Keeps the requests and answers that a parcel brought, in the transaction that received it.
    pub(crate) fn take_requests(
        &self,
        tx: &mut dyn Transaction,
        partner: &Partner,
        content: &ParcelContent,
        now: Timestamp,
    ) -> Result<(), NodeError> {
        for ask in &content.requests {
            let from = Caller { purpose: ask.purpose.clone(), case: None, ..self.itself() };
            let expires_at = self.exchange_expiry(partner, now);
            let label = tx.intern_label(&self.exchange_label(&from, expires_at))?;
            let known = match ask.reference {
                Some(reference) => tx.ask_reference(partner.node(), &reference.0)?,
                None => None,
            };
            // A reference that stands for something else proves nothing, and is not shown.
            let stands = known.is_some_and(|row| row.selector == ask.selector && row.purpose == ask.purpose);
            // The clock is the receiver's: a sender cannot make a request late by its own.
            let asked_at = ask.asked_at.min(now);
            let ask = ReleaseAsk { reference: ask.reference.filter(|_| stands), asked_at, ..ask.clone() };
            tx.put_request(&row_of(Direction::Incoming, partner.node(), label, &ask, expires_at)?)?;
        }
        for answer in &content.answers {
            let Some(row) = tx.request(Direction::Outgoing, partner.node(), &answer.request.0)? else { continue };
            if row.state == RequestState::Open {
                let reason = answer.reason.clone();
                let answered_at = Some(answer.answered_at);
                tx.update_request(&RequestRow { state: state_of(answer.outcome), reason, answered_at, ..row })?;
            }
        }
        Ok(())
    }

    /// The request as it would travel, if policy lets its selector be shown.
    fn compose(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        draft: &RequestDraft,
    ) -> Result<ReleaseAsk, NodeError> {
        if draft.message.len() > MESSAGE_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!("the message has more than {MESSAGE_BYTES_MAXIMUM} bytes")));
        }
        let selector = draft.selector.selector()?;
        self.check_shown(tx, caller, partner, &selector)?;
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(NodeError::internal)?;
        let case = caller.case.as_ref().map(|case| self.identity().case_reference(partner.node(), case).0.to_string());
        Ok(ReleaseAsk {
            id: RequestId(id),
            reference: draft.reference,
            selector,
            purpose: caller.purpose.clone(),
            legal_basis: caller.legal_basis.clone(),
            case_reference: case,
            regime: draft.regime.unwrap_or(ClockRegime::Agreement),
            urgency: draft.urgency.unwrap_or(Urgency::Normal),
            directly_available: draft.directly_available,
            asked_at: self.clock().now(),
            message: draft.message.trim().to_owned(),
        })
    }

    /// Whether this selector may be shown to the partner: some source of it must let it pass. What nobody wrote down here is the caller's own
    /// knowledge, and passes for the purposes that were agreed on.
    fn check_shown(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        selector: &Selector,
    ) -> Result<(), NodeError> {
        let act = caller.act(Action::RequestRelease, self.clock().now());
        let sources = self.sources_of(tx, selector)?;
        let own_knowledge = Label {
            marking: oikos_model::Marking::new(
                self.config().regime,
                oikos_model::Tlp::Amber,
                partner.agreement().terms.purposes.iter().cloned(),
            ),
            origin: self.id().clone(),
            scope: oikos_model::Scope::Node,
        };
        let labels = if sources.is_empty() { vec![own_knowledge] } else { sources };
        let mut refusals = BTreeSet::new();
        for label in &labels {
            match self.selector_may_pass(caller, &act, partner, label, selector.class()) {
                Ok(()) => return Ok(()),
                Err(rules) => refusals.extend(rules.iter().map(ToString::to_string)),
            }
        }
        Err(NodeError::Denied(refusals.into_iter().collect()))
    }

    /// The labels of everything here that carries the selector.
    fn sources_of(&self, tx: &dyn Transaction, selector: &Selector) -> Result<Vec<Label>, NodeError> {
        let all: Vec<(LabelId, Label)> = tx.labels()?;
        let ids: Vec<LabelId> = all.iter().map(|(id, _)| *id).collect();
        let mut carrying = BTreeSet::new();
        for stored in tx.findings(&FindingQuery { selector: Some(selector), ..FindingQuery::default() })? {
            carrying.insert(stored.label);
        }
        for entity in tx.entities_with(selector, &ids)? {
            let query = StatementQuery { entity: Some(&entity), ..StatementQuery::default() };
            let naming = tx.statements(&query)?.into_iter().filter(|statement| statement.content.value == selector.value);
            carrying.extend(naming.map(|statement| statement.label));
        }
        Ok(all.into_iter().filter(|(id, _)| carrying.contains(id)).map(|(_, label)| label).collect())
    }

    fn outgoing(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        ask: &ReleaseAsk,
    ) -> Result<RequestRow, NodeError> {
        let expires_at = self.exchange_expiry(partner, ask.asked_at);
        let label = tx.intern_label(&self.exchange_label(caller, expires_at))?;
        let row = row_of(Direction::Outgoing, partner.node(), label, ask, expires_at)?;
        Ok(RequestRow { case: caller.case.clone(), made_by: caller.person().cloned(), ..row })
    }

    fn visible_request(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        action: Action,
        direction: Direction,
        partner: &NodeId,
        id: RequestId,
    ) -> Result<RequestRow, NodeError> {
        let not_here = || NodeError::NotFound(format!("request {id}"));
        let row = tx.request(direction, partner, &id.0)?.ok_or_else(not_here)?;
        let label = tx.label(row.label)?.ok_or_else(not_here)?;
        if self.may(caller, action, &label) { Ok(row) } else { Err(not_here()) }
    }

    /// Own findings that name the selector, or an impersonal one near it.
    fn matches(&self, tx: &dyn Transaction, caller: &Caller, selector: &Selector) -> Result<Vec<FindingSummary>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
        let mut about = BTreeSet::from([selector.clone()]);
        if selector.class() == SelectorClass::Impersonal {
            let near = oikos_picture::neighbourhood(tx, &about, &labels, crate::asks::ASK_HOPS).map_err(NodeError::internal)?;
            about.extend(near.into_iter().map(|neighbour| neighbour.selector));
        }
        let states = [FindingState::Open, FindingState::Confirmed];
        let mut found = std::collections::BTreeMap::new();
        for selector in &about {
            let query = FindingQuery {
                labels: Some(&labels),
                received: Some(false),
                states: Some(&states),
                selector: Some(selector),
                limit: MATCHES_MAXIMUM,
                ..FindingQuery::default()
            };
            found.extend(tx.findings(&query)?.into_iter().map(|stored| (stored.finding.key, stored)));
        }
        Ok(found.values().take(MATCHES_MAXIMUM).map(summary).collect())
    }

    /// What is released with an answer.
    fn released_with(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        to: &Partner,
        partner: &NodeId,
        decision: &RequestDecision,
    ) -> Result<(ParcelDraft, ReleaseView, Vec<String>), NodeError> {
        let (mut draft, mut view, mut subjects) = (ParcelDraft::default(), ReleaseView::default(), Vec::new());
        let register = decision.register_around.iter().map(|company| (None, Some(company.clone())));
        let findings = decision.findings.iter().map(|name| (Some(name.clone()), None));
        for (finding, register_around) in findings.chain(register) {
            let request = ReleaseRequest {
                partner: partner.clone(),
                finding,
                fields: decision.fields.clone(),
                register_around,
                ..ReleaseRequest::to(partner.clone())
            };
            let gathered = self.gather(tx, caller, None, to, &request)?;
            draft.findings.extend(gathered.draft.findings);
            draft.statements.extend(gathered.draft.statements);
            view.leaves.extend(gathered.view.leaves);
            view.removed.extend(gathered.view.removed);
            subjects.extend(gathered.subjects);
        }
        if decides_to_release(decision) && draft.findings.is_empty() && draft.statements.is_empty() {
            let reasons = view.removed.iter().map(|removed| format!("{}: {}", removed.name, removed.text)).collect();
            return Err(NodeError::Denied(reasons));
        }
        Ok((draft, view, subjects))
    }
}

fn check_decision(decision: &RequestDecision) -> Result<(), NodeError> {
    let names = !decision.findings.is_empty() || decision.register_around.is_some();
    let reasoned = decision.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
    match decision.outcome {
        AnswerOutcome::Refused if !reasoned => Err(NodeError::Invalid("say why it is refused: the partner will read it".into())),
        AnswerOutcome::Refused | AnswerOutcome::NeitherConfirmedNorDenied if names => {
            Err(NodeError::Invalid("what is refused releases nothing; leave the findings out".into()))
        }
        _ => Ok(()),
    }
}

/// Whether the decision names something to release. An answer may also say that what was asked for went before.
fn decides_to_release(decision: &RequestDecision) -> bool {
    !decision.findings.is_empty() || decision.register_around.is_some()
}

const fn state_of(outcome: AnswerOutcome) -> RequestState {
    match outcome {
        AnswerOutcome::Released => RequestState::Released,
        AnswerOutcome::PartReleased => RequestState::PartReleased,
        AnswerOutcome::Refused => RequestState::Refused,
        AnswerOutcome::NeitherConfirmedNorDenied => RequestState::NeitherConfirmedNorDenied,
    }
}

fn row_of(
    direction: Direction,
    partner: &NodeId,
    label: LabelId,
    ask: &ReleaseAsk,
    expires_at: Timestamp,
) -> Result<RequestRow, NodeError> {
    Ok(RequestRow {
        id: ask.id.0,
        direction,
        partner: partner.clone(),
        label,
        case: None,
        content: serde_json::to_value(ask).map_err(NodeError::internal)?,
        made_by: None,
        asked_at: ask.asked_at,
        due_at: crate::clocks::due_at(ask),
        state: RequestState::Open,
        reason: None,
        answered_by: None,
        answered_at: None,
        expires_at,
    })
}

fn ask_of(row: &RequestRow) -> Result<ReleaseAsk, NodeError> {
    serde_json::from_value(row.content.clone()).map_err(|error| NodeError::internal(format!("request {:?}: {error}", row.id)))
}

fn line_of(row: &RequestRow, now: Timestamp) -> Result<RequestLine, NodeError> {
    let ask = ask_of(row)?;
    let available = ask.directly_available.unwrap_or(false);
    Ok(RequestLine {
        id: ask.id.to_string(),
        direction: row.direction,
        partner: row.partner.to_string(),
        selector: ask.selector.to_string(),
        purpose: ask.purpose.to_string(),
        legal_basis: ask.legal_basis.to_string(),
        urgency: ask.urgency,
        message: ask.message,
        reference: ask.reference.map(|reference| reference.to_string()),
        state: row.state,
        asked_at: seconds(row.asked_at),
        due_at: seconds(row.due_at),
        law: crate::clocks::deadline(ask.regime, ask.urgency, available).law.to_owned(),
        overdue: row.state == RequestState::Open && row.due_at <= now,
        reason: row.reason.clone(),
        answered_at: row.answered_at.map(seconds),
    })
}

fn preview_of(ask: &ReleaseAsk, partner: &Partner) -> RequestPreview {
    let field = |name: &str, text: String| FieldView { name: name.to_owned(), text };
    let purpose: &Purpose = &ask.purpose;
    let mut shows = vec![
        field("selector", ask.selector.to_string()),
        field("purpose", purpose.to_string()),
        field("legal_basis", ask.legal_basis.to_string()),
        field("message", ask.message.clone()),
    ];
    shows.extend(ask.case_reference.clone().map(|case| field("case_reference", case)));
    shows.extend(ask.reference.map(|reference| field("reference", reference.to_string())));
    let deadline = crate::clocks::deadline(ask.regime, ask.urgency, ask.directly_available.unwrap_or(false));
    RequestPreview { partner: partner.node().to_string(), shows, due_at: seconds(crate::clocks::due_at(ask)), law: deadline.law }
}

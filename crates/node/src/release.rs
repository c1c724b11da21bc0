//! Release by a person, with a preview of exactly what leaves.

use std::collections::BTreeSet;

use oikos_exchange::{
    KnownToPartner, NOBODY, ParcelDraft, Partner, PreparedParcel, Preview, ReleaseDesk, ReleaseItem, ReleaseRules, Wanted,
};
use oikos_model::{
    Action, DerivedFrom, EntityId, FindingKey, HandlingCode, Label, LabelId, NodeId, Selector, SelectorClass, Statement,
    Timestamp,
};
use oikos_policy::{DerogationGround, Item, ItemKind, Principal};
use oikos_registry::{ReleaseQuery, ReleaseRow, StatementQuery, Transaction};
use serde::{Deserialize, Serialize};

use crate::company::company_selector;
use crate::passage::Grounds;
use crate::{Caller, Node, NodeError, Noted};

/// How far around a company register statements are released.
const REGISTER_HOPS: usize = 3;

/// A finding by origin and key.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingName {
    /// The node whose finding it is; absent: this node.
    #[schema(value_type = Option<String>)]
    pub origin: Option<NodeId>,
    /// Its key.
    #[schema(value_type = String)]
    pub key: FindingKey,
}

/// A company whose ownership statements are released.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyName {
    /// `lei` or `company-number`.
    pub kind: String,
    /// The identifier.
    pub value: String,
}

/// What a person wants to release to whom.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// To whom.
    #[schema(value_type = String)]
    pub partner: NodeId,
    /// A finding.
    pub finding: Option<FindingName>,
    /// Which of its fields: fact names, and `title`, `when`, `where`, `reasons`. Absent: all that may leave.
    pub fields: Option<BTreeSet<String>>,
    /// Statements about who owns what around this company.
    pub register_around: Option<CompanyName>,
    /// Why this one transfer outside the Union is made though there is neither adequacy nor a safeguard.
    #[serde(default)]
    pub derogation: Option<Derogation>,
}

/// The documented ground of one transfer outside the Union (Dir. (EU) 2016/680 Art. 38; GDPR Art. 49).
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Derogation {
    /// `vital_interests`, `immediate_threat`, `individual_case`, `legal_claims` or `public_interest`.
    #[schema(value_type = String)]
    pub ground: DerogationGround,
    /// The facts that give it, for the supervisor who will read them in the journal.
    pub justification: String,
}

impl ReleaseRequest {
    /// A request that names only the partner.
    pub fn to(partner: NodeId) -> Self {
        Self { partner, finding: None, fields: None, register_around: None, derogation: None }
    }

    fn check(&self) -> Result<(), NodeError> {
        let justification = self.derogation.as_ref().map(|derogation| derogation.justification.trim());
        match justification {
            Some(text) if text.is_empty() || text.len() > 2_000 => {
                Err(NodeError::Invalid("a derogation says in 1 to 2,000 bytes which facts give it".into()))
            }
            _ => Ok(()),
        }
    }
}

/// A field that leaves, or does not.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// What it says, or why it does not leave.
    pub text: String,
}

/// What would leave, and what did or did not.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct ReleaseView {
    /// Fields and statements that leave.
    pub leaves: Vec<FieldView>,
    /// What does not, and why.
    pub removed: Vec<FieldView>,
    /// The parcel that carries it; absent in a preview, or when nothing leaves.
    pub parcel: Option<String>,
    /// Whether it takes two persons: it leaves only once another releaser approved.
    pub needs_second: bool,
    /// The approval under which it waits for the second person; absent in a preview, and where one person is enough.
    pub awaiting_second: Option<String>,
}

/// Which releases to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReleasePage {
    /// To this partner.
    #[param(value_type = Option<String>)]
    pub partner: Option<NodeId>,
    /// Only those behind the one with this id: the last of the page before.
    pub after: Option<String>,
    /// At most so many; absent: 1,000, which is also the most.
    pub limit: Option<usize>,
}

impl ReleasePage {
    fn limit(&self) -> usize {
        const MOST: usize = 1_000;
        self.limit.unwrap_or(MOST).clamp(1, MOST)
    }
}

/// A release as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReleaseLine {
    /// Its id, by which the next page is asked for.
    pub id: String,
    /// To whom.
    pub partner: String,
    /// What: `finding:…` or `statement:…`.
    pub what: String,
    /// How the partner knows it: a finding's key is blinded on its way out.
    pub known_as: String,
    /// Which fields.
    pub fields: Vec<String>,
    /// Who signed; the node itself where the agreement pre-authorises it.
    pub released_by: Option<String>,
    /// When, RFC 3339.
    pub at: String,
    /// When it was taken back, RFC 3339.
    pub recalled_at: Option<String>,
}

/// What is to leave, before it is sealed.
pub(crate) struct Gathered {
    pub(crate) draft: ParcelDraft,
    pub(crate) view: ReleaseView,
    pub(crate) subjects: Vec<String>,
    /// When the first part of it expires.
    pub(crate) expires: Option<Timestamp>,
}

impl Node {
    /// Exactly what would leave, and what policy removed and why. Nothing leaves.
    ///
    /// # Errors
    /// When policy refuses, or there is no such partner or thing that the caller may know of.
    pub fn preview_release(&self, caller: &Caller, request: &ReleaseRequest) -> Result<ReleaseView, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let (mut gathered, needs_second) = self.gather_for_all(tx, caller, request)?;
            gathered.view.needs_second = needs_second;
            let noted = Noted::about(gathered.subjects).with_detail(serde_json::json!({ "preview_for": request.partner }));
            Ok((gathered.view, noted))
        })
    }

    /// Releases to a partner in the caller's name. What leaves is what the preview shows; it leaves once its journal entry is published.
    /// Where policy demands two persons it [waits](Self::await_second) for the second one.
    ///
    /// # Errors
    /// When policy refuses, nothing may leave, or there is no such partner or thing that the caller may know of.
    pub fn release(&self, caller: &Caller, request: &ReleaseRequest) -> Result<ReleaseView, NodeError> {
        if self.read(caller, Action::Release, |tx| Ok(self.gather_for_all(tx, caller, request)?.1))? {
            return self.await_second(caller, request);
        }
        let mut denied = Vec::new();
        let outcome = self.write_then(
            caller,
            Action::Release,
            |tx| {
                let partner = self.partner(tx, &request.partner)?;
                let Gathered { draft, mut view, subjects, .. } = self.gather(tx, caller, None, &partner, request)?;
                if draft.findings.is_empty() && draft.statements.is_empty() {
                    denied = view.removed.iter().map(|removed| format!("{}: {}", removed.name, removed.text)).collect();
                    return Err(NodeError::Denied(denied.clone()));
                }
                let prepared = self.prepare_release(tx, &request.partner, draft)?;
                view.parcel = Some(prepared.parcel.id.to_string());
                let detail = serde_json::json!({ "parcel": prepared.parcel.id, "sequence": prepared.content.sequence,
                "fields": prepared.releases.iter().flat_map(|release| release.fields.clone()).collect::<Vec<_>>(),
                "derogation": request.derogation });
                let noted = Noted::about(subjects).with_recipient(request.partner.clone()).with_detail(detail);
                Ok(((view, prepared), noted))
            },
            |tx, (view, prepared), index| {
                prepared.queue(tx, index)?;
                Ok(view)
            },
        );
        if matches!(outcome, Err(NodeError::Denied(_))) && !denied.is_empty() {
            let act = caller.act(Action::Release, self.clock().now());
            self.journal_denial(&act, &denied, subjects_of(self.id(), request))?;
        }
        outcome
    }

    /// What was released to whom by whom, oldest first, page by page.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_releases(&self, caller: &Caller, page: &ReleasePage) -> Result<Vec<ReleaseLine>, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let (partner, after, limit) = (page.partner.as_ref(), page.after.as_deref(), page.limit());
            let rows = tx.releases(&ReleaseQuery { partner, after, limit, ..ReleaseQuery::default() })?;
            let lines = rows.into_iter().map(|row| release_line(self.id(), row)).collect();
            Ok((lines, Noted::about(vec!["list:releases".into()])))
        })
    }

    /// A sealed parcel of what was released.
    pub(crate) fn prepare_release(
        &self,
        tx: &dyn Transaction,
        to: &NodeId,
        draft: ParcelDraft,
    ) -> Result<PreparedParcel, NodeError> {
        match oikos_exchange::prepare(tx, self.identity(), &self.partner(tx, to)?, draft) {
            Err(oikos_exchange::SendError::Nothing) => Err(NodeError::Conflict(format!("{to} has all of this already"))),
            other => other.map_err(|error| NodeError::Invalid(error.to_string())),
        }
    }

    /// What of the request may leave, and what not, if `caller` releases it, with `second` where there is one.
    pub(crate) fn gather(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        second: Option<&Principal>,
        partner: &Partner,
        request: &ReleaseRequest,
    ) -> Result<Gathered, NodeError> {
        request.check()?;
        let derogation = request.derogation.as_ref().map(|derogation| derogation.ground);
        let rules = PolicyRules { node: self, caller, grounds: Grounds { second, derogation, ..Grounds::default() } };
        let act = caller.act(Action::Release, self.clock().now());
        let (draft, view) = (ParcelDraft::default(), ReleaseView::default());
        let mut gathered = Gathered { draft, view, subjects: Vec::new(), expires: None };
        if let Some(name) = &request.finding {
            let origin = name.origin.as_ref().unwrap_or_else(|| self.id());
            let stored = self.visible_finding(tx, caller, Action::ReadFindings, origin, name.key)?;
            let label = self.label(tx, stored.label)?;
            let wanted = request.fields.clone().map_or(Wanted::All, Wanted::Names);
            gathered.subjects.push(format!("finding:{origin}/{}", name.key));
            let known = KnownToPartner::among(tx, partner.node(), &stored.finding.derived_from)?;
            let onward_from = self.onward_consent(tx, origin)?;
            let desk = ReleaseDesk {
                identity: self.identity(),
                partner,
                known: &known,
                act: &act,
                rules: &rules,
                onward_from: &onward_from,
            };
            gathered.add_finding(desk.preview_finding(&stored.finding, &label, &wanted));
        }
        if let Some(company) = &request.register_around {
            let known = KnownToPartner::default();
            let desk =
                ReleaseDesk { identity: self.identity(), partner, known: &known, act: &act, rules: &rules, onward_from: &NOBODY };
            for statement in self.statements_around(tx, caller, company)? {
                let label = self.label(tx, statement.label)?;
                gathered.add_statement(&desk, &statement, &label);
            }
        }
        if gathered.subjects.is_empty() {
            return Err(NodeError::Invalid("name a finding, or a company whose register statements are to be released".into()));
        }
        Ok(gathered)
    }

    pub(crate) fn label(&self, tx: &dyn Transaction, id: LabelId) -> Result<Label, NodeError> {
        tx.label(id)?.ok_or_else(|| NodeError::Internal(format!("the label {id} is missing")))
    }

    /// The origin alone, where it agreed in general that its impersonal findings are passed on, and the agreement is in force.
    pub(crate) fn onward_consent(&self, tx: &dyn Transaction, origin: &NodeId) -> Result<BTreeSet<NodeId>, NodeError> {
        if origin == self.id() || tx.partner(origin)?.is_none() {
            return Ok(BTreeSet::new());
        }
        let partner = self.partner(tx, origin)?;
        let consents = partner.agreement().terms.onward && partner.check_in_force(self.clock().now()).is_ok();
        Ok(consents.then(|| origin.clone()).into_iter().collect())
    }

    /// This node's own statements on who owns what around a company, that the caller may read: each holding on the way to its
    /// parents, and name and identifiers of everyone on it.
    fn statements_around(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        company: &CompanyName,
    ) -> Result<Vec<Statement>, NodeError> {
        let selector = company_selector(&company.kind, &company.value)?;
        let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
        let view = oikos_picture::ownership_path_view(tx, &selector, &labels, REGISTER_HOPS).map_err(NodeError::internal)?;
        let mut entities: BTreeSet<(EntityId, oikos_model::DatasetId)> = BTreeSet::new();
        let mut holdings = BTreeSet::new();
        for step in view.steps.iter().filter(|step| step.origin == *self.id()) {
            entities.insert((step.owner_entity.clone(), step.dataset.clone()));
            entities.insert((step.owned_entity.clone(), step.dataset.clone()));
            holdings.extend(step.statements.iter().map(|statement| statement.id));
        }
        for id in holdings {
            let statement = tx.statement(id)?;
            entities.extend(statement.map(|statement| (statement.content.entity, statement.dataset)));
        }
        let mut statements = Vec::new();
        for (entity, dataset) in &entities {
            let query = StatementQuery {
                labels: Some(&labels),
                origin: Some(self.id()),
                dataset: Some(dataset),
                entity: Some(entity),
                ..StatementQuery::default()
            };
            statements.extend(tx.statements(&query)?);
        }
        Ok(statements)
    }

    /// The partner, if there is an agreement with it.
    pub(crate) fn partner(&self, tx: &dyn Transaction, node: &NodeId) -> Result<Partner, NodeError> {
        let row = tx.partner(node)?.ok_or_else(|| NodeError::NotFound(format!("an agreement with {node}")))?;
        Partner::from_row(&row, self.identity().card()).map_err(NodeError::internal)
    }
}

impl Gathered {
    fn add_finding(&mut self, preview: Preview) {
        let field = |name: String, text: String| FieldView { name, text };
        self.view.leaves.extend(preview.leaves.into_iter().map(|leaving| field(leaving.name, leaving.value)));
        self.view.removed.extend(preview.removed.into_iter().map(|removed| field(removed.name, removed.reason)));
        if let Some(release) = &preview.release {
            self.expire_by(release.finding.marking.expires);
            release.finding.facts.iter().for_each(|fact| self.expire_by(fact.marking.expires));
        }
        self.draft.findings.extend(preview.release);
    }

    fn expire_by(&mut self, expires: Option<Timestamp>) {
        self.expires = self.expires.into_iter().chain(expires).min();
    }

    fn add_statement(&mut self, desk: &ReleaseDesk<'_>, statement: &Statement, label: &Label) {
        let name = format!("statement {}", statement.id.0.short());
        let content = &statement.content;
        self.subjects.push(format!("statement:{}", statement.id));
        match desk.preview_statement(statement, label) {
            Ok(released) => {
                let text = format!("{} {}: {}", content.entity, content.property, content.value);
                self.view.leaves.push(FieldView { name, text });
                self.expire_by(label.marking.expires);
                self.draft.statements.push(released);
            }
            Err(removed) => {
                self.view
                    .removed
                    .extend(removed.into_iter().map(|removed| FieldView { name: removed.name, text: removed.reason }));
            }
        }
    }
}

/// The node's policy as the exchange asks it.
pub(crate) struct PolicyRules<'a> {
    pub(crate) node: &'a Node,
    pub(crate) caller: &'a Caller,
    pub(crate) grounds: Grounds<'a>,
}

impl ReleaseRules for PolicyRules<'_> {
    fn check(&self, item: &ReleaseItem<'_>) -> Vec<oikos_exchange::Refusal> {
        let label = Label { marking: item.marking.clone(), ..item.label.clone() };
        let policy_item = match item.statement {
            Some(statement) => Item::of_statement(statement, &label),
            None => Item {
                label: &label,
                kind: ItemKind::Finding,
                class: item.selector.map_or(SelectorClass::Impersonal, Selector::class),
            },
        };
        // A general consent is no permission for what is marked H2: that needs the provider's word for this one thing.
        let consented = item.passed_on && !item.marking.handling.contains(&HandlingCode::H2);
        let provider_permits = self.grounds.provider_permits || consented;
        let grounds = Grounds { provider_permits, identifier: item.selector.map(|selector| selector.kind), ..self.grounds };
        match self.node.check_passage(self.caller, item.act, item.partner, policy_item, &grounds) {
            Ok(()) => Vec::new(),
            Err(refusals) => {
                let own = |refusal: oikos_policy::Refusal| oikos_exchange::Refusal { rule: refusal.rule, reason: refusal.text };
                refusals.into_iter().map(own).collect()
            }
        }
    }
}

pub(crate) fn subject_of(what: &DerivedFrom) -> String {
    match what {
        DerivedFrom::Finding { origin, key, .. } => format!("finding:{origin}/{key}"),
        DerivedFrom::Statement { id, .. } => format!("statement:{id}"),
    }
}

fn subjects_of(own: &NodeId, request: &ReleaseRequest) -> Vec<String> {
    let finding = request.finding.iter().map(|name| format!("finding:{}/{}", name.origin.as_ref().unwrap_or(own), name.key));
    let company = request.register_around.iter().map(|company| format!("selector:{}:{}", company.kind, company.value));
    finding.chain(company).collect()
}

pub(crate) fn release_line(own: &NodeId, row: ReleaseRow) -> ReleaseLine {
    let known_as = match (&row.what, row.shown_as) {
        (DerivedFrom::Finding { .. }, Some(key)) => format!("finding:{own}/{key}"),
        (what, _) => subject_of(what),
    };
    ReleaseLine {
        id: row.id,
        partner: row.partner.to_string(),
        what: subject_of(&row.what),
        known_as,
        fields: row.fields,
        released_by: row.released_by.map(|person| person.to_string()),
        at: crate::findings::seconds(row.at),
        recalled_at: row.recalled_at.map(crate::findings::seconds),
    }
}

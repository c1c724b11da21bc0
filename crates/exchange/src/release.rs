//! Releasing: what exactly would leave, field by field, before a person signs. What the preview shows is what travels.
//!
//! Of a finding only wanted and permitted fields leave: its facts by name, and the built-in fields [`TITLE`], [`WHEN`], [`WHERE`] and [`REASONS`]. With
//! any of them leave the origin, detector and desk, the marking and the blinded key. A selector leaves only inside a released
//! fact. Evidence and run never leave. Statements leave whole, but for the record they were read from.

use std::collections::BTreeSet;

use oikos_model::{
    Act, DerivedFrom, Fact, FactValue, Finding, FindingKey, Label, Marking, NodeId, Scope, Selector, SelectorClass, Statement,
};
use oikos_registry::{ReleaseQuery, StoreError, Transaction};

use crate::agreement::ParcelKind;
use crate::card::PartnerClass;
use crate::content::{Period, Reasoning, ReleasedFinding, ReleasedStatement, origin_of};
use crate::identity::NodeIdentity;
use crate::partner::Partner;

/// The built-in field that holds a finding's title.
pub const TITLE: &str = "title";
/// The built-in field that holds when it happened.
pub const WHEN: &str = "when";
/// The built-in field that holds where it happened.
pub const WHERE: &str = "where";
/// The built-in field that holds prior, reasons and their bits.
pub const REASONS: &str = "reasons";
/// The built-in fields, in the order in which a preview shows them.
pub const BUILT_IN_FIELDS: [&str; 4] = [TITLE, WHEN, WHERE, REASONS];

/// One thing that someone wants to release to one partner: what the node's rules are asked about.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseItem<'a> {
    /// To whom.
    pub partner: &'a Partner,
    /// Who releases, why, on which legal basis.
    pub act: &'a Act,
    /// A finding's field or a statement.
    pub kind: ParcelKind,
    /// The field's name, or the statement's property.
    pub name: &'a str,
    /// What may be done with it: the finding's marking joined with the fact's and the label's.
    pub marking: &'a Marking,
    /// The label of the finding or statement it is part of.
    pub label: &'a Label,
    /// The identifier that the fact holds, if it holds one.
    pub selector: Option<&'a Selector>,
    /// The statement, where it is one: its person category and evaluation may matter.
    pub statement: Option<&'a Statement>,
    /// Whether it is another node's, which agreed that it is passed on.
    pub passed_on: bool,
}

/// Why a rule refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule, by the name policy gives it.
    pub rule: String,
    /// Why, for the person who wanted to release.
    pub reason: String,
}

/// The node's own rules of release, asked besides the agreement. The node hands in its policy.
pub trait ReleaseRules {
    /// The rules that refuse; empty when the item may leave.
    fn check(&self, item: &ReleaseItem<'_>) -> Vec<Refusal>;
}

/// Which fields of a finding someone wants to release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Every field there is.
    All,
    /// These: fact names and built-in fields.
    Names(BTreeSet<String>),
}

/// One field that leaves, as text for the person who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// One thing that does not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its name.
    pub name: String,
    /// Why not.
    pub reason: String,
}

/// A finding's release, ready to be put in a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRelease {
    /// The finding as this node knows it: its own key and the revision that was seen.
    pub what: DerivedFrom,
    /// The released fields' names.
    pub fields: Vec<String>,
    /// What travels.
    pub finding: ReleasedFinding,
}

/// What would leave of a finding and what would not.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The fields that leave.
    pub leaves: Vec<Field>,
    /// What does not, and why.
    pub removed: Vec<Removed>,
    /// What travels if a person signs; `None` when nothing may leave.
    pub release: Option<FindingRelease>,
}

/// What a partner already has of this node. Only that may be named to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownToPartner(Vec<DerivedFrom>);

impl KnownToPartner {
    /// Of `things`, those that were released to `partner` and not recalled.
    ///
    /// # Errors
    /// When the registry fails.
    pub fn among<'a>(
        tx: &dyn Transaction,
        partner: &NodeId,
        things: impl IntoIterator<Item = &'a DerivedFrom>,
    ) -> Result<Self, StoreError> {
        let mut known = Vec::new();
        for what in things {
            let query = ReleaseQuery { partner: Some(partner), what: Some(what), ..ReleaseQuery::default() };
            if tx.releases(&query)?.iter().any(|release| release.recalled_at.is_none()) {
                known.push(what.clone());
            }
        }
        Ok(Self(known))
    }

    fn has(&self, what: &DerivedFrom) -> bool {
        self.0.contains(what)
    }
}

/// Everything a release is judged by, besides the thing itself.
#[derive(Clone, Copy)]
pub struct ReleaseDesk<'a> {
    /// The releasing node.
    pub identity: &'a NodeIdentity,
    /// To whom.
    pub partner: &'a Partner,
    /// What it has already.
    pub known: &'a KnownToPartner,
    /// Who releases, why, when.
    pub act: &'a Act,
    /// The node's rules.
    pub rules: &'a dyn ReleaseRules,
    /// Nodes that agreed in general that their impersonal findings are passed on inside the Union.
    pub onward_from: &'a BTreeSet<NodeId>,
}

/// Nobody agreed that anything is passed on.
pub static NOBODY: BTreeSet<NodeId> = BTreeSet::new();

impl ReleaseDesk<'_> {
    /// What of `finding` would leave, of the fields that are wanted.
    pub fn preview_finding(&self, finding: &Finding, label: &Label, wanted: &Wanted) -> Preview {
        let mut preview = Preview { leaves: Vec::new(), removed: Vec::new(), release: None };
        if let Err(reason) = self.check_finding(finding) {
            preview.removed.push(Removed { name: format!("finding {}", finding.key), reason });
            return preview;
        }
        let whole = finding.marking.join(&label.marking);
        let mut released = self.nothing_of(finding, &whole);
        for name in BUILT_IN_FIELDS {
            let Some(value) = built_in_text(finding, name) else { continue };
            if self.may_leave(name, wanted, &whole, label, None, &mut preview.removed) {
                preview.leaves.push(Field { name: name.to_owned(), value });
                release_built_in(finding, name, &mut released);
            }
        }
        for fact in &finding.facts {
            let marking = whole.join(&fact.marking);
            let selector = match &fact.value {
                FactValue::Selector(selector) => Some(selector),
                _ => None,
            };
            if self.may_leave(&fact.name, wanted, &marking, label, selector, &mut preview.removed) {
                preview.leaves.push(Field { name: fact.name.clone(), value: fact_text(&fact.value) });
                released.facts.push(Fact { marking, ..fact.clone() });
            }
        }
        note_unknown_names(finding, wanted, &mut preview.removed);
        if preview.leaves.is_empty() {
            return preview;
        }
        self.name_sources(finding, &mut released, &mut preview.removed);
        note_withheld_selectors(finding, &released, &mut preview.removed);
        let what = DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() };
        let fields = preview.leaves.iter().map(|field| field.name.clone()).collect();
        preview.release = Some(FindingRelease { what, fields, finding: released });
        preview
    }

    /// The statement as it would leave.
    ///
    /// # Errors
    /// Why it may not leave.
    pub fn preview_statement(&self, statement: &Statement, label: &Label) -> Result<ReleasedStatement, Vec<Removed>> {
        let removed = |reason| vec![Removed { name: format!("statement {}", statement.id), reason }];
        if statement.origin != *self.identity.node() {
            return Err(removed(format!("it comes from {}; statements are not passed on", statement.origin)));
        }
        self.check_in_force().map_err(removed)?;
        if statement.ended_at.is_some() {
            return Err(removed("it is no longer said".to_owned()));
        }
        let item = ReleaseItem {
            partner: self.partner,
            act: self.act,
            kind: ParcelKind::Statements,
            name: &statement.content.property,
            marking: &label.marking,
            label,
            selector: None,
            statement: Some(statement),
            passed_on: false,
        };
        let refusals = self.refusals(&item);
        if !refusals.is_empty() {
            return Err(refusals.into_iter().flat_map(removed).collect());
        }
        let label = Label { marking: label.marking.clone(), origin: statement.origin.clone(), scope: Scope::Node };
        let mut statement = statement.clone();
        statement.content.record = None;
        statement.label = label.id();
        Ok(ReleasedStatement { statement, label })
    }

    /// What holds for a whole finding: the agreement is in force, and it is the node's own or may be passed on.
    fn check_finding(&self, finding: &Finding) -> Result<(), String> {
        let origin = &finding.origin;
        if origin == self.identity.node() {
            return self.check_in_force();
        }
        if origin == self.partner.node() {
            return Err(format!("it comes from {origin} itself"));
        }
        if !self.onward_from.contains(origin) {
            return Err(format!("it comes from {origin}; what was received is not passed on without its consent"));
        }
        if finding.selectors.iter().any(|selector| selector.class() != SelectorClass::Impersonal) {
            return Err(format!("it can lead to a person; {origin} consented only that impersonal findings are passed on"));
        }
        if !matches!(self.partner.card().content.description.partner_class, PartnerClass::MemberState | PartnerClass::UnionBody) {
            return Err(format!("{origin} consented only that it is passed on inside the Union"));
        }
        self.check_in_force()
    }

    fn check_in_force(&self) -> Result<(), String> {
        self.partner.check_in_force(self.act.at).map_err(|problem| problem.to_string())
    }

    /// Asks the agreement first, then the node's own rules.
    fn refusals(&self, item: &ReleaseItem<'_>) -> Vec<String> {
        let terms = &self.partner.agreement().terms;
        if let Err(outside) = terms.check_admits(item.kind, item.marking, &self.act.purpose, self.act.at) {
            return vec![outside.to_string()];
        }
        let refusals = self.rules.check(item).into_iter();
        refusals.map(|refusal| format!("{} ({})", refusal.reason, refusal.rule)).collect()
    }

    fn may_leave(
        &self,
        name: &str,
        wanted: &Wanted,
        marking: &Marking,
        label: &Label,
        selector: Option<&Selector>,
        removed: &mut Vec<Removed>,
    ) -> bool {
        if matches!(wanted, Wanted::Names(names) if !names.contains(name)) {
            removed.push(Removed { name: name.to_owned(), reason: "not asked for".to_owned() });
            return false;
        }
        let (partner, act) = (self.partner, self.act);
        let kind = ParcelKind::FindingFacts;
        let passed_on = label.origin != *self.identity.node();
        let item = ReleaseItem { partner, act, kind, name, marking, label, selector, statement: None, passed_on };
        let refusals = self.refusals(&item);
        let may = refusals.is_empty();
        removed.extend(refusals.into_iter().map(|reason| Removed { name: name.to_owned(), reason }));
        may
    }

    fn nothing_of(&self, finding: &Finding, marking: &Marking) -> ReleasedFinding {
        // What is passed on is this node's word for what another said: it answers for it, and takes it back when the other does.
        ReleasedFinding {
            origin: self.identity.node().clone(),
            key: shown_key(self.identity, &finding.origin, finding.key),
            detector: finding.detector.clone(),
            desk: finding.desk.clone(),
            title: None,
            when: None,
            place: None,
            reasoning: None,
            facts: Vec::new(),
            derived_from: Vec::new(),
            marking: marking.clone(),
        }
    }

    /// Names those sources that the partner has already: what it gave us, and what we gave it. Naming anything else would tell it
    /// that the thing exists.
    fn name_sources(&self, finding: &Finding, released: &mut ReleasedFinding, removed: &mut Vec<Removed>) {
        if finding.origin != *self.identity.node() {
            // The one who hears it must see where it comes from, or an echo would pass for a second voice.
            let (origin, key, revision) = (finding.origin.clone(), finding.key, finding.revision());
            released.derived_from.push(DerivedFrom::Finding { origin, key, revision });
            released.derived_from.extend(finding.derived_from.iter().cloned());
            return;
        }
        let mut withheld = 0;
        for source in &finding.derived_from {
            let origin = origin_of(source);
            if origin == self.partner.node() {
                released.derived_from.push(source.clone());
            } else if origin == self.identity.node() && self.known.has(source) {
                released.derived_from.push(name_to_others(self.identity, source));
            } else {
                withheld += 1;
            }
        }
        if withheld > 0 {
            let reason = format!("{withheld} of its sources are not known to {}", self.partner.node());
            removed.push(Removed { name: "derived_from".to_owned(), reason });
        }
    }
}

/// The key under which others know a finding, own or passed on.
pub(crate) fn shown_key(identity: &NodeIdentity, origin: &NodeId, key: FindingKey) -> FindingKey {
    if origin == identity.node() { identity.released_key(key) } else { identity.passed_on_key(origin, key) }
}

/// The name to others of a thing that this node released: a finding's key and revision are blinded, and what was passed on is this node's.
pub(crate) fn name_to_others(identity: &NodeIdentity, what: &DerivedFrom) -> DerivedFrom {
    match what {
        DerivedFrom::Finding { origin, key, revision } => DerivedFrom::Finding {
            origin: identity.node().clone(),
            key: shown_key(identity, origin, *key),
            revision: identity.released_revision(*revision),
        },
        DerivedFrom::Statement { .. } => what.clone(),
    }
}

fn built_in_text(finding: &Finding, name: &str) -> Option<String> {
    match name {
        TITLE => Some(finding.title.clone()),
        WHEN if finding.occurred_from == finding.occurred_to => Some(finding.occurred_from.to_string()),
        WHEN => Some(format!("{} to {}", finding.occurred_from, finding.occurred_to)),
        WHERE => finding.place.map(|place| format!("{:.5}, {:.5}", place.latitude, place.longitude)),
        _ if finding.reasons.is_empty() => None,
        _ => {
            let reasons = finding.reasons.iter().map(|reason| format!("{:+.1} {}: {}", reason.bits, reason.name, reason.text));
            let prior = format!("{:+.1} prior", finding.prior_bits);
            Some(std::iter::once(prior).chain(reasons).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn release_built_in(finding: &Finding, name: &str, released: &mut ReleasedFinding) {
    match name {
        TITLE => released.title = Some(finding.title.clone()),
        WHEN => released.when = Some(Period { from: finding.occurred_from, to: finding.occurred_to }),
        WHERE => released.place = finding.place,
        _ => {
            let reasons = finding.reasons.clone();
            let (prior_bits, calibrated) = (finding.prior_bits, finding.calibrated);
            released.reasoning = Some(Reasoning { prior_bits, reasons, calibrated });
        }
    }
}

fn fact_text(value: &FactValue) -> String {
    match value {
        FactValue::Text(text) => text.clone(),
        FactValue::Number { number, unit } if unit.is_empty() => number.to_string(),
        FactValue::Number { number, unit } => format!("{number} {unit}"),
        FactValue::Time(time) => time.to_string(),
        FactValue::Selector(selector) => selector.to_string(),
    }
}

fn note_unknown_names(finding: &Finding, wanted: &Wanted, removed: &mut Vec<Removed>) {
    let Wanted::Names(names) = wanted else { return };
    for name in names {
        if finding.fact(name).is_none() && built_in_text(finding, name).is_none_or(|_| !BUILT_IN_FIELDS.contains(&name.as_str()))
        {
            removed.push(Removed { name: name.clone(), reason: "the finding has no such field".to_owned() });
        }
    }
}

fn note_withheld_selectors(finding: &Finding, released: &ReleasedFinding, removed: &mut Vec<Removed>) {
    let leaving = released.selectors();
    for selector in finding.selectors.iter().filter(|selector| !leaving.contains(selector)) {
        let reason = "no released fact holds this identifier".to_owned();
        removed.push(Removed { name: format!("selector {selector}"), reason });
    }
}

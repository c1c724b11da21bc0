//! A node's registry filled by hand: companies, holdings and findings in few words.
#![expect(clippy::unwrap_used, reason = "helpers of tests are not recognised as tests")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;

use oikos_model::{
    Act, Action, Actor, Assessment, DatasetId, DerivedFrom, DetectorId, EntityId, Evaluation, Finding, FindingKey, FindingState,
    Label, LabelId, LegalBasis, Marking, NodeId, PersonCategory, Purpose, Reason, Regime, Scope, Selector, SelectorKind,
    Statement, StatementDraft, Timestamp, Tlp,
};
use oikos_picture::{Lead, Parameters, PictureInput, PictureSummary, recompute};
use oikos_registry::{Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

pub(crate) const DAY: i64 = 86_400;
pub(crate) const FDI: &[&str] = &["fdi-screening"];
pub(crate) const REGISTER: &[&str] = &["fdi-screening", "infrastructure-protection", "maritime-safety"];

/// Day 0 of the tests.
pub(crate) fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + number * DAY).unwrap()
}

pub(crate) fn selector(kind: SelectorKind, value: &str) -> Selector {
    Selector { kind, value: value.into() }
}

pub(crate) fn lei(company: &str) -> Selector {
    selector(SelectorKind::Lei, &format!("LEI-{company}"))
}

pub(crate) fn wallet(value: &str) -> Selector {
    selector(SelectorKind::Wallet, value)
}

pub(crate) fn marking(purposes: &[&str]) -> Marking {
    Marking::new(Regime::Gdpr, Tlp::Green, purposes.iter().map(|purpose| Purpose::new(*purpose).unwrap()))
}

/// A finding of `desk` at `origin`, named so, on a day, with these selectors, for these purposes.
pub(crate) fn finding(origin: &str, desk: &str, name: &str, on: i64, selectors: &[Selector], purposes: &[&str]) -> Finding {
    let detector = DetectorId::new(format!("{desk}.test")).unwrap();
    Finding {
        key: FindingKey::new(&detector, [name]),
        origin: NodeId::new(origin).unwrap(),
        detector,
        desk: desk.into(),
        run: None,
        title: name.into(),
        occurred_from: day(on),
        occurred_to: day(on),
        place: None,
        prior_bits: 0.0,
        reasons: vec![Reason { name: "base".into(), bits: 4.0, text: "seen".into() }],
        calibrated: false,
        selectors: selectors.to_vec(),
        facts: Vec::new(),
        evidence: Vec::new(),
        derived_from: Vec::new(),
        marking: marking(purposes),
    }
}

pub(crate) fn source(finding: &Finding) -> DerivedFrom {
    DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() }
}

pub(crate) struct World {
    pub(crate) node: NodeId,
    store: SqliteStore,
}

impl World {
    pub(crate) fn of(node: &str) -> Self {
        Self { node: NodeId::new(node).unwrap(), store: SqliteStore::in_memory().unwrap() }
    }

    pub(crate) fn act(&self, purpose: &str) -> Act {
        Act {
            actor: Actor::Node(self.node.clone()),
            action: Action::Combine,
            purpose: Purpose::new(purpose).unwrap(),
            legal_basis: LegalBasis::new("test").unwrap(),
            case: None,
            at: day(0),
        }
    }

    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut dyn Transaction) -> T) -> T {
        let mut transaction = self.store.begin(&self.act("fdi-screening")).unwrap();
        let result = work(&mut *transaction);
        transaction.commit().unwrap();
        result
    }

    pub(crate) fn look<T>(&self, purpose: &str, work: impl FnOnce(&dyn Transaction) -> T) -> T {
        work(&*self.store.snapshot(&self.act(purpose)).unwrap())
    }

    pub(crate) fn put(&self, finding: &Finding) {
        self.put_in(finding, Scope::Node);
    }

    pub(crate) fn put_in(&self, finding: &Finding, scope: Scope) {
        self.put_on(finding, scope, day(0));
    }

    /// Puts a finding that the node first had at this moment.
    pub(crate) fn put_on(&self, finding: &Finding, scope: Scope, at: Timestamp) {
        let label = Label { marking: finding.marking.clone(), origin: finding.origin.clone(), scope };
        self.change(|transaction| {
            let label = transaction.intern_label(&label).unwrap();
            transaction.put_finding(finding, label, finding.origin != self.node, at).unwrap();
        });
    }

    pub(crate) fn set_state(&self, finding: &Finding, state: FindingState) {
        self.change(|transaction| assert!(transaction.set_finding_state(&finding.origin, finding.key, state).unwrap()));
    }

    pub(crate) fn put_register(&self, register: &Register) {
        self.change(|transaction| {
            let mut labels: BTreeMap<LabelId, Label> = BTreeMap::new();
            for label in &register.labels {
                labels.insert(transaction.intern_label(label).unwrap(), label.clone());
            }
            transaction.put_statements(&register.statements).unwrap();
        });
    }

    pub(crate) fn labels(&self) -> Vec<LabelId> {
        self.look("fdi-screening", |transaction| transaction.labels().unwrap().into_iter().map(|(id, _)| id).collect())
    }

    pub(crate) fn recompute(&self) -> PictureSummary {
        self.recompute_with(Parameters::default())
    }

    pub(crate) fn input(&self, parameters: Parameters) -> PictureInput {
        PictureInput { node: self.node.clone(), permitted_labels: self.labels(), now: day(0), parameters }
    }

    pub(crate) fn recompute_with(&self, parameters: Parameters) -> PictureSummary {
        let input = self.input(parameters);
        self.change(|transaction| recompute(transaction, &input).unwrap())
    }

    /// The leads, strongest first, checked to be what their rows say.
    pub(crate) fn leads(&self) -> Vec<Lead> {
        let rows = self.look("fdi-screening", |transaction| transaction.leads(None).unwrap());
        let leads = rows.into_iter().map(|row| {
            let lead: Lead = serde_json::from_value(row.content).unwrap();
            assert_eq!((&row.id, row.is_campaign), (&lead.id, lead.is_campaign));
            assert!((row.score_bits - lead.score_bits).abs() < 1e-9);
            let label = self.look("fdi-screening", |transaction| transaction.label(row.label).unwrap().unwrap());
            assert_eq!((label.marking, label.origin), (lead.marking.clone(), self.node.clone()));
            assert!(!lead.marking.is_unusable(), "a lead can be used for something");
            let counted: f64 = lead.links.iter().filter(|link| link.counts).map(oikos_picture::Link::bits).sum();
            assert!((counted - lead.score_bits).abs() < 1e-9, "reasons add up to the score");
            lead
        });
        leads.collect()
    }

    /// Each lead's members by title, sorted.
    pub(crate) fn joined(&self) -> Vec<Vec<String>> {
        let mut joined: Vec<Vec<String>> = self.leads().iter().map(titles).collect();
        joined.sort();
        joined
    }
}

pub(crate) fn titles(lead: &Lead) -> Vec<String> {
    let mut titles: Vec<String> = lead.members.iter().map(|member| member.title.clone()).collect();
    titles.sort();
    titles
}

/// Statements of a register of companies, written at one node.
pub(crate) struct Register {
    pub(crate) labels: Vec<Label>,
    pub(crate) statements: Vec<Statement>,
    origin: NodeId,
    dataset: DatasetId,
    label: LabelId,
}

impl Register {
    pub(crate) fn at(origin: &str, purposes: &[&str]) -> Self {
        let label = Label { marking: marking(purposes), origin: NodeId::new(origin).unwrap(), scope: Scope::Node };
        Self {
            label: label.id(),
            labels: vec![label],
            statements: Vec::new(),
            origin: NodeId::new(origin).unwrap(),
            dataset: DatasetId::new("ownership.public-register").unwrap(),
        }
    }

    /// What follows is for these purposes.
    pub(crate) fn only_for(&mut self, purposes: &[&str]) {
        let label = Label { marking: marking(purposes), origin: self.origin.clone(), scope: Scope::Node };
        self.label = label.id();
        self.labels.push(label);
    }

    fn say(&mut self, entity: &str, kind: &str, property: &str, value: &str) {
        let content = StatementDraft {
            entity: EntityId::new(entity).unwrap(),
            kind: kind.into(),
            property: property.into(),
            value: value.into(),
            valid_from: None,
            valid_to: None,
            stated_at: None,
            record: None,
            person_category: PersonCategory::NotAPerson,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        };
        self.statements.push(Statement::record(content, self.origin.clone(), self.dataset.clone(), self.label, day(-200)));
    }

    /// A company with its name and LEI.
    pub(crate) fn company(&mut self, name: &str) {
        self.say(name, "company", "name", name);
        self.say(name, "company", "lei", &lei(name).value);
    }

    /// A company with a name of its own, and no identifier.
    pub(crate) fn named(&mut self, id: &str, name: &str) {
        self.say(id, "company", "name", name);
    }

    pub(crate) fn holds(&mut self, owner: &str, owned: &str, share_percent: f64) {
        let id = format!("{owner} in {owned}");
        self.say(&id, "ownership", "owner", owner);
        self.say(&id, "ownership", "owned", owned);
        self.say(&id, "ownership", "share", &share_percent.to_string());
    }

    /// Companies nobody asks about, each under its own owner; and a nominee that holds some more.
    pub(crate) fn background(&mut self, companies: usize, nominee_holds: usize) {
        for number in 0..companies {
            let company = format!("Company {number}");
            self.company(&company);
            self.holds(&format!("Owner {number}"), &company, 100.0);
        }
        self.company("Nominee Service");
        for number in 0..nominee_holds {
            let company = format!("Nominated {number}");
            self.company(&company);
            self.holds("Nominee Service", &company, 100.0);
        }
    }
}

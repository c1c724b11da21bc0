//! The golden tables: what the rules amount to, as data and as Markdown. Kept in `golden/` and compared by a test, so that every
//! change of the rules shows in a review as a change of who may do what.

use std::collections::BTreeSet;
use std::fmt::Write;

use oikos_model::{
    Act, Action, Actor, CaseId, HandlingCode, Label, LegalBasis, Marking, NodeId, PermittedAction, Purpose, Regime, Scope,
    SelectorClass, Timestamp, Tlp, UserName,
};

use crate::{
    Ceilings, Item, ItemKind, PartnerClass, Passage, Policy, Principal, Recipient, RecipientRegime, Refusal, RegimeCell,
    RegimeTable, Request, Requirement, Resource, Role,
};

const HERE: &str = "fi.coast-guard";
const ELSEWHERE: &str = "at.investment-screening";

/// A golden table as data: what the page shows and what is printed are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenTable {
    /// By which it is named: `roles`, `regimes`, `partners`, `asks`.
    pub code: &'static str,
    /// What it answers.
    pub title: &'static str,
    /// What was asked to find the answers.
    pub note: &'static str,
    /// Its parts, each with the same columns.
    pub parts: Vec<GoldenPart>,
}

/// A part of a golden table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenPart {
    /// About whom or what; empty where the table has one part only.
    pub name: String,
    /// Names of all columns: those that name a row first.
    pub columns: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<GoldenRow>,
}

/// A row of a golden table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenRow {
    /// What the row is about.
    pub names: Vec<String>,
    /// What policy answers, column by column.
    pub cells: Vec<String>,
    /// The rules that decide the row, in words, with the law where a rule cites one.
    pub why: Vec<String>,
}

/// All golden tables, as policy answers now.
pub fn tables(policy: &Policy) -> Vec<GoldenTable> {
    vec![roles(policy), regimes(policy), partners(policy), asks(policy)]
}

/// Role × action × representative label.
pub fn role_table(policy: &Policy) -> String {
    markdown(&roles(policy), false)
}

/// Regime × regime.
pub fn regime_table(policy: &Policy) -> String {
    markdown(&regimes(policy), true)
}

/// Partner class × marking × kind.
pub fn partner_table(policy: &Policy) -> String {
    markdown(&partners(policy), false)
}

/// Partner class × marking × class of selector, for asks: whether a hit is told, and whether a request may show the selector.
pub fn ask_table(policy: &Policy) -> String {
    markdown(&asks(policy), false)
}

fn markdown(table: &GoldenTable, with_law: bool) -> String {
    let mut text = format!("# {}\n\n{}\n", table.title, table.note);
    for part in &table.parts {
        if !part.name.is_empty() {
            _ = write!(text, "\n## {}\n", part.name);
        }
        let law = with_law.then_some("law");
        let columns = part.columns.iter().copied().chain(law);
        let header: String = columns.clone().map(|name| format!(" {name} |")).collect();
        _ = write!(text, "\n|{header}\n|{}\n", "---|".repeat(columns.count()));
        for row in &part.rows {
            let law = with_law.then(|| row.why.join("; "));
            let cells: String = row.names.iter().chain(&row.cells).chain(&law).map(|cell| format!(" {cell} |")).collect();
            _ = writeln!(text, "|{cells}");
        }
    }
    text
}

fn roles(policy: &Policy) -> GoldenTable {
    let labels = representative_labels();
    let part = |(who, principal): (String, Principal)| {
        let row = |action: &Action| {
            let purpose = if action.is_oversight() { "oversight" } else { "infrastructure-protection" };
            let act = act(&principal, *action, purpose);
            let decide = |resource| policy.decide(&Request { principal: &principal, act: &act, resource });
            let at_all = decide(Resource::Node);
            let of_labels = labels.iter().map(|(_, label)| decide(Resource::Label(label)).allowed);
            let cells = std::iter::once(at_all.allowed).chain(of_labels).map(|allowed| mark(allowed).to_owned()).collect();
            let why = at_all.reasons.into_iter().filter(|_| at_all.allowed).map(|reason| reason.text).collect();
            GoldenRow { names: vec![action.to_string()], cells, why }
        };
        GoldenPart { name: who, columns: columns(&["action", "node"], &labels), rows: Action::ALL.iter().map(row).collect() }
    };
    GoldenTable {
        code: "roles",
        title: "Who may do what",
        note: "Written by a test from what policy answers. `yes`: allowed; `-`: denied. The column *node* asks \
               whether the role may ever do this; the others ask about a thing with that label. Releasing a thing is in \
               `partner_table.md`. Reading the journal is asked for the purpose of oversight.",
        parts: representative_principals().into_iter().map(part).collect(),
    }
}

fn regimes(policy: &Policy) -> GoldenTable {
    let row = |cell: RegimeCell| GoldenRow {
        names: vec![cell.from.code().to_owned(), cell.to.code().to_owned()],
        cells: vec![cell.for_crime_prevention.text().to_owned(), cell.for_other_purposes.text().to_owned()],
        why: vec![cell.law],
    };
    let columns = vec!["data under", "recipient under", "for preventing crime", "for other purposes"];
    GoldenTable {
        code: "regimes",
        title: "Which regime may receive what",
        note: "Written by a test from what policy answers, for an impersonal finding that every other \
               rule lets go. Recipients under `none` are asked as an adequate third country.",
        parts: vec![GoldenPart { name: String::new(), columns, rows: RegimeTable::of(policy).0.into_iter().map(row).collect() }],
    }
}

fn partners(policy: &Policy) -> GoldenTable {
    let labels = representative_labels();
    let part = |class: &PartnerClass| {
        let row = |(kind, item_class): (ItemKind, SelectorClass)| {
            let (partner, regime, purpose) = (*class, regime_of(*class), "infrastructure-protection");
            let probes: Vec<Probe> = labels
                .iter()
                .map(|(_, label)| Probe { label: label.clone(), kind, class: item_class, partner, regime, purpose })
                .collect();
            let cells = probes.iter().map(|probe| probe.least(policy).text().to_owned()).collect();
            let why = probes.first().map(|probe| probe.asks_for_more(policy)).unwrap_or_default();
            GoldenRow { names: vec![kind.code().to_owned(), format!("{item_class:?}")], cells, why }
        };
        let kinds = ItemKind::ALL.into_iter().flat_map(|kind| CLASSES.map(|class| (kind, class)));
        GoldenPart {
            name: class.code().to_owned(),
            columns: columns(&["kind", "class"], &labels),
            rows: kinds.map(row).collect(),
        }
    };
    GoldenTable {
        code: "partners",
        title: "What it takes to release to a partner",
        note: "Written by a test from what policy answers. The agreement is in force up to \
               TLP:AMBER+STRICT, covers every kind and pre-authorises all. The purpose is infrastructure protection.",
        parts: PartnerClass::ALL.iter().map(part).collect(),
    }
}

fn asks(policy: &Policy) -> GoldenTable {
    let labels = representative_labels();
    let part = |class: &PartnerClass| {
        let row = |(action, word, item_class): (Action, &str, SelectorClass)| {
            let refusals: Vec<_> =
                labels.iter().map(|(_, label)| ask_refusals(policy, *class, action, item_class, label)).collect();
            let cells = refusals.iter().map(|refused| if refused.is_empty() { word } else { "-" }.to_owned()).collect();
            let why = refusals.into_iter().next().unwrap_or_default();
            GoldenRow { names: vec![action.to_string(), format!("{item_class:?}")], cells, why }
        };
        let acts = [(Action::AnswerAsk, "hit"), (Action::RequestRelease, "shown")];
        let acts = acts.into_iter().flat_map(|(action, word)| CLASSES.map(|class| (action, word, class)));
        GoldenPart { name: class.code().to_owned(), columns: columns(&["act", "class"], &labels), rows: acts.map(row).collect() }
    };
    GoldenTable {
        code: "asks",
        title: "What a partner's ask can learn, and what a request may show",
        note: "Written by a test from what policy answers. The agreement is \
               in force up to TLP:AMBER+STRICT and covers selectors. The purpose is infrastructure protection. `hit`: an ask about a selector \
               that carries this label is answered with a hit, if there is one; `-`: the answer is the same as if there were none. \
               `shown`: a person may show the selector in a request; what can lead to a person is shown, and asked about, for a case only.",
        parts: PartnerClass::ALL.iter().map(part).collect(),
    }
}

const CLASSES: [SelectorClass; 3] = [SelectorClass::Impersonal, SelectorClass::Linkable, SelectorClass::Personal];

fn columns(first: &[&'static str], labels: &[(&'static str, Label)]) -> Vec<&'static str> {
    first.iter().copied().chain(labels.iter().map(|(name, _)| *name)).collect()
}

/// Why it does not pass; empty where it does.
fn ask_refusals(policy: &Policy, class: PartnerClass, action: Action, item_class: SelectorClass, label: &Label) -> Vec<String> {
    let principal = match action {
        Action::AnswerAsk => Principal::Partner { node: node(ELSEWHERE), class },
        _ => person("someone", Role::Analyst),
    };
    let mut act = act(&principal, action, "infrastructure-protection");
    act.case = (action == Action::RequestRelease).then(|| CaseId::new("case-7")).and_then(Result::ok);
    let agreement = Ceilings {
        in_force: true,
        tlp: Tlp::AmberStrict,
        purposes: [purpose("infrastructure-protection")].into(),
        kinds: [ItemKind::Selector].into(),
        pre_authorised: BTreeSet::new(),
        safeguards: true,
        reuse_law: true,
    };
    let passage = Passage {
        act: &act,
        principal: &principal,
        second: None,
        sender: &node(HERE),
        item: Item { label, kind: ItemKind::Selector, class: item_class },
        recipient: &Recipient { class, regime: regime_of(class) },
        agreement: &agreement,
        provider_permits: false,
        derogation: true,
    };
    in_words(policy.check_release(&passage))
}

fn in_words(checked: Result<(), Vec<Refusal>>) -> Vec<String> {
    checked.err().unwrap_or_default().into_iter().map(|refusal| refusal.text).collect()
}

fn mark(allowed: bool) -> &'static str {
    if allowed { "yes" } else { "-" }
}

fn regime_of(class: PartnerClass) -> RecipientRegime {
    match class {
        PartnerClass::MemberState | PartnerClass::Operator => RecipientRegime::Union(Regime::Gdpr),
        PartnerClass::EuBody => RecipientRegime::Union(Regime::Eudpr),
        PartnerClass::ThirdCountryAdequate
        | PartnerClass::ThirdCountrySafeguards
        | PartnerClass::ThirdCountryDerogation
        | PartnerClass::InternationalOrganisation => RecipientRegime::None,
    }
}

/// One thing and one recipient, about which policy is asked with ever better preparation.
pub(crate) struct Probe {
    label: Label,
    kind: ItemKind,
    class: SelectorClass,
    partner: PartnerClass,
    regime: RecipientRegime,
    purpose: &'static str,
}

impl Probe {
    /// An impersonal finding under one regime, to a recipient under another.
    pub(crate) fn between(from: Regime, to: RecipientRegime, purpose: &'static str) -> Self {
        let partner = match to {
            RecipientRegime::Union(Regime::Gdpr | Regime::Led) => PartnerClass::MemberState,
            RecipientRegime::Union(Regime::Eudpr) => PartnerClass::EuBody,
            RecipientRegime::None => PartnerClass::ThirdCountryAdequate,
        };
        let label = label(from, Tlp::Green, &[purpose], |_| {});
        Self { label, kind: ItemKind::Finding, class: SelectorClass::Impersonal, partner, regime: to, purpose }
    }

    /// The least preparation with which policy lets it go.
    pub(crate) fn least(&self, policy: &Policy) -> Requirement {
        Requirement::LADDER.into_iter().find(|step| self.check(policy, *step).is_ok()).unwrap_or(Requirement::Never)
    }

    /// The rules that ask for more than the step below the least; empty where the first step is enough.
    fn asks_for_more(&self, policy: &Policy) -> Vec<String> {
        let refused = Requirement::LADDER.into_iter().map(|step| self.check(policy, step)).take_while(Result::is_err);
        refused.last().map(in_words).unwrap_or_default()
    }

    fn check(&self, policy: &Policy, step: Requirement) -> Result<(), Vec<Refusal>> {
        let releaser = |name: &str| person(name, Role::Releaser);
        let principal = if step == Requirement::PreAuthorised { Principal::Node(node(HERE)) } else { releaser("one") };
        let second = (step >= Requirement::TwoReleasers).then(|| releaser("two"));
        let agreement = Ceilings {
            in_force: true,
            tlp: Tlp::AmberStrict,
            purposes: [purpose(self.purpose)].into(),
            kinds: ItemKind::ALL.into(),
            pre_authorised: ItemKind::ALL.into(),
            safeguards: step == Requirement::TwoReleasersAndSafeguards,
            reuse_law: step == Requirement::OneReleaserAndLaw || step >= Requirement::TwoReleasers,
        };
        let passage = Passage {
            act: &act(&principal, Action::Release, self.purpose),
            principal: &principal,
            second: second.as_ref(),
            sender: &node(HERE),
            item: Item { label: &self.label, kind: self.kind, class: self.class },
            recipient: &Recipient { class: self.partner, regime: self.regime },
            agreement: &agreement,
            provider_permits: false,
            derogation: step == Requirement::TwoReleasersAndDerogation,
        };
        policy.check_release(&passage)
    }
}

fn representative_principals() -> Vec<(String, Principal)> {
    let people = Role::ALL.iter().map(|role| (format!("role {}", role.code()), person("someone", *role)));
    let others = [
        ("no role".to_owned(), Principal::Person { name: user("someone"), roles: BTreeSet::new(), desks: BTreeSet::new() }),
        ("the node itself".to_owned(), Principal::Node(node(HERE))),
        ("a partner".to_owned(), Principal::Partner { node: node(ELSEWHERE), class: PartnerClass::MemberState }),
    ];
    people.chain(others).collect()
}

/// Labels as they occur, each with a name for the column.
fn representative_labels() -> Vec<(&'static str, Label)> {
    let plain = &["infrastructure-protection", "maritime-safety"];
    let without_share = |marking: &mut Marking| _ = marking.permitted.remove(&PermittedAction::Share);
    let mut received = label(Regime::Gdpr, Tlp::Green, plain, |_| {});
    received.origin = node(ELSEWHERE);
    let mut of_a_desk = label(Regime::Gdpr, Tlp::Green, plain, |_| {});
    of_a_desk.scope = Scope::Desk("sea".to_owned());
    vec![
        ("GDPR green", label(Regime::Gdpr, Tlp::Green, plain, |_| {})),
        ("GDPR amber+strict", label(Regime::Gdpr, Tlp::AmberStrict, plain, |_| {})),
        ("GDPR red", label(Regime::Gdpr, Tlp::Red, plain, |_| {})),
        ("LED green", label(Regime::Led, Tlp::Green, plain, |_| {})),
        ("notified deal", label(Regime::Gdpr, Tlp::Red, &["fdi-screening"], without_share)),
        ("no share", label(Regime::Gdpr, Tlp::Green, plain, without_share)),
        ("H0", label(Regime::Led, Tlp::Green, plain, |marking| _ = marking.handling.insert(HandlingCode::H0))),
        ("H2", label(Regime::Gdpr, Tlp::Green, plain, |marking| _ = marking.handling.insert(HandlingCode::H2))),
        ("expired", label(Regime::Gdpr, Tlp::Green, plain, |marking| marking.expires = Some(Timestamp::UNIX_EPOCH))),
        ("other desk's", of_a_desk),
        ("received", received),
    ]
}

fn label(regime: Regime, tlp: Tlp, purposes: &[&str], change: impl FnOnce(&mut Marking)) -> Label {
    let mut marking = Marking::new(regime, tlp, purposes.iter().map(|code| purpose(code)));
    change(&mut marking);
    Label { marking, origin: node(HERE), scope: Scope::Node }
}

fn act(principal: &Principal, action: Action, why: &str) -> Act {
    let actor = match principal {
        Principal::Person { name, .. } => Actor::Person(name.clone()),
        Principal::Node(node) => Actor::Node(node.clone()),
        Principal::Partner { node, .. } => Actor::Partner(node.clone()),
    };
    #[expect(clippy::expect_used, reason = "a constant citation")]
    let legal_basis = LegalBasis::new("Dir. (EU) 2022/2557 Art. 9").expect("a citation");
    Act { actor, action, purpose: purpose(why), legal_basis, case: None, at: Timestamp::constant(3_600, 0) }
}

fn person(name: &str, role: Role) -> Principal {
    Principal::Person { name: user(name), roles: [role].into(), desks: BTreeSet::new() }
}

#[expect(clippy::expect_used, reason = "constant codes, which the golden tests walk")]
fn purpose(code: &str) -> Purpose {
    Purpose::new(code).expect("a purpose code")
}

#[expect(clippy::expect_used, reason = "constant names, which the golden tests walk")]
fn node(name: &str) -> NodeId {
    NodeId::new(name).expect("a node id")
}

#[expect(clippy::expect_used, reason = "constant names, which the golden tests walk")]
fn user(name: &str) -> UserName {
    UserName::new(name).expect("a user name")
}

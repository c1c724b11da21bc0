//! The golden tables: what the rules amount to, as Markdown. Kept in `golden/` and compared by a test, so that every change of the
//! rules shows in a review as a change of who may do what.

use std::collections::BTreeSet;
use std::fmt::Write;

use oikos_model::{
    Act, Action, Actor, CaseId, HandlingCode, Label, LegalBasis, Marking, NodeId, PermittedAction, Purpose, Regime, Scope,
    SelectorClass, Timestamp, Tlp, UserName,
};

use crate::{
    Ceilings, Item, ItemKind, PartnerClass, Passage, Policy, Principal, Recipient, RecipientRegime, RegimeTable, Request,
    Requirement, Resource, Role,
};

const HERE: &str = "fi.coast-guard";
const ELSEWHERE: &str = "at.investment-screening";

/// Role × action × representative label.
pub fn role_table(policy: &Policy) -> String {
    let labels = representative_labels();
    let mut table = String::from(
        "# Who may do what\n\nWritten by a test from what policy answers. `yes`: allowed; `-`: denied. The column *node* asks \
         whether the role may ever do this; the others ask about a thing with that label. Releasing a thing is in \
         `partner_table.md`. Reading the journal is asked for the purpose of oversight.\n",
    );
    for (who, principal) in representative_principals() {
        _ = write!(table, "\n## {who}\n\n| action | node |");
        labels.iter().for_each(|(name, _)| _ = write!(table, " {name} |"));
        _ = write!(table, "\n|---|---|{}\n", "---|".repeat(labels.len()));
        for action in Action::ALL {
            let purpose = if action.is_oversight() { "oversight" } else { "infrastructure-protection" };
            let act = act(&principal, *action, purpose);
            let may = |resource| policy.decide(&Request { principal: &principal, act: &act, resource }).allowed;
            _ = write!(table, "| {action} | {} |", mark(may(Resource::Node)));
            labels.iter().for_each(|(_, label)| _ = write!(table, " {} |", mark(may(Resource::Label(label)))));
            table.push('\n');
        }
    }
    table
}

/// Regime × regime.
pub fn regime_table(policy: &Policy) -> String {
    let mut table = String::from(
        "# Which regime may receive what\n\nWritten by a test from what policy answers, for an impersonal finding that every other \
         rule lets go. Recipients under `none` are asked as an adequate third country.\n\n\
         | data under | recipient under | for preventing crime | for other purposes | law |\n|---|---|---|---|---|\n",
    );
    for cell in RegimeTable::of(policy).0 {
        _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            cell.from.code(),
            cell.to.code(),
            cell.for_crime_prevention.text(),
            cell.for_other_purposes.text(),
            cell.law
        );
    }
    table
}

/// Partner class × marking × kind.
pub fn partner_table(policy: &Policy) -> String {
    let labels = representative_labels();
    let mut table = String::from(
        "# What it takes to release to a partner\n\nWritten by a test from what policy answers. The agreement is in force up to \
         TLP:AMBER+STRICT, covers every kind and pre-authorises all. The purpose is infrastructure protection.\n",
    );
    for class in PartnerClass::ALL {
        _ = write!(table, "\n## {}\n\n| kind | class |", class.code());
        labels.iter().for_each(|(name, _)| _ = write!(table, " {name} |"));
        _ = write!(table, "\n|---|---|{}\n", "---|".repeat(labels.len()));
        for kind in ItemKind::ALL {
            for item_class in [SelectorClass::Impersonal, SelectorClass::Linkable, SelectorClass::Personal] {
                _ = write!(table, "| {} | {item_class:?} |", kind.code());
                for (_, label) in &labels {
                    let regime = regime_of(*class);
                    let purpose = "infrastructure-protection";
                    let probe = Probe { label: label.clone(), kind, class: item_class, partner: *class, regime, purpose };
                    _ = write!(table, " {} |", probe.least(policy).text());
                }
                table.push('\n');
            }
        }
    }
    table
}

/// Partner class × marking × class of selector, for asks: whether a hit is told, and whether a request may show the selector.
pub fn ask_table(policy: &Policy) -> String {
    let labels = representative_labels();
    let mut table = String::from(
        "# What a partner's ask can learn, and what a request may show\n\nWritten by a test from what policy answers. The agreement is \
         in force up to TLP:AMBER+STRICT and covers selectors. The purpose is infrastructure protection. `hit`: an ask about a selector \
         that carries this label is answered with a hit, if there is one; `-`: the answer is the same as if there were none. \
         `shown`: a person may show the selector in a request; what can lead to a person is shown, and asked about, for a case only.\n",
    );
    for class in PartnerClass::ALL {
        _ = write!(table, "\n## {}\n\n| act | class |", class.code());
        labels.iter().for_each(|(name, _)| _ = write!(table, " {name} |"));
        _ = write!(table, "\n|---|---|{}\n", "---|".repeat(labels.len()));
        for (action, word) in [(Action::AnswerAsk, "hit"), (Action::RequestRelease, "shown")] {
            for item_class in [SelectorClass::Impersonal, SelectorClass::Linkable, SelectorClass::Personal] {
                _ = write!(table, "| {action} | {item_class:?} |");
                for (_, label) in &labels {
                    let passes = ask_passes(policy, *class, action, item_class, label);
                    _ = write!(table, " {} |", if passes { word } else { "-" });
                }
                table.push('\n');
            }
        }
    }
    table
}

fn ask_passes(policy: &Policy, class: PartnerClass, action: Action, item_class: SelectorClass, label: &Label) -> bool {
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
    policy.check_release(&passage).is_ok()
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
        Requirement::LADDER.into_iter().find(|step| self.passes(policy, *step)).unwrap_or(Requirement::Never)
    }

    fn passes(&self, policy: &Policy, step: Requirement) -> bool {
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
        policy.check_release(&passage).is_ok()
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

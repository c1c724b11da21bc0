//! The rules that matter most, each said once in plain code, beside the golden tables that say everything.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests stop the test")]

use std::collections::BTreeSet;

use oikos_model::{
    Act, Action, Actor, CaseId, HandlingCode, Label, LabelId, LegalBasis, Marking, NodeId, PermittedAction, Purpose, Regime,
    Scope, SelectorClass, Timestamp, Tlp, UserName,
};
use oikos_policy::{
    Ceilings, Item, ItemKind, PartnerClass, Passage, Policy, Principal, Recipient, RecipientRegime, Request, Resource, Role,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

const PURPOSES: [&str; 4] = ["fdi-screening", "infrastructure-protection", "crime-prevention", "oversight"];

fn policy() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(|| Policy::load().unwrap())
}

fn purpose(code: &str) -> Purpose {
    Purpose::new(code).unwrap()
}

fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn person(name: &str, roles: &[Role]) -> Principal {
    Principal::Person { name: UserName::new(name).unwrap(), roles: roles.iter().copied().collect(), desks: BTreeSet::new() }
}

fn act(principal: &Principal, action: Action, why: &str) -> Act {
    let actor = match principal {
        Principal::Person { name, .. } => Actor::Person(name.clone()),
        Principal::Node(node) => Actor::Node(node.clone()),
        Principal::Partner { node, .. } => Actor::Partner(node.clone()),
    };
    let legal_basis = LegalBasis::new("Reg. (EU) 2019/452 Art. 6").unwrap();
    Act { actor, action, purpose: purpose(why), legal_basis, case: None, at: Timestamp::from_second(1_000).unwrap() }
}

fn label(regime: Regime, tlp: Tlp, purposes: &[&str]) -> Label {
    let marking = Marking::new(regime, tlp, purposes.iter().map(|code| purpose(code)));
    Label { marking, origin: node("fi.coast-guard"), scope: Scope::Node }
}

fn decide(principal: &Principal, action: Action, why: &str, label: &Label) -> Result<(), Vec<String>> {
    let act = act(principal, action, why);
    let decision = policy().decide(&Request { principal, act: &act, resource: Resource::Label(label) });
    assert!(!decision.reasons.is_empty(), "an answer has reasons");
    if decision.allowed { Ok(()) } else { Err(decision.reasons.into_iter().map(|reason| reason.rule).collect()) }
}

/// Everything that a release depends on, with values that let it pass.
#[derive(Debug, Clone)]
struct Setting {
    principal: Principal,
    second: Option<Principal>,
    why: String,
    label: Label,
    kind: ItemKind,
    class: SelectorClass,
    recipient: Recipient,
    agreement: Ceilings,
    provider_permits: bool,
    derogation: bool,
}

impl Setting {
    fn passing() -> Self {
        Self {
            principal: person("rita", &[Role::Releaser]),
            second: None,
            why: "infrastructure-protection".to_owned(),
            label: label(Regime::Gdpr, Tlp::Green, &["infrastructure-protection", "fdi-screening"]),
            kind: ItemKind::Finding,
            class: SelectorClass::Impersonal,
            recipient: Recipient { class: PartnerClass::MemberState, regime: RecipientRegime::Union(Regime::Gdpr) },
            agreement: Ceilings {
                in_force: true,
                tlp: Tlp::Amber,
                purposes: [purpose("infrastructure-protection")].into(),
                kinds: [ItemKind::Finding, ItemKind::Statement].into(),
                pre_authorised: [ItemKind::Finding].into(),
                safeguards: false,
                reuse_law: false,
            },
            provider_permits: false,
            derogation: false,
        }
    }

    fn check(&self) -> Result<(), Vec<String>> {
        self.check_as(Action::Release)
    }

    fn check_as(&self, action: Action) -> Result<(), Vec<String>> {
        let passage = Passage {
            act: &act(&self.principal, action, &self.why),
            principal: &self.principal,
            second: self.second.as_ref(),
            sender: &node("fi.coast-guard"),
            item: Item { label: &self.label, kind: self.kind, class: self.class },
            recipient: &self.recipient,
            agreement: &self.agreement,
            provider_permits: self.provider_permits,
            derogation: self.derogation,
        };
        let answer = policy().check_release(&passage);
        if let Err(refusals) = &answer {
            assert!(!refusals.is_empty(), "a refusal names its rules");
            assert!(refusals.iter().all(|refusal| refusal.text.len() > 10), "{refusals:?}");
        }
        answer.map_err(|refusals| refusals.into_iter().map(|refusal| refusal.rule).collect())
    }

    /// Changes the passing setting and returns the rules that then refuse.
    fn refused_when(change: impl FnOnce(&mut Self)) -> Vec<String> {
        let mut setting = Self::passing();
        change(&mut setting);
        setting.check().expect_err("must be refused")
    }

    fn passes_when(change: impl FnOnce(&mut Self)) {
        let mut setting = Self::passing();
        change(&mut setting);
        assert_eq!(setting.check(), Ok(()));
    }
}

#[test]
fn only_what_is_marked_for_the_purpose_is_read() {
    let analyst = person("anna", &[Role::Analyst]);
    let deal = label(Regime::Gdpr, Tlp::Red, &["fdi-screening"]);
    assert_eq!(decide(&analyst, Action::ReadFindings, "fdi-screening", &deal), Ok(()));
    assert_eq!(
        decide(&analyst, Action::ReadFindings, "infrastructure-protection", &deal),
        Err(vec!["purpose-not-marked".to_owned()])
    );
}

#[test]
fn administrators_auditors_and_the_data_protection_officer_see_no_case_data() {
    let open = label(Regime::Gdpr, Tlp::Clear, &PURPOSES);
    let case_data = [
        Action::ReadFindings,
        Action::ReadEvidence,
        Action::QueryLake,
        Action::ReadStatements,
        Action::ReadLeads,
        Action::DecideFinding,
        Action::Release,
    ];
    for role in [Role::Administrator, Role::Auditor, Role::DataProtectionOfficer] {
        for action in case_data {
            assert!(decide(&person("paul", &[role]), action, "oversight", &open).is_err(), "{role:?} {action}");
        }
    }
}

#[test]
fn the_journal_is_read_for_oversight_only() {
    for role in Role::ALL {
        let reader = person("paul", &[*role]);
        let may = |why| {
            let act = act(&reader, Action::ReadJournal, why);
            policy().decide(&Request { principal: &reader, act: &act, resource: Resource::Node }).allowed
        };
        let expected = matches!(role, Role::Auditor | Role::DataProtectionOfficer | Role::Operator);
        assert_eq!(may("oversight"), expected, "{role:?}");
        assert!(!may("crime-prevention"), "{role:?}");
    }
}

#[test]
fn who_asks_must_be_the_actor_of_the_act() {
    let (anna, rita) = (person("anna", &[Role::Analyst]), person("rita", &[Role::Releaser]));
    let act = act(&anna, Action::ReadFindings, "oversight");
    let decision = policy().decide(&Request { principal: &rita, act: &act, resource: Resource::Node });
    assert_eq!(decision.reasons[0].rule, "principal-is-not-actor");
    let open = label(Regime::Gdpr, Tlp::Clear, &PURPOSES);
    assert!(policy().permitted_labels(&rita, &act, &[(open.id(), open)]).is_empty());
}

#[test]
fn desk_and_case_scopes_bind() {
    let mut of_desk = label(Regime::Gdpr, Tlp::Green, &PURPOSES);
    of_desk.scope = Scope::Desk("sea".to_owned());
    let member = Principal::person(UserName::new("anna").unwrap(), ["analyst", "desk:sea"]).unwrap();
    let stranger = Principal::person(UserName::new("anna").unwrap(), ["analyst", "desk:ownership"]).unwrap();
    assert_eq!(decide(&member, Action::ReadFindings, "oversight", &of_desk), Ok(()));
    assert_eq!(decide(&stranger, Action::ReadFindings, "oversight", &of_desk), Err(vec!["desk-scope".to_owned()]));

    let mut of_case = label(Regime::Gdpr, Tlp::Green, &PURPOSES);
    of_case.scope = Scope::Case(CaseId::new("case-7").unwrap());
    let mut act = act(&member, Action::ReadFindings, "oversight");
    let mut may = |case: Option<&str>| {
        act.case = case.map(|case| CaseId::new(case).unwrap());
        policy().decide(&Request { principal: &member, act: &act, resource: Resource::Label(&of_case) }).allowed
    };
    assert!(may(Some("case-7")) && !may(Some("case-8")) && !may(None));
}

#[test]
fn only_a_releaser_releases() {
    Setting::passes_when(|_| {});
    for role in Role::ALL.iter().filter(|role| **role != Role::Releaser) {
        let refusals = Setting::refused_when(|setting| setting.principal = person("paul", &[*role]));
        assert_eq!(refusals, ["releaser-missing"], "{role:?}");
    }
    let partner = Principal::Partner { node: node("at.x"), class: PartnerClass::MemberState };
    assert_eq!(Setting::refused_when(|setting| setting.principal = partner), ["nothing-allows-it"]);
}

#[test]
fn the_notified_deal_never_leaves() {
    for share in [true, false] {
        let refusals = Setting::refused_when(|setting| {
            setting.label = label(Regime::Gdpr, Tlp::Clear, &["fdi-screening"]);
            setting.why = "fdi-screening".to_owned();
            setting.agreement.purposes = PURPOSES.iter().map(|code| purpose(code)).collect();
            setting.provider_permits = true;
            setting.second = Some(person("rolf", &[Role::Releaser]));
            if !share {
                setting.label.marking.permitted.remove(&PermittedAction::Share);
            }
        });
        assert!(refusals.contains(&"investment-screening-only".to_owned()), "{refusals:?}");
    }
}

#[test]
fn each_restriction_refuses_under_its_own_name() {
    let marked = |change: fn(&mut Marking)| Setting::refused_when(|setting| change(&mut setting.label.marking));
    assert_eq!(marked(|marking| marking.tlp = Tlp::AmberStrict), ["tlp-above-ceiling"]);
    assert_eq!(marked(|marking| _ = marking.permitted.remove(&PermittedAction::Share)), ["share-not-permitted"]);
    assert_eq!(marked(|marking| _ = marking.permitted.remove(&PermittedAction::Read)), ["read-not-permitted"]);
    assert_eq!(marked(|marking| marking.expires = Some(Timestamp::from_second(999).unwrap())), ["expired"]);
    assert_eq!(marked(|marking| _ = marking.handling.insert(HandlingCode::H0)), ["handling-h0"]);
    assert_eq!(marked(|marking| _ = marking.handling.insert(HandlingCode::H2)), ["handling-h2"]);
    assert_eq!(marked(|marking| _ = marking.handling.insert(HandlingCode::H3)), ["handling-h3"]);
    assert_eq!(marked(|marking| marking.regimes.clear()), ["regime-missing"]);
    assert_eq!(marked(|marking| marking.regimes = [Regime::Led].into()), ["regime-led"]);
    assert_eq!(Setting::refused_when(|setting| setting.agreement.in_force = false), ["agreement-not-in-force"]);
    assert_eq!(Setting::refused_when(|setting| setting.agreement.kinds.clear()), ["kind-outside-agreement"]);
    assert_eq!(Setting::refused_when(|setting| setting.agreement.purposes.clear()), ["purposes-do-not-meet"]);
    assert_eq!(Setting::refused_when(|setting| setting.label.origin = node("at.x")), ["originator-consent"]);
    assert_eq!(Setting::refused_when(|setting| setting.recipient.class = PartnerClass::EuBody), ["class-and-regime"]);
}

#[test]
fn evidence_needs_a_label_that_lets_it_leave_and_two_roles() {
    let why = "infrastructure-protection";
    let analyst = person("anna", &[Role::Analyst]);
    let releaser = person("rita", &[Role::Releaser]);
    let plain = label(Regime::Gdpr, Tlp::Amber, &[why]);
    assert_eq!(decide(&analyst, Action::PrepareBundle, why, &plain), Ok(()));
    assert_eq!(decide(&analyst, Action::ExportBundle, why, &plain), Ok(()));
    assert_eq!(decide(&releaser, Action::AuthoriseBundle, why, &plain), Ok(()));
    assert!(decide(&analyst, Action::AuthoriseBundle, why, &plain).is_err());
    assert!(decide(&releaser, Action::PrepareBundle, why, &plain).is_err());
    let refused = |change: fn(&mut Marking)| {
        let mut label = plain.clone();
        change(&mut label.marking);
        decide(&analyst, Action::ExportBundle, why, &label).unwrap_err()
    };
    assert_eq!(refused(|marking| _ = marking.handling.insert(HandlingCode::H1)), ["evidence-handling-h1"]);
    assert_eq!(refused(|marking| _ = marking.handling.insert(HandlingCode::H2)), ["evidence-handling-h2-h3"]);
    assert_eq!(refused(|marking| _ = marking.permitted.remove(&PermittedAction::Share)), ["evidence-share-not-permitted"]);
    assert_eq!(refused(|marking| marking.expires = Some(Timestamp::from_second(999).unwrap())), ["expired"]);
    assert_eq!(refused(|marking| marking.purposes = [purpose("crime-prevention")].into()), ["purpose-not-marked"]);
}

#[test]
fn linkable_and_personal_things_need_people() {
    let scheduler = Principal::Node(node("fi.coast-guard"));
    Setting::passes_when(|setting| setting.principal = scheduler.clone());
    Setting::passes_when(|setting| setting.class = SelectorClass::Linkable);
    for class in [SelectorClass::Linkable, SelectorClass::Personal] {
        let refusals = Setting::refused_when(|setting| (setting.principal, setting.class) = (scheduler.clone(), class));
        assert!(refusals.contains(&"linkable-needs-releaser".to_owned()), "{refusals:?}");
    }
    assert_eq!(Setting::refused_when(|setting| setting.class = SelectorClass::Personal), ["person-needs-two"]);
    Setting::passes_when(|setting| {
        setting.class = SelectorClass::Personal;
        setting.second = Some(person("rolf", &[Role::Releaser]));
    });
    for second in [person("rita", &[Role::Releaser]), person("rolf", &[Role::Analyst])] {
        let refusals = Setting::refused_when(|setting| {
            setting.class = SelectorClass::Personal;
            setting.second = Some(second.clone());
        });
        assert_eq!(refusals, ["person-needs-two"], "the same person twice, or one without the role, is one");
    }
}

/// Whether an ask by a Member State's authority, under these terms, would be answered with a hit.
fn hit(change: impl FnOnce(&mut Setting)) -> Result<(), Vec<String>> {
    let mut setting = Setting::passing();
    setting.principal = Principal::Partner { node: node("at.investment-screening"), class: PartnerClass::MemberState };
    setting.kind = ItemKind::Selector;
    setting.agreement.kinds = [ItemKind::Selector].into();
    change(&mut setting);
    setting.check_as(Action::AnswerAsk)
}

#[test]
fn a_hit_is_told_only_of_what_may_be_shared() {
    assert_eq!(hit(|_| {}), Ok(()));
    assert_eq!(hit(|setting| setting.class = SelectorClass::Linkable), Ok(()), "that it is asked for a case is the asker's duty");
    let refused = |change: fn(&mut Setting)| hit(change).expect_err("must not be told");
    assert!(
        refused(|setting| setting.label = label(Regime::Gdpr, Tlp::Amber, &["fdi-screening"]))
            .contains(&"investment-screening-only".into())
    );
    assert!(
        refused(|setting| _ = setting.label.marking.permitted.remove(&PermittedAction::Share))
            .contains(&"share-not-permitted".into())
    );
    assert!(refused(|setting| setting.label.origin = node("nl.customs")).contains(&"originator-consent".into()));
    assert!(refused(|setting| setting.label.scope = Scope::Desk("sea".into())).contains(&"answer-node-scope".into()));
    assert!(refused(|setting| setting.agreement.in_force = false).contains(&"agreement-not-in-force".into()));
    assert!(refused(|setting| setting.agreement.kinds = [ItemKind::Finding].into()).contains(&"kind-outside-agreement".into()));
    let abroad = refused(|setting| {
        setting.recipient = Recipient { class: PartnerClass::ThirdCountryAdequate, regime: RecipientRegime::None };
    });
    assert!(abroad.contains(&"answer-inside-the-union".into()), "{abroad:?}");
    let led = refused(|setting| setting.label = label(Regime::Led, Tlp::Green, &["infrastructure-protection"]));
    assert_eq!(led, ["answer-law-enforcement-data"]);
}

#[test]
fn what_can_lead_to_a_person_is_asked_about_by_a_person_for_a_case() {
    let analyst = person("anna", &[Role::Analyst]);
    let itself = Principal::Node(node("fi.coast-guard"));
    let asked = |principal: &Principal, class, case: Option<&str>| {
        let mut act = act(principal, Action::Ask, "infrastructure-protection");
        act.case = case.map(|id| CaseId::new(id).unwrap());
        policy().decide_ask(principal, &act, class).allowed
    };
    for class in [SelectorClass::Linkable, SelectorClass::Personal] {
        assert!(!asked(&analyst, class, None));
        assert!(asked(&analyst, class, Some("case-7")));
        assert!(!asked(&itself, class, Some("case-7")), "the node asks by itself about impersonal things only");
    }
    assert!(asked(&analyst, SelectorClass::Impersonal, None));
    assert!(asked(&itself, SelectorClass::Impersonal, None));
    for role in [Role::Administrator, Role::Auditor, Role::DataProtectionOfficer, Role::Operator, Role::Releaser] {
        assert!(!asked(&person("other", &[role]), SelectorClass::Impersonal, None), "{role:?}");
    }
}

#[test]
fn all_refusals_come_at_once_and_cite_the_law() {
    let mut setting = Setting::passing();
    setting.label.marking.regimes = [Regime::Led].into();
    setting.label.marking.tlp = Tlp::Red;
    let rules = setting.check().unwrap_err();
    assert_eq!(rules, ["regime-led", "tlp-above-ceiling"]);
}

fn any_label() -> impl Strategy<Value = Label> {
    (
        btree_set(select(Regime::ALL.to_vec()), 1..=3),
        select(Tlp::ALL.to_vec()),
        btree_set(select(PermittedAction::ALL.to_vec()), 2..=4),
        btree_set(select(HandlingCode::ALL.to_vec()), 0..=1),
        btree_set(select(PURPOSES.map(purpose).to_vec()), 1..=4),
        prop::option::of(select(vec![999, 1_001]).prop_map(|second| Timestamp::from_second(second).unwrap())),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(regimes, tlp, permitted, handling, purposes, expires, received)| Label {
            marking: Marking { regimes, tlp, permitted, handling, purposes, expires },
            origin: node(if received { "at.x" } else { "fi.coast-guard" }),
            scope: Scope::Node,
        })
}

fn any_principal() -> impl Strategy<Value = Principal> {
    prop_oneof![
        4 => btree_set(select(Role::ALL.to_vec()), 0..=3)
            .prop_map(|roles| person("anna", &roles.into_iter().collect::<Vec<_>>())),
        1 => Just(Principal::Node(node("fi.coast-guard"))),
        1 => select(PartnerClass::ALL.to_vec()).prop_map(|class| Principal::Partner { node: node("at.x"), class }),
    ]
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let recipients = vec![
        (PartnerClass::MemberState, RecipientRegime::Union(Regime::Gdpr)),
        (PartnerClass::MemberState, RecipientRegime::Union(Regime::Led)),
        (PartnerClass::EuBody, RecipientRegime::Union(Regime::Eudpr)),
        (PartnerClass::ThirdCountryAdequate, RecipientRegime::None),
        (PartnerClass::ThirdCountrySafeguards, RecipientRegime::None),
        (PartnerClass::Operator, RecipientRegime::Union(Regime::Gdpr)),
    ];
    (
        any_label(),
        select(ItemKind::ALL.to_vec()),
        select(vec![SelectorClass::Impersonal, SelectorClass::Linkable, SelectorClass::Personal]),
        select(recipients),
        select(PURPOSES.to_vec()),
        select(Tlp::ALL.to_vec()),
        (0u8..3, any::<bool>(), any::<bool>()),
    )
        .prop_map(|(label, kind, class, (partner, regime), why, tlp, (releasers, prepared, provider_permits))| Setting {
            principal: if releasers == 0 { Principal::Node(node("fi.coast-guard")) } else { person("rita", &[Role::Releaser]) },
            second: (releasers == 2).then(|| person("rolf", &[Role::Releaser])),
            why: why.to_owned(),
            label,
            kind,
            class,
            recipient: Recipient { class: partner, regime },
            agreement: Ceilings {
                in_force: true,
                tlp,
                purposes: PURPOSES.map(purpose).into(),
                kinds: ItemKind::ALL.into(),
                pre_authorised: ItemKind::ALL.into(),
                safeguards: prepared,
                reuse_law: prepared,
            },
            provider_permits,
            derogation: prepared,
        })
}

proptest! {
    #[test]
    fn a_stricter_marking_never_lets_more_be_done(
        principal in any_principal(),
        action in select(Action::ALL.to_vec()),
        why in select(PURPOSES.to_vec()),
        label in any_label(),
        other in any_label(),
    ) {
        let joined = Label { marking: label.marking.join(&other.marking), ..label.clone() };
        if decide(&principal, action, why, &joined).is_ok() {
            prop_assert_eq!(decide(&principal, action, why, &label), Ok(()));
        }
    }

    #[test]
    fn a_stricter_marking_never_lets_more_leave(setting in any_setting(), other in any_label()) {
        let marking = setting.label.marking.join(&other.marking);
        let joined = Setting { label: Label { marking, ..setting.label.clone() }, ..setting.clone() };
        if joined.check().is_ok() {
            prop_assert_eq!(setting.check(), Ok(()));
        }
    }

    #[test]
    fn what_leaves_without_share_or_unread_or_expired_or_by_nobody_is_nothing(setting in any_setting()) {
        if setting.check().is_ok() {
            let marking = &setting.label.marking;
            let by_a_person = matches!(setting.principal, Principal::Person { .. });
            prop_assert!(marking.permitted.contains(&PermittedAction::Share));
            prop_assert!(marking.allows(&purpose(&setting.why), Timestamp::from_second(1_000).unwrap()));
            prop_assert!(marking.tlp <= setting.agreement.tlp && marking.purposes != [purpose("fdi-screening")].into());
            prop_assert!(setting.class == SelectorClass::Impersonal || by_a_person);
        }
    }

    #[test]
    fn a_list_is_filtered_as_single_decisions_would(
        principal in any_principal(),
        action in select(Action::ALL.to_vec()),
        why in select(PURPOSES.to_vec()),
        labels in vec(any_label(), 0..8),
    ) {
        let labels: Vec<(LabelId, Label)> = labels.into_iter().map(|label| (label.id(), label)).collect();
        let one_by_one: Vec<LabelId> = labels
            .iter()
            .filter(|(_, label)| decide(&principal, action, why, label).is_ok())
            .map(|(id, _)| *id)
            .collect();
        prop_assert_eq!(policy().permitted_labels(&principal, &act(&principal, action, why), &labels), one_by_one);
    }
}

//! Releases that need two persons: a finding that names one, and a register's statements about one.

use std::collections::BTreeMap;

use oikos_exchange::{AgreementTerms, CryptoFloor, NodeDescription, NodeIdentity, ParcelKind, PartnerClass, SignedAgreement};
use oikos_model::{
    Assessment, DatasetId, DetectorId, EntityId, Evaluation, Fact, FactValue, Finding, FindingKey, Label, Marking, NodeId,
    PersonCategory, Purpose, Reason, Regime, Scope, Selector, SelectorKind, Statement, StatementDraft, Tlp,
};
use oikos_node::OidcSettings;
use oikos_registry::Store;

use super::*;

const PARTNER: &str = "at.screening";
const LEI: &str = "529900T8BM49AURSDO55";

struct World {
    timed: Timed,
    anna: String,
    otto: String,
    key: FindingKey,
}

impl World {
    fn new() -> Self {
        Self::with(SignInSettings { second_factor: SecondFactorRule::Optional, ..SignInSettings::default() })
    }

    fn with(sign_in: SignInSettings) -> Self {
        let timed = Timed::new(sign_in);
        make_partner(&timed);
        let (anna, otto) = (timed.house.person("anna", &["releaser"]), timed.house.person("otto", &["releaser"]));
        let key = FindingKey::new(&DetectorId::new("sea.test").unwrap(), ["petrel"]);
        let world = Self { timed, anna, otto, key };
        world.put_finding("Petrel loiters");
        world
    }

    /// The finding, in a revision of this title. It names the master of the ship.
    fn put_finding(&self, title: &str) {
        let marking = marking();
        let finding = Finding {
            key: self.key,
            origin: NodeId::new("test.node").unwrap(),
            detector: DetectorId::new("sea.test").unwrap(),
            desk: "sea".into(),
            run: None,
            title: title.into(),
            occurred_from: Timestamp::from_second(1_799_000_000).unwrap(),
            occurred_to: Timestamp::from_second(1_799_000_000).unwrap(),
            place: None,
            prior_bits: 0.0,
            reasons: vec![Reason { name: "base".into(), bits: 4.0, text: "seen".into() }],
            calibrated: false,
            selectors: vec![],
            facts: vec![Fact {
                name: "master".into(),
                value: FactValue::Selector(Selector { kind: SelectorKind::PersonName, value: "jan fiction 1970-01-01".into() }),
                marking: marking.clone(),
            }],
            evidence: vec![],
            derived_from: vec![],
            marking: marking.clone(),
        };
        let store = self.timed.house.store();
        let mut tx = store.begin(&crate::house::act()).unwrap();
        let label = tx.intern_label(&Label { marking, origin: finding.origin.clone(), scope: Scope::Node }).unwrap();
        tx.put_finding(&finding, label, false, finding.occurred_from).unwrap();
        tx.commit().unwrap();
    }

    fn request(&self) -> Value {
        json!({ "partner": PARTNER, "finding": { "key": self.key } })
    }

    /// Anna signs first.
    fn signed_by_anna(&self) -> String {
        let (status, view) = self.timed.post("/releases", &self.anna, &self.request());
        assert_eq!(status, StatusCode::OK, "{view}");
        assert_eq!((&view["needs_second"], &view["parcel"]), (&json!(true), &Value::Null));
        view["awaiting_second"].as_str().unwrap().to_owned()
    }

    fn decide(&self, token: &str, id: &str, decision: &Value) -> (StatusCode, Value) {
        self.timed.post(&format!("/approvals/{id}"), token, decision)
    }

    fn approve(&self, token: &str, id: &str) -> (StatusCode, Value) {
        self.decide(token, id, &json!({ "decision": "approve" }))
    }

    fn releases(&self) -> usize {
        let store = self.timed.house.store();
        store.snapshot(&crate::house::act()).unwrap().releases(&Default::default()).unwrap().len()
    }
}

fn marking() -> Marking {
    Marking::new(Regime::Gdpr, Tlp::Green, [Purpose::new("maritime-safety").unwrap()])
}

fn make_partner(timed: &Timed) {
    let now = Timestamp::from_second(timed.seconds()).unwrap();
    let description = NodeDescription {
        node: NodeId::new(PARTNER).unwrap(),
        display_name: "Screening office".into(),
        country: "AT".into(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: "127.0.0.1:2".into(),
    };
    let theirs = NodeIdentity::generate(description, now).unwrap();
    let ours = timed.house.node.identity();
    let terms = AgreementTerms {
        format: 1,
        title: "Fictional".into(),
        parties: [NodeId::new("test.node").unwrap(), NodeId::new(PARTNER).unwrap()].into(),
        kinds: [ParcelKind::FindingFacts, ParcelKind::Statements].into(),
        purposes: [Purpose::new("maritime-safety").unwrap()].into(),
        tlp_ceiling: Tlp::Amber,
        regimes: [Regime::Gdpr].into(),
        pre_authorised: Default::default(),
        ask_budgets_per_day: BTreeMap::new(),
        ask_purposes: Default::default(),
        neither_confirm_nor_deny: Default::default(),
        onward: false,
        erase_on_leaving: false,
        safeguards: None,
        reuse_law: None,
        retention_days: 30,
        crypto_floor: CryptoFloor::HybridPostQuantum,
        valid_from: Timestamp::from_second(timed.seconds() - 1).unwrap(),
        valid_to: Timestamp::from_second(timed.seconds() + 100 * 86_400).unwrap(),
    };
    let agreement = SignedAgreement::propose(terms, &theirs).unwrap().countersign(ours, theirs.card()).unwrap();
    let body = json!({ "card": theirs.card(), "agreement": agreement });
    let (status, answer) = timed.post("/partners", &timed.house.operator(), &body);
    assert_eq!(status, StatusCode::OK, "{answer}");
}

#[test]
fn what_names_a_person_leaves_in_the_names_of_two() {
    let world = World::new();
    let (_, preview) = world.timed.post("/releases/preview", &world.anna, &world.request());
    assert_eq!((&preview["needs_second"], &preview["awaiting_second"]), (&json!(true), &Value::Null));
    let id = world.signed_by_anna();
    let entry = &world.timed.house.newest_entries(1)[0];
    assert_eq!(
        (&entry["act"]["action"], &entry["recipient"]),
        (&json!("approve_release"), &Value::Null),
        "nothing was disclosed"
    );
    assert_eq!(world.releases(), 0);
    assert_eq!(world.signed_by_anna(), id, "signing the same again changes nothing");
    let (_, list) = world.timed.get("/approvals?state=pending", &world.otto);
    assert_eq!((list.as_array().unwrap().len(), &list[0]["requested_by"]), (1, &json!("anna")));
    let (_, view) = world.timed.get(&format!("/approvals/{id}"), &world.otto);
    assert_eq!(view["is_unchanged"], true);
    assert_eq!(view["preview"]["leaves"], preview["leaves"], "the second person sees exactly what the first one saw");
    assert!(view["preview"]["leaves"].to_string().contains("jan fiction"));
    let (status, approval) = world.approve(&world.otto, &id);
    assert_eq!(status, StatusCode::OK, "{approval}");
    assert_eq!((&approval["state"], &approval["decided_by"]), (&json!("released"), &json!("otto")));
    let entry = &world.timed.house.newest_entries(1)[0];
    assert_eq!((&entry["act"]["action"], &entry["recipient"]), (&json!("release"), &json!(PARTNER)));
    assert_eq!((&entry["detail"]["first"], &entry["detail"]["second"]), (&json!("anna"), &json!("otto")));
    assert_eq!(world.releases(), 1);
    assert_eq!(world.approve(&world.otto, &id).0, StatusCode::CONFLICT, "once");
    let (_, view) = world.timed.get(&format!("/approvals/{id}"), &world.otto);
    assert_eq!(view["preview"], Value::Null, "what was decided is not kept");
}

#[test]
fn what_names_nobody_needs_no_second_person() {
    let world = World::new();
    let request = json!({ "partner": PARTNER, "finding": { "key": world.key }, "fields": ["title", "when"] });
    let (status, view) = world.timed.post("/releases", &world.anna, &request);
    assert_eq!((status, &view["needs_second"]), (StatusCode::OK, &json!(false)), "{view}");
    assert!(view["parcel"].is_string());
}

#[test]
fn the_first_person_is_never_the_second() {
    let world = World::new();
    let id = world.signed_by_anna();
    let before = world.timed.house.journal_length();
    let (status, answer) = world.approve(&world.anna, &id);
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(answer["message"].as_str().unwrap().contains("second-person-is-first"), "{answer}");
    assert_eq!(world.timed.house.journal_length(), before + 1);
    assert_eq!(world.decide(&world.anna, &id, &json!({ "decision": "decline", "reason": "x" })).0, StatusCode::FORBIDDEN);
    let analyst = world.timed.house.person("mikko", &["analyst", "supervisor"]);
    assert_eq!(world.approve(&analyst, &id).0, StatusCode::FORBIDDEN, "no releaser");
    assert_eq!(world.approve(&world.timed.house.operator(), &id).0, StatusCode::FORBIDDEN);
    assert_eq!(world.releases(), 0);
}

#[test]
fn one_human_with_two_accounts_is_one_person() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(SignInSettings {
        second_factor: SecondFactorRule::Optional,
        public_origin: None,
        oidc: Some(OidcSettings {
            issuer: "http://127.0.0.1:9".into(),
            client_id: "oikos".into(),
            client_secret_file: folder.path().join("secret"),
            ca_file: None,
            redirect: "http://localhost/api/v1/session/oidc/callback".into(),
        }),
    });
    let operator = world.timed.house.operator();
    let bind = |name: &str| world.timed.put(&format!("/users/{name}/subject"), &operator, &json!({ "subject": "s-1" })).0;
    assert_eq!(bind("anna"), StatusCode::OK);
    let id = world.signed_by_anna();
    assert_eq!(world.timed.delete("/users/anna/subject", &operator).0, StatusCode::OK);
    assert_eq!(bind("otto"), StatusCode::OK);
    assert_eq!(world.approve(&world.otto, &id).0, StatusCode::FORBIDDEN);
    let paul = world.timed.house.person("paul", &["releaser"]);
    assert_eq!(world.approve(&paul, &id).0, StatusCode::OK);
}

#[test]
fn nobody_approves_after_three_days() {
    let world = World::new();
    let id = world.signed_by_anna();
    world.timed.later(72 * 3_600);
    let otto = world.timed.token("otto", None);
    world.timed.house.state_default_purpose(&otto);
    let (status, answer) = world.approve(&otto, &id);
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    let (_, view) = world.timed.get(&format!("/approvals/{id}"), &otto);
    assert_eq!((&view["state"], &view["preview"]), (&json!("expired"), &Value::Null));
    world.timed.house.node.erase_expired(&world.timed.house.node.itself()).unwrap();
    let store = world.timed.house.store();
    let row = store.snapshot(&crate::house::act()).unwrap().approval(&id).unwrap().unwrap();
    assert_eq!(row.preview, Value::Null, "what it previewed is erased by the clock");
    assert_eq!(world.releases(), 0);
}

#[test]
fn what_changed_since_the_first_person_signed_does_not_leave() {
    let world = World::new();
    let id = world.signed_by_anna();
    world.put_finding("Petrel loiters, and cut the cable");
    let (_, view) = world.timed.get(&format!("/approvals/{id}"), &world.otto);
    assert_eq!(view["is_unchanged"], false);
    let (status, answer) = world.approve(&world.otto, &id);
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    assert_eq!(world.timed.house.newest_entries(1)[0]["detail"]["approval"], "changed");
    assert_eq!(world.releases(), 0);
    world.put_finding("Petrel loiters");
    assert_eq!(world.approve(&world.otto, &id).0, StatusCode::CONFLICT, "it is over, whatever it says now");
    let again = world.signed_by_anna();
    assert_ne!(again, id);
    assert_eq!(world.approve(&world.otto, &again).0, StatusCode::OK);
}

#[test]
fn the_first_person_must_still_be_a_releaser() {
    let world = World::new();
    let id = world.signed_by_anna();
    let demoted = json!({ "name": "anna", "display_name": "anna", "roles": ["analyst"] });
    assert_eq!(world.timed.put("/users", &world.timed.house.operator(), &demoted).0, StatusCode::OK);
    let (status, answer) = world.approve(&world.otto, &id);
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    assert_eq!(world.releases(), 0);
}

#[test]
fn a_decline_has_a_reason_that_the_first_person_reads() {
    let world = World::new();
    let id = world.signed_by_anna();
    let without = world.decide(&world.otto, &id, &json!({ "decision": "decline" }));
    assert_eq!(without.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = world.decide(&world.otto, &id, &json!({ "decision": "decline", "reason": "he only steers" }));
    assert_eq!(status, StatusCode::OK);
    let (_, view) = world.timed.get(&format!("/approvals/{id}"), &world.anna);
    assert_eq!((&view["state"], &view["reason"]), (&json!("declined"), &json!("he only steers")));
    assert_eq!(world.approve(&world.otto, &id).0, StatusCode::CONFLICT);
}

#[test]
fn statements_about_a_natural_person_need_two_as_well() {
    let world = World::new();
    put_register(&world.timed);
    let request = json!({ "partner": PARTNER, "register_around": { "kind": "lei", "value": LEI } });
    let (status, view) = world.timed.post("/releases", &world.anna, &request);
    assert_eq!(status, StatusCode::OK, "{view}");
    assert!(view["leaves"].to_string().contains("Jan Fiction"), "{view}");
    let id = view["awaiting_second"].as_str().unwrap();
    assert_eq!(world.releases(), 0, "the statements about the company wait as well: the whole is signed");
    assert_eq!(world.approve(&world.otto, id).0, StatusCode::OK);
    assert_eq!(world.releases(), view["leaves"].as_array().unwrap().len());
}

/// A company that a person holds.
fn put_register(timed: &Timed) {
    let node = NodeId::new("test.node").unwrap();
    let store = timed.house.store();
    let mut tx = store.begin(&crate::house::act()).unwrap();
    let label = tx.intern_label(&Label { marking: marking(), origin: node.clone(), scope: Scope::Node }).unwrap();
    let say = |entity: &str, kind: &str, property: &str, value: &str, person_category| {
        let content = StatementDraft {
            entity: EntityId::new(entity).unwrap(),
            kind: kind.into(),
            property: property.into(),
            value: value.into(),
            valid_from: None,
            valid_to: None,
            stated_at: None,
            record: None,
            person_category,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        };
        let dataset = DatasetId::new("ownership.public-register").unwrap();
        Statement::record(content, node.clone(), dataset, label, Timestamp::from_second(1_799_000_000).unwrap())
    };
    let (nobody, somebody) = (PersonCategory::NotAPerson, PersonCategory::Other);
    tx.put_statements(&[
        say("company-1", "company", "name", "Tarn Shipping", nobody),
        say("company-1", "company", "lei", LEI, nobody),
        say("person-1", "person", "name", "Jan Fiction", somebody),
        say("holding-1", "ownership", "owner", "person-1", somebody),
        say("holding-1", "ownership", "owned", "company-1", somebody),
        say("holding-1", "ownership", "share", "100", somebody),
    ])
    .unwrap();
    tx.commit().unwrap();
}

//! Every endpoint: what changes or discloses leaves a journal entry, what needs a session refuses strangers, and what policy denies is
//! denied and journaled. The list is compared with the OpenAPI document, so a new endpoint cannot be forgotten.

use std::collections::BTreeSet;

use crate::house::{House, PASSWORD};
use axum::http::{Method, StatusCode};
use oikos_model::Action;
use serde_json::{Value, json};

struct Endpoint {
    method: Method,
    /// As in the OpenAPI document, below `/api/v1`.
    template: &'static str,
    path: String,
    body: Option<Value>,
    /// The action under which it is journaled; `None` for what shows no case data.
    journaled: Option<Action>,
}

fn endpoint(method: Method, template: &'static str, body: Option<Value>, journaled: Option<Action>) -> Endpoint {
    let id = if template.starts_with("/requests/") { "0".repeat(32) } else { "no-such-thing".to_owned() };
    let path = template
        .replace("{origin}", "test.node")
        .replace("{key}", &"0".repeat(64))
        .replace("{id}", &id)
        .replace("{name}", "carl")
        .replace("{desk}", "sea")
        .replace("{node}", "no.partner")
        .replace("{detector}", "sea.gap")
        .replace("{number}", "1")
        .replace("{partner}", "no.partner")
        .replace("{direction}", "incoming");
    Endpoint { method, template, path, body, journaled }
}

const ENTITY: &str = "origin=test.node&dataset=test.register&entity=test.register/one";

/// With a query.
fn asked(mut endpoint: Endpoint, query: &str) -> Endpoint {
    endpoint.path = format!("{}?{query}", endpoint.path);
    endpoint
}

fn endpoints() -> Vec<Endpoint> {
    use Method as M;
    let release = json!({ "partner": "no.partner", "finding": { "key": "0".repeat(64) } });
    let work = json!({ "findings": [{ "key": "0".repeat(64) }], "step": { "kind": "unassign" } });
    let selector = json!({ "kind": "imo", "value": "9074729" });
    let request = json!({ "partner": "no.partner", "selector": selector, "message": "why" });
    let passkey = json!({ "id": "", "client_data": "", "authenticator_data": "", "signature": "", "user_handle": "" });
    let new_passkey = json!({ "name": "blue", "client_data": "", "attestation_object": "" });
    let purpose = json!({ "purpose": "maritime-safety", "legal_basis": "Dir. 2002/59/EC" });
    let entity = |id: &str| json!({ "origin": "test.node", "dataset": "test.register", "entity": format!("test.register/{id}") });
    let judgement = json!({ "one": entity("one"), "other": entity("other"), "verdict": "same", "reason": "I looked" });
    let password = json!({ "present": PASSWORD, "new": PASSWORD });
    vec![
        endpoint(M::GET, "/node", None, None),
        endpoint(M::POST, "/session", Some(json!({ "name": "anna", "password": PASSWORD })), Some(Action::SignIn)),
        endpoint(M::GET, "/session", None, None),
        endpoint(M::POST, "/session/passkey/challenges", None, None),
        endpoint(M::POST, "/session/passkey", Some(passkey), Some(Action::SignIn)),
        endpoint(M::POST, "/session/oidc", None, None),
        endpoint(M::GET, "/session/oidc/callback", None, Some(Action::SignIn)),
        endpoint(M::POST, "/session/purposes", Some(purpose), Some(Action::StatePurpose)),
        endpoint(M::PUT, "/session/password", Some(password), Some(Action::ManageOwnAccess)),
        endpoint(M::POST, "/session/second-factor", None, Some(Action::ManageOwnAccess)),
        endpoint(M::PUT, "/session/second-factor", Some(json!({ "code": "123456" })), Some(Action::ManageOwnAccess)),
        endpoint(M::GET, "/sessions", None, None),
        endpoint(M::DELETE, "/sessions/{id}", None, Some(Action::ManageOwnAccess)),
        endpoint(M::POST, "/passkeys/challenges", None, Some(Action::ManageOwnAccess)),
        endpoint(M::POST, "/passkeys", Some(new_passkey), Some(Action::ManageOwnAccess)),
        endpoint(M::GET, "/passkeys", None, None),
        endpoint(M::DELETE, "/passkeys/{id}", None, Some(Action::ManageOwnAccess)),
        endpoint(M::GET, "/findings", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/findings/{origin}/{key}", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/findings/{origin}/{key}/evidence", None, Some(Action::ReadEvidence)),
        endpoint(M::POST, "/findings/{origin}/{key}/decisions", Some(json!({ "kind": "confirm" })), Some(Action::DecideFinding)),
        endpoint(M::GET, "/inbox", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/inbox/counts", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/inbox/reasons", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/inbox/filters", None, None),
        endpoint(M::PUT, "/inbox/filters", Some(json!({ "filters": [] })), Some(Action::KeepFilters)),
        endpoint(M::POST, "/inbox/work", Some(work), Some(Action::AssignFinding)),
        endpoint(M::POST, "/inbox/undo", Some(json!({ "findings": [{ "key": "0".repeat(64) }] })), Some(Action::UndoWork)),
        endpoint(M::GET, "/colleagues", None, None),
        endpoint(M::GET, "/budgets", None, None),
        endpoint(M::PUT, "/budgets/{desk}", Some(json!({ "per_day": 10 })), Some(Action::SetAlertBudget)),
        endpoint(M::GET, "/cases", None, Some(Action::ReadCases)),
        endpoint(M::POST, "/cases", Some(json!({ "title": "A ship over a cable" })), Some(Action::OpenCase)),
        endpoint(M::GET, "/cases/{id}", None, Some(Action::ReadCases)),
        endpoint(M::POST, "/cases/{id}/steps", Some(json!({ "step": "note", "text": "seen" })), Some(Action::WorkCase)),
        endpoint(M::GET, "/playbooks", None, None),
        // A stream: it ends with the session only, and tells counters.
        endpoint(M::GET, "/events", None, None),
        endpoint(M::GET, "/leads", None, Some(Action::ReadLeads)),
        endpoint(M::GET, "/ownership", None, Some(Action::ReadStatements)),
        endpoint(M::GET, "/desks", None, None),
        endpoint(M::GET, "/detectors/{detector}", None, None),
        endpoint(M::GET, "/detectors/{detector}/file", None, None),
        endpoint(M::POST, "/detectors", Some(json!({ "text": "", "reason": "test" })), Some(Action::WriteDetector)),
        endpoint(M::DELETE, "/detectors/{detector}", None, Some(Action::ChangeDetector)),
        endpoint(
            M::POST,
            "/detectors/{detector}/parameters",
            Some(json!({ "values": { "gap_hours": 7 }, "reason": "test" })),
            Some(Action::ChangeDetector),
        ),
        endpoint(M::POST, "/detectors/{detector}/trials", Some(json!({})), Some(Action::TryDetector)),
        endpoint(
            M::POST,
            "/detectors/{detector}/switch",
            Some(json!({ "enabled": false, "reason": "test" })),
            Some(Action::ChangeDetector),
        ),
        endpoint(M::GET, "/trials/{id}", None, Some(Action::TryDetector)),
        endpoint(M::DELETE, "/trials/{id}", None, Some(Action::TryDetector)),
        endpoint(M::POST, "/previews", Some(json!({ "text": "" })), Some(Action::TryDetector)),
        endpoint(M::POST, "/uploads", None, Some(Action::Import)),
        endpoint(M::GET, "/uploads/{id}", None, Some(Action::Import)),
        endpoint(M::DELETE, "/uploads/{id}", None, Some(Action::Import)),
        endpoint(M::GET, "/imports", None, Some(Action::ReadImports)),
        endpoint(M::GET, "/imports/{number}", None, Some(Action::ReadImports)),
        endpoint(M::GET, "/imports/{number}/rejects", None, Some(Action::ReadImports)),
        endpoint(M::GET, "/imports/{number}/rejects/file", None, Some(Action::ReadImports)),
        endpoint(M::GET, "/leads/{id}", None, Some(Action::ReadLeads)),
        endpoint(M::POST, "/leads/{id}/what-if", Some(json!({ "false_links": [] })), Some(Action::ReadLeads)),
        endpoint(M::GET, "/leads/{id}/days", None, Some(Action::ReadLeads)),
        endpoint(M::GET, "/picture", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/picture/report", None, Some(Action::ReadLeads)),
        endpoint(M::GET, "/aggregates", None, Some(Action::ReadAggregates)),
        asked(endpoint(M::GET, "/search", None, Some(Action::Search)), "q=petrel"),
        asked(endpoint(M::GET, "/entities", None, Some(Action::ReadStatements)), "q=petrel"),
        asked(endpoint(M::GET, "/entities/entity", None, Some(Action::ReadStatements)), ENTITY),
        asked(endpoint(M::GET, "/entities/ownership", None, Some(Action::ReadStatements)), ENTITY),
        endpoint(M::POST, "/entities/judgements/preview", Some(judgement.clone()), Some(Action::ReadStatements)),
        endpoint(M::POST, "/entities/judgements", Some(judgement), Some(Action::JudgeEntity)),
        endpoint(M::POST, "/screening", Some(json!({ "subjects": [{ "names": ["Anna"] }] })), Some(Action::Screen)),
        endpoint(M::GET, "/screening/lists", None, None),
        endpoint(M::GET, "/screening/decisions", None, Some(Action::Screen)),
        endpoint(
            M::POST,
            "/screening/decisions",
            Some(json!({
                "subject": { "names": ["Anna"] },
                "entity": { "origin": "fi.coast-guard", "dataset": "entities.un", "entity": "x" },
                "verdict": "cleared", "reason": "test",
            })),
            Some(Action::DecideMatch),
        ),
        endpoint(M::GET, "/screening/sets", None, Some(Action::Screen)),
        endpoint(
            M::POST,
            "/screening/sets",
            Some(json!({ "title": "test", "subjects": [{ "names": ["Anna"] }] })),
            Some(Action::KeepScreeningSet),
        ),
        endpoint(M::GET, "/screening/sets/{id}", None, Some(Action::Screen)),
        endpoint(M::DELETE, "/screening/sets/{id}", None, Some(Action::KeepScreeningSet)),
        endpoint(
            M::POST,
            "/screening/sets/{id}/subjects",
            Some(json!({ "subjects": [{ "names": ["Anna"] }] })),
            Some(Action::KeepScreeningSet),
        ),
        endpoint(M::POST, "/screening/sets/{id}/screen", Some(json!({})), Some(Action::KeepScreeningSet)),
        endpoint(M::POST, "/screening/sets/{id}/what-if", Some(json!({})), Some(Action::Screen)),
        endpoint(M::POST, "/screening/self-recall", Some(json!({})), Some(Action::Screen)),
        endpoint(M::POST, "/imports", Some(json!({ "paths": ["/nonexistent"] })), Some(Action::Import)),
        endpoint(M::POST, "/runs", Some(json!({})), Some(Action::Detect)),
        endpoint(M::GET, "/jobs", None, None),
        endpoint(M::GET, "/jobs/{id}", None, None),
        endpoint(M::POST, "/sql", Some(json!({ "query": "SELECT 1 AS one" })), Some(Action::QueryLake)),
        endpoint(M::GET, "/partners", None, None),
        endpoint(M::POST, "/partners", Some(json!({})), Some(Action::ManagePartners)),
        endpoint(M::POST, "/releases/preview", Some(release.clone()), Some(Action::ReadFindings)),
        endpoint(M::POST, "/releases", Some(release), Some(Action::Release)),
        endpoint(M::GET, "/releases", None, Some(Action::ReadFindings)),
        endpoint(M::GET, "/received", None, Some(Action::ReadFindings)),
        endpoint(
            M::POST,
            "/recalls",
            Some(json!({ "finding": { "key": "0".repeat(64) }, "reason": "test" })),
            Some(Action::Recall),
        ),
        endpoint(M::GET, "/recalls", None, Some(Action::ReadFindings)),
        endpoint(
            M::POST,
            "/rectifications",
            Some(json!({ "finding": { "key": "0".repeat(64) }, "reason": "test" })),
            Some(Action::Rectify),
        ),
        endpoint(M::POST, "/partners/{node}/departure", Some(json!({ "reason": "test" })), Some(Action::ManagePartners)),
        endpoint(M::POST, "/partners/{node}/journal-trust", Some(json!({ "reason": "test" })), Some(Action::ManagePartners)),
        endpoint(M::POST, "/releases/pre-authorised", None, Some(Action::DeliverParcel)),
        endpoint(M::POST, "/parcels/export", Some(json!({ "partner": "no.partner" })), Some(Action::DeliverParcel)),
        endpoint(M::POST, "/parcels/import", Some(json!({ "format": 1 })), Some(Action::ReceiveParcel)),
        endpoint(M::POST, "/parcels/fetch", None, None),
        endpoint(M::POST, "/deliveries", None, None),
        endpoint(M::POST, "/asks", Some(json!({ "standing": true })), Some(Action::Ask)),
        endpoint(M::GET, "/asks/hits", None, Some(Action::ReadRequests)),
        endpoint(M::POST, "/requests/preview", Some(request.clone()), Some(Action::ReadRequests)),
        endpoint(M::POST, "/requests", Some(request), Some(Action::RequestRelease)),
        endpoint(M::GET, "/requests", None, Some(Action::ReadRequests)),
        endpoint(M::GET, "/requests/{direction}/{partner}/{id}", None, Some(Action::ReadRequests)),
        endpoint(
            M::POST,
            "/requests/incoming/{partner}/{id}/answer",
            Some(json!({ "outcome": "neither_confirmed_nor_denied" })),
            Some(Action::DecideRequest),
        ),
        endpoint(M::GET, "/bundles", None, Some(Action::ReadEvidence)),
        endpoint(M::POST, "/bundles", Some(json!({ "recipient": "a court" })), Some(Action::PrepareBundle)),
        endpoint(M::POST, "/bundles/{id}/decisions", Some(json!({ "authorise": true })), Some(Action::AuthoriseBundle)),
        endpoint(M::POST, "/bundles/{id}/exports", None, Some(Action::ExportBundle)),
        endpoint(M::GET, "/subjects", None, Some(Action::AnswerSubject)),
        endpoint(M::POST, "/subjects", Some(json!({ "wants": "access", "name": "Aino" })), Some(Action::AnswerSubject)),
        endpoint(M::POST, "/subjects/{id}/steps", Some(json!({ "step": "find" })), Some(Action::AnswerSubject)),
        endpoint(M::GET, "/journal", None, Some(Action::ReadJournal)),
        endpoint(M::POST, "/journal/verification", Some(json!({})), Some(Action::ReadJournal)),
        endpoint(M::GET, "/journal/search", None, Some(Action::ReadJournal)),
        endpoint(M::POST, "/journal/proofs", Some(json!({ "index": 0 })), Some(Action::ReadJournal)),
        endpoint(
            M::POST,
            "/journal/exports",
            Some(json!({ "from": 0, "recipient": "the supervisor" })),
            Some(Action::ExportJournal),
        ),
        endpoint(
            M::POST,
            "/journal/erasures",
            Some(json!({ "index": 0, "reason": "it names a person" })),
            Some(Action::EraseJournalEntry),
        ),
        endpoint(M::GET, "/policy/tables", None, None),
        endpoint(M::GET, "/oversight/consultations", None, Some(Action::ReadJournal)),
        endpoint(M::GET, "/oversight/unusual", None, Some(Action::ReadJournal)),
        endpoint(
            M::POST,
            "/oversight/unusual/{id}/reviews",
            Some(json!({ "reason": "a night shift", "newest_entry": 1 })),
            Some(Action::ReviewAccess),
        ),
        endpoint(M::GET, "/statistics", None, Some(Action::ReadStatistics)),
        endpoint(M::POST, "/statistics/exports", Some(json!({ "recipient": "the public" })), Some(Action::ReadStatistics)),
        endpoint(M::POST, "/erasures", Some(json!({})), Some(Action::Erase)),
        endpoint(M::GET, "/users", None, Some(Action::ManageUsers)),
        endpoint(
            M::PUT,
            "/users",
            Some(json!({ "name": "carl", "display_name": "Carl", "roles": ["auditor"] })),
            Some(Action::ManageUsers),
        ),
        endpoint(M::DELETE, "/users/{name}/second-factor", None, Some(Action::ManageUsers)),
        endpoint(M::DELETE, "/users/{name}/delay", None, Some(Action::ManageUsers)),
        endpoint(M::PUT, "/users/{name}/subject", Some(json!({ "subject": "s-1" })), Some(Action::ManageUsers)),
        endpoint(M::DELETE, "/users/{name}/subject", None, Some(Action::ManageUsers)),
        endpoint(M::GET, "/approvals", None, Some(Action::ApproveRelease)),
        endpoint(M::GET, "/approvals/{id}", None, Some(Action::ApproveRelease)),
        endpoint(M::POST, "/approvals/{id}", Some(json!({ "decision": "approve" })), Some(Action::ApproveRelease)),
        endpoint(M::DELETE, "/session", None, Some(Action::SignIn)),
    ]
}

/// Whether it only begins a job, which is refused or does its work later.
fn is_job(endpoint: &Endpoint) -> bool {
    endpoint.method == Method::POST && ["/imports", "/runs", "/detectors/{detector}/trials"].contains(&endpoint.template)
}

#[test]
fn every_endpoint_of_the_description_is_in_this_list() {
    let description: Value = serde_json::from_str(&oikos_node::openapi_json().unwrap()).unwrap();
    let described: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let path = path.trim_start_matches("/api/v1").to_owned();
            methods.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<(String, String)> =
        endpoints().iter().map(|one| (one.method.to_string(), one.template.to_owned())).collect();
    assert_eq!(described, listed);
}

#[test]
fn strangers_see_the_nodes_name_and_nothing_else() {
    let house = House::new();
    for one in endpoints() {
        let (status, answer) = house.call(one.method.clone(), &one.path, None, one.body.as_ref());
        let expected = match one.template {
            "/node" => StatusCode::OK,
            // Ways to sign in that this node's settings do not name.
            path if path.starts_with("/session/passkey") || path.starts_with("/session/oidc") => StatusCode::CONFLICT,
            _ => StatusCode::UNAUTHORIZED,
        };
        assert_eq!(status, expected, "{} {}: {answer}", one.method, one.template);
    }
}

#[test]
fn a_person_without_a_role_can_do_nothing_and_every_refusal_is_journaled() {
    let house = House::new();
    // An auditor may read the journal and partners, and nothing of the rest.
    let auditor = house.person("nora", &["auditor"]);
    for one in endpoints() {
        let Some(action) = one.journaled else { continue };
        if matches!(
            action,
            Action::SignIn
                | Action::ReadJournal
                | Action::ExportJournal
                | Action::ReviewAccess
                | Action::ReadStatistics
                | Action::StatePurpose
                | Action::ManageOwnAccess
        ) || (one.template == "/imports" && one.method == Method::POST)
            || one.template == "/ownership"
        {
            continue;
        }
        let subject = one.template == "/users/{name}/subject" && one.method == Method::PUT;
        if one.template == "/partners" || subject || (one.template == "/bundles" && one.method == Method::POST) {
            continue; // body or settings are refused before anyone is asked
        }
        let before = house.journal_length();
        let (status, answer) = house.call(one.method.clone(), &one.path, Some(&auditor), one.body.as_ref());
        if is_job(&one) {
            assert_eq!(house.finished(&answer)["code"], "denied", "{answer}");
        } else {
            assert_eq!(status, StatusCode::FORBIDDEN, "{} {}: {answer}", one.method, one.template);
        }
        assert!(house.journal_length() > before, "{} {} left no entry", one.method, one.template);
    }
}

#[test]
fn every_endpoint_that_changes_or_discloses_leaves_an_entry() {
    let house = House::new();
    let everything = house.person(
        "anna",
        &["analyst", "supervisor", "releaser", "data-protection-officer", "administrator", "desk:sea", "desk:ownership"],
    );
    for one in endpoints() {
        let Some(action) = one.journaled else { continue };
        assert!(action.is_journaled(), "{} is not an action that is journaled", action.code());
        let before = house.journal_length();
        let (status, answer) = house.call(one.method.clone(), &one.path, Some(&everything), one.body.as_ref());
        if status == StatusCode::OK && is_job(&one) {
            house.finished(&answer);
        }
        let done = status.is_success() && !(is_job(&one) && one.template == "/imports");
        // What was not done (nothing is there to decide on) disclosed nothing and changed nothing.
        assert!(!done || house.journal_length() > before, "{} {} ({status}) left no entry", one.method, one.template);
    }
}

#[test]
fn a_wrong_password_is_refused_like_a_wrong_name_and_journaled() {
    let house = House::new();
    house.person("anna", &["analyst"]);
    let before = house.journal_length();
    let wrong =
        |name: &str| house.call(Method::POST, "/session", None, Some(&json!({ "name": name, "password": "no such password" })));
    let (status, one) = wrong("anna");
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (_, other) = wrong("nobody");
    assert_eq!(one, other);
    assert_eq!(house.journal_length(), before + 2);
}

#[test]
fn the_operator_never_releases() {
    let house = House::new();
    let body = json!({ "partner": "no.partner", "finding": { "key": "0".repeat(64) } });
    let (status, answer) = house.call(Method::POST, "/releases", Some(&house.operator()), Some(&body));
    assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
}

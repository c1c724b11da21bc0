//! Entities over the API: found by name and identifier, shown with sources and receivers, judged and judged back; and search for everything.

use crate::house::pair::{Pair, Side, locked, marking};
use oikos_model::{DatasetId, EntityId, Marking, Selector, SelectorKind, Tlp};
use oikos_node::{
    Caller, CaseRequest, EntityPath, EntitySearch, EntityVerdict, EntityView, FindingName, JournalSearch, JudgeRequest,
    NodeError, ReleaseRequest, SearchQuery,
};
use oikos_policy::Role;

const WHY: &str = "fdi-screening";
const TARN: &str = "529900T8BM49AURSDO55";
const CALDER: &str = "5493001KJTIIGC8Y1R12";
const OTHER: &str = "213800D1EI4B9WTWWD28";

fn green() -> Marking {
    marking(&[WHY], Tlp::Green)
}

fn path(side: &Side, entity: &str) -> EntityPath {
    EntityPath {
        origin: side.node.id().clone(),
        dataset: DatasetId::new("ownership.register").unwrap(),
        entity: EntityId::new(entity).unwrap(),
    }
}

fn analyst(pair: &Pair) -> Caller {
    pair.at.analyst(WHY)
}

fn lei(value: &str) -> Selector {
    Selector { kind: SelectorKind::Lei, value: value.into() }
}

/// Tarn Holding owns Calder Reach; a finding names Calder.
fn world(pair: &Pair) {
    let companies = [("Tarn Holding", TARN), ("Calder Reach", CALDER), ("Calder Reach Oy", OTHER)];
    pair.at.register(&companies, &[("Tarn Holding", "Calder Reach")], &green());
    pair.at.finding("Calder Reach buys a port", &[lei(CALDER)], &green());
}

fn show(pair: &Pair, entity: &str) -> EntityView {
    pair.at.node.show_entity(&analyst(pair), &path(&pair.at, entity)).unwrap()
}

fn search(pair: &Pair, question: &str) -> oikos_node::SearchAnswer {
    pair.at.node.search(&analyst(pair), &SearchQuery { q: question.into(), limit: None }).unwrap()
}

#[test]
fn entities_are_found_by_name_and_by_identifier() {
    let pair = Pair::new(|_| ());
    world(&pair);
    let find = |question: &str, kind: Option<&str>| {
        let query = EntitySearch { q: question.into(), kind: kind.map(str::to_owned), limit: None };
        pair.at.node.search_entities(&analyst(&pair), &query).unwrap()
    };
    let by_name = find("reach CALDER", None);
    assert_eq!(by_name.len(), 2);
    assert_eq!(by_name[0].name.as_deref(), Some("Calder Reach"), "the shortest first");
    let by_lei = find(CALDER, None);
    assert!(by_lei.len() == 1 && by_lei[0].is_identifier && by_lei[0].found_by == format!("lei:{CALDER}"));
    assert!(find("tarn", Some("vessel")).is_empty() && find("nobody", None).is_empty());
    let short = EntitySearch { q: "x".into(), kind: None, limit: None };
    assert!(matches!(pair.at.node.search_entities(&analyst(&pair), &short), Err(NodeError::Invalid(_))));
}

#[test]
fn search_groups_what_it_finds_and_shows_nobody_what_is_not_theirs() {
    let pair = Pair::new(|_| ());
    world(&pair);
    pair.at.finding("A locked Calder deal", &[], &locked());
    let found = search(&pair, "calder");
    assert_eq!((found.entities.len(), found.findings.len(), found.leads.len()), (2, 2, 0));
    let by_lei = search(&pair, &format!("lei:{CALDER}"));
    assert!(by_lei.findings[0].is_identifier && by_lei.entities[0].is_identifier);
    let elsewhere = Caller { purpose: oikos_model::Purpose::new("maritime-safety").unwrap(), ..analyst(&pair) };
    let query = SearchQuery { q: "calder".into(), limit: None };
    let seen = pair.at.node.search(&elsewhere, &query).unwrap();
    assert!(seen.entities.is_empty() && seen.findings.is_empty());
    let auditor = pair.at.caller("nora", &[Role::Auditor], WHY);
    assert!(matches!(pair.at.node.search(&auditor, &query), Err(NodeError::Denied(_))));
    let officer = pair.at.caller("dora", &[Role::DataProtectionOfficer], "oversight");
    let journal = JournalSearch { action: Some("search".into()), ..JournalSearch::default() };
    let entries = pair.at.node.search_journal(&officer, &journal).unwrap().entries;
    assert_eq!(entries.len(), 4, "what was found is journaled, refusals too");
}

#[test]
fn an_entity_shows_sources_relations_findings_and_who_received_it() {
    let pair = Pair::new(|_| ());
    world(&pair);
    let calder = show(&pair, "Calder Reach");
    assert_eq!((calder.title.as_str(), calder.kind.as_str()), ("Calder Reach", "company"));
    let name = calder.statements.iter().find(|one| one.property == "name").unwrap();
    assert_eq!((name.evaluation.as_str(), name.marking.tlp.as_str()), ("X4", "TLP:GREEN"));
    assert!(calder.statements.iter().any(|one| one.property == "lei" && one.is_identifier));
    let owner = &calder.relations[0];
    assert_eq!((owner.role.as_str(), owner.other_role.as_str(), owner.is_current), ("owned", "owner", true));
    assert_eq!(owner.other.as_ref().unwrap().name.as_deref(), Some("Tarn Holding"));
    assert_eq!(owner.properties["share"], "60 %");
    assert_eq!(show(&pair, "Tarn Holding").relations[0].role, "owner");
    assert_eq!((calder.findings.len(), calder.received_by.len()), (1, 0));

    // What may be used for screening alone never leaves.
    let key = pair.at.finding("Calder Reach charters a ship", &[lei(CALDER)], &marking(&[WHY, "maritime-safety"], Tlp::Green));
    let finding = FindingName { origin: None, key };
    let request = ReleaseRequest { finding: Some(finding), ..ReleaseRequest::to(pair.fi.node.id().clone()) };
    pair.at.node.release(&pair.at.releaser(WHY), &request).unwrap();
    let received = show(&pair, "Calder Reach").received_by;
    assert_eq!((received.len(), received[0].partner.as_str()), (1, "fi.coast-guard"));
    assert!(received[0].released_by.is_some() && received[0].recalled_at.is_none());

    assert!(show(&pair, "Calder Reach").cases.is_empty());
    let finding = FindingName { origin: None, key };
    let request = CaseRequest {
        title: "Who charters".into(),
        purpose: None,
        legal_basis: None,
        findings: vec![finding],
        leads: vec![],
        playbook: None,
    };
    let case = pair.at.node.open_case(&analyst(&pair), &request).unwrap();
    let cases = show(&pair, "Calder Reach").cases;
    assert_eq!((cases.len(), cases[0].id.as_str(), cases[0].title.as_str()), (1, case.summary.id.as_str(), "Who charters"));
    assert!(show(&pair, "Tarn Holding").cases.is_empty(), "the finding does not name the owner");
    let nothing = pair.at.node.show_entity(&analyst(&pair), &path(&pair.at, "Nobody"));
    assert!(matches!(nothing, Err(NodeError::NotFound(_))));
}

#[test]
fn a_merge_is_previewed_made_and_undone_and_the_log_keeps_everything() {
    let pair = Pair::new(|_| ());
    world(&pair);
    let (node, caller) = (&pair.at.node, analyst(&pair));
    let judge = |verdict, reason: &str| JudgeRequest {
        one: path(&pair.at, "Calder Reach"),
        other: path(&pair.at, "Calder Reach Oy"),
        verdict,
        reason: reason.into(),
    };
    let before = show(&pair, "Calder Reach");
    let preview = node.preview_judgement(&caller, &judge(EntityVerdict::Same, "")).unwrap();
    assert_eq!((preview.before.len(), preview.after.len(), preview.has_effect), (1, 2, true));
    assert_eq!(show(&pair, "Calder Reach").members.len(), 1, "a preview changes nothing");
    assert!(matches!(node.judge_entities(&caller, &judge(EntityVerdict::Same, " ")), Err(NodeError::Invalid(_))));
    assert!(matches!(node.judge_entities(&caller, &judge(EntityVerdict::Withdrawn, "why")), Err(NodeError::Conflict(_))));
    node.judge_entities(&caller, &judge(EntityVerdict::Same, "one address")).unwrap();
    let merged = show(&pair, "Calder Reach Oy");
    assert_eq!((merged.members.len(), merged.findings.len(), merged.relations.len()), (2, 1, 1), "all of both");
    assert!(merged.judgements[0].in_force && merged.judgements[0].by == "person:anna");
    assert!(matches!(node.judge_entities(&caller, &judge(EntityVerdict::Same, "again")), Err(NodeError::Conflict(_))));
    node.judge_entities(&caller, &judge(EntityVerdict::Withdrawn, "two addresses")).unwrap();
    let after = show(&pair, "Calder Reach");
    assert_eq!(serde_json::to_value(&after.statements).unwrap(), serde_json::to_value(&before.statements).unwrap());
    assert_eq!((after.members.len(), after.judgements.len()), (1, 2));
    let releaser = pair.at.caller("rita", &[Role::Releaser], WHY);
    assert!(matches!(node.judge_entities(&releaser, &judge(EntityVerdict::Same, "I say so")), Err(NodeError::Denied(_))));
}

#[test]
fn ownership_is_a_graph_in_layers_with_its_proof() {
    let pair = Pair::new(|_| ());
    let companies = [("Tarn Holding", TARN), ("Calder Reach", CALDER), ("Tarn Shipping", OTHER)];
    let holdings = [("Tarn Holding", "Calder Reach"), ("Tarn Holding", "Tarn Shipping")];
    pair.at.register(&companies, &holdings, &green());
    let graph = pair.at.node.entity_ownership(&analyst(&pair), &path(&pair.at, "Calder Reach")).unwrap();
    let layer = |name: &str| graph.nodes.iter().find(|node| node.name == name).unwrap().layer;
    assert_eq!((layer("Calder Reach"), layer("Tarn Holding"), layer("Tarn Shipping")), (0, -1, 0));
    assert_eq!(graph.edges.len(), 2);
    assert!(graph.edges.iter().all(|edge| edge.share_percent == Some(60.0) && edge.statements.len() == 3));
    assert!(graph.nodes.iter().find(|node| node.name == "Tarn Holding").unwrap().is_above);
    assert_eq!(graph.marking.unwrap().tlp, "TLP:GREEN");
}

//! Evidence bundles: two people, nothing before the second said yes, and every change of what left is found.

use std::path::{Path, PathBuf};

use crate::house::pair::{Pair, Side, marking};
use base64::Engine as _;
use oikos_exchange::IdentityCard;
use oikos_model::{HandlingCode, Tlp};
use oikos_node::{BundleDecision, Caller, FindingName, FolderView, NodeError, PrepareRequest, verify_bundle};
use oikos_policy::Role;

const WHY: &str = "maritime-safety";

fn in_case(side: &Side, name: &str, roles: &[Role]) -> Caller {
    Caller { case: Some(oikos_model::CaseId::new("cable-7").unwrap()), ..side.caller(name, roles, WHY) }
}

fn request(key: oikos_model::FindingKey) -> PrepareRequest {
    let findings = vec![FindingName { origin: None, key }];
    PrepareRequest { findings, statements: Vec::new(), records: Vec::new(), recipient: "District court (fictional)".into() }
}

fn yes() -> BundleDecision {
    BundleDecision { authorise: true, reason: String::new() }
}

fn written(view: &FolderView, folder: &Path) -> Vec<PathBuf> {
    let write = |file: &oikos_node::FileView| {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, base64::engine::general_purpose::STANDARD.decode(&file.base64).unwrap()).unwrap();
        path
    };
    view.files.iter().map(write).collect()
}

fn exported(side: &Side) -> FolderView {
    let key = side.finding("Grey Petrel went silent", &[], &marking(&[WHY], Tlp::Amber));
    let (mikko, rita) = (in_case(side, "mikko", &[Role::Analyst]), in_case(side, "rita", &[Role::Releaser, Role::Analyst]));
    let bundle = side.node.prepare_bundle(&mikko, &request(key)).unwrap();
    assert!(matches!(side.node.export_bundle(&mikko, &bundle.id), Err(NodeError::Conflict(_))), "nothing leaves before");
    side.node.decide_bundle(&rita, &bundle.id, &yes()).unwrap();
    side.node.export_bundle(&mikko, &bundle.id).unwrap()
}

#[test]
fn one_person_alone_lets_nothing_out() {
    let pair = Pair::new(|_| ());
    let key = pair.fi.finding("Grey Petrel went silent", &[], &marking(&[WHY], Tlp::Amber));
    let rita = in_case(&pair.fi, "rita", &[Role::Releaser, Role::Analyst]);
    let bundle = pair.fi.node.prepare_bundle(&rita, &request(key)).unwrap();
    assert!(matches!(pair.fi.node.decide_bundle(&rita, &bundle.id, &yes()), Err(NodeError::Denied(_))));
    let analyst = in_case(&pair.fi, "mikko", &[Role::Analyst]);
    assert!(matches!(pair.fi.node.decide_bundle(&analyst, &bundle.id, &yes()), Err(NodeError::Denied(_))));
    let other = in_case(&pair.fi, "rolf", &[Role::Releaser]);
    let silent = BundleDecision { authorise: false, reason: String::new() };
    assert!(matches!(pair.fi.node.decide_bundle(&other, &bundle.id, &silent), Err(NodeError::Invalid(_))));
    let declined = pair.fi.node.decide_bundle(&other, &bundle.id, &BundleDecision { reason: "not needed".into(), ..silent });
    assert_eq!(declined.unwrap().state, "declined");
    assert!(pair.fi.node.export_bundle(&analyst, &bundle.id).is_err());
}

#[test]
fn what_may_not_leave_keeps_the_bundle_here() {
    let pair = Pair::new(|_| ());
    let analyst = in_case(&pair.fi, "mikko", &[Role::Analyst]);
    let mut h1 = marking(&[WHY], Tlp::Amber);
    h1.handling.insert(HandlingCode::H1);
    let key = pair.fi.finding("under H1", &[], &h1);
    let refused = pair.fi.node.prepare_bundle(&analyst, &request(key)).unwrap_err().to_string();
    assert!(refused.contains("judicial proceedings"), "{refused}");
    let elsewhere = pair.fi.finding("for another purpose", &[], &marking(&["fdi-screening"], Tlp::Amber));
    assert!(pair.fi.node.prepare_bundle(&analyst, &request(elsewhere)).is_err());
    let no_case = pair.fi.caller("mikko", &[Role::Analyst], WHY);
    let open = pair.fi.finding("without a case", &[], &marking(&[WHY], Tlp::Amber));
    assert!(matches!(pair.fi.node.prepare_bundle(&no_case, &request(open)), Err(NodeError::Invalid(_))));
}

#[test]
fn any_flipped_byte_a_missing_file_another_file_and_another_card_are_found() {
    let pair = Pair::new(|_| ());
    let view = exported(&pair.fi);
    let folder = tempfile::tempdir().unwrap();
    let files = written(&view, folder.path());
    let card = pair.fi.node.identity().card();
    let check = verify_bundle(folder.path(), Some(card));
    assert!(check.holds(), "{:?}", check.wrong);
    assert!(verify_bundle(folder.path(), None).holds());
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        // Every byte of the small files; of the large ones, which are keys and signatures, enough to be sure.
        let step = (bytes.len() / 40).max(1);
        for position in (0..bytes.len()).step_by(step).chain([bytes.len() - 2]) {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            std::fs::write(path, changed).unwrap();
            assert!(!verify_bundle(folder.path(), Some(card)).holds(), "{} at {position}", path.display());
        }
        std::fs::remove_file(path).unwrap();
        assert!(!verify_bundle(folder.path(), Some(card)).holds(), "{} removed", path.display());
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::write(folder.path().join("records.txt"), "more").unwrap();
    let check = verify_bundle(folder.path(), Some(card));
    assert!(check.wrong.iter().any(|line| line.contains("records.txt")), "{:?}", check.wrong);
    std::fs::remove_file(folder.path().join("records.txt")).unwrap();
    let other: &IdentityCard = pair.at.node.identity().card();
    assert!(!verify_bundle(folder.path(), Some(other)).holds());
    assert!(verify_bundle(folder.path(), Some(card)).holds());
}

#[test]
fn journal_entries_name_references_and_both_people() {
    let pair = Pair::new(|_| ());
    let view = exported(&pair.fi);
    let entry = |name: &str| {
        let file = view.files.iter().find(|file| file.path == name).unwrap();
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(&file.base64).unwrap()).unwrap()
    };
    for (name, person) in [("proofs/preparation.entry.json", "mikko"), ("proofs/authorisation.entry.json", "rita")] {
        let text = entry(name);
        assert!(text.contains(person) && text.contains("finding:fi.coast-guard/"), "{text}");
        assert!(!text.contains("Grey Petrel"), "an entry names the finding and does not say what it says");
    }
    assert!(entry("findings.jsonl").contains("Grey Petrel") && entry("findings.jsonl").contains("TLP:AMBER"));
}

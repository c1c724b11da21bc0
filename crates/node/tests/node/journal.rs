//! The journal between two nodes and before outsiders: witnesses, proofs, search, a supervisor's copy, erasing an entry.

use std::path::Path;
use std::process::Command;

use crate::house::reopened::{Pair, moment};
use oikos_journal::{CosignatureVerifier, NoteVerifier, OfflineProof};
use oikos_node::{EntryErasureRequest, JournalExportRequest, JournalSearch, JournalTrust, ProofRequest};

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_cosign_each_other_and_quiet_nodes_stay_quiet() {
    let pair = Pair::new().await;
    let officer = pair.fi.officer();
    pair.fi.linked().node().publish_journal().unwrap();
    pair.fi.linked().ask_witnesses().await.unwrap();
    pair.at.node().publish_journal().unwrap();
    pair.at.linked().ask_witnesses().await.unwrap();
    pair.advance_to(moment(60));
    let report = pair.fi.node().verify_journal(&officer, true).unwrap();
    assert!(report.verified, "{:?}", report.problems);
    let witness = &report.witnesses[0];
    assert_eq!((witness.node.as_str(), witness.refuses.as_deref()), ("at.fdi", None));
    assert_eq!(witness.algorithms, ["Ed25519", "ML-DSA-44"]);
    let trusted = report.trusted.unwrap();
    assert_eq!((trusted.size, trusted.age_seconds), (witness.size.unwrap(), 60));
    assert_eq!(report.watched[0].node, "at.fdi");
    assert!(report.watched[0].size > 0 && report.watched[0].problem.is_none());
    // Asking on and on adds nothing by itself: two rounds later both journals are as long as they were.
    let lengths = || [&pair.fi, &pair.at].map(|member| member.node().publish_journal().unwrap());
    for _ in 0..2 {
        pair.fi.linked().ask_witnesses().await.unwrap();
        pair.at.linked().ask_witnesses().await.unwrap();
    }
    let before = lengths();
    pair.fi.linked().ask_witnesses().await.unwrap();
    pair.at.linked().ask_witnesses().await.unwrap();
    assert_eq!(lengths(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_set_back_is_not_cosigned_and_both_sides_say_so() {
    let mut pair = Pair::new().await;
    pair.fi.node().publish_journal().unwrap();
    pair.fi.linked().ask_witnesses().await.unwrap();
    pair.fi.close().await;
    let copy = pair.folder().join("copy");
    copy_folder(&pair.fi.root, &copy);
    pair.fi.open().await;
    pair.fi.officer();
    pair.fi.node().publish_journal().unwrap();
    pair.fi.linked().ask_witnesses().await.unwrap();
    pair.fi.close().await;
    std::fs::remove_dir_all(&pair.fi.root).unwrap();
    copy_folder(&copy, &pair.fi.root);
    pair.fi.open().await;
    pair.fi.node().publish_journal().unwrap();
    pair.fi.linked().ask_witnesses().await.unwrap();
    // The restored journal is shorter than what was cosigned; AT is asked from nothing, because the copy knows no better.
    let watcher = pair.at.officer();
    // Then it grows past that, with other entries: a second history.
    let officer = pair.fi.person("otto", &["data-protection-officer"], "oversight");
    for _ in 0..10 {
        pair.fi.node().read_journal(&officer, 0, 1).unwrap();
    }
    pair.fi.node().publish_journal().unwrap();
    pair.fi.linked().ask_witnesses().await.unwrap();
    let seen = pair.at.node().verify_journal(&watcher, true).unwrap();
    assert!(seen.verified);
    assert!(seen.watched[0].problem.as_ref().unwrap().contains("could not prove"), "{:?}", seen.watched);
    let search = JournalSearch { action: Some("cosign_checkpoint".into()), outcome: Some("denied".into()), ..Default::default() };
    let denied = pair.at.node().search_journal(&watcher, &search).unwrap().entries;
    assert!(!denied.is_empty(), "the witness's journal says that it did not cosign");
    let own = pair.fi.node().verify_journal(&officer, true).unwrap();
    assert!(own.verified, "by itself the second history is in order");
    assert!(own.witnesses[0].refuses.as_ref().unwrap().contains("does not continue"), "{:?}", own.witnesses);
    assert!(!pair.fi.node().search_journal(&officer, &search).unwrap().entries.is_empty());
    // People speak with each other; then AT begins anew, and the journal is cosigned as it is now.
    let anew = JournalTrust { reason: "FI restored its node; spoke with Olli".into() };
    assert!(pair.at.node().trust_journal_anew(&watcher, pair.fi.node().id(), &anew).is_err(), "who oversees keeps no partners");
    let keeper = pair.at.person("adam", &["administrator"], "oversight");
    let line = pair.at.node().trust_journal_anew(&keeper, pair.fi.node().id(), &anew).unwrap();
    assert_eq!((line.size, line.problem), (0, None));
    pair.fi.linked().ask_witnesses().await.unwrap();
    let seen = pair.at.node().verify_journal(&watcher, true).unwrap();
    assert!(seen.watched[0].problem.is_none() && seen.watched[0].size > 0, "{:?}", seen.watched);
    assert_eq!(pair.fi.node().verify_journal(&officer, true).unwrap().witnesses[0].refuses, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_hold_without_a_node_and_entries_are_disclosed_only_when_asked() {
    let pair = Pair::new().await;
    let officer = pair.fi.officer();
    pair.fi.node().publish_journal().unwrap();
    pair.fi.linked().ask_witnesses().await.unwrap();
    let report = pair.fi.node().verify_journal(&officer, false).unwrap();
    let log: NoteVerifier = report.keys[0].parse().unwrap();
    let witnesses: Vec<CosignatureVerifier> = report.witnesses[0].keys.iter().map(|key| key.parse().unwrap()).collect();
    let without = pair.fi.node().prove_entry(&officer, &ProofRequest { index: 1, with_entry: false }).unwrap();
    assert!(without.entry.is_none());
    let with = pair.fi.node().prove_entry(&officer, &ProofRequest { index: 1, with_entry: true }).unwrap();
    let proof: OfflineProof = with.proof.parse().unwrap();
    let (checkpoint, cosigned) = proof.verify(&log, &witnesses).unwrap();
    assert_eq!((checkpoint.origin.as_str(), cosigned.len()), ("fi.coast-guard", 2));
    assert_eq!(with.entry.unwrap().commitment(), Some(proof.commitment));
    assert!(pair.fi.node().prove_entry(&officer, &ProofRequest { index: 1_000_000, with_entry: false }).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_at_whom_is_found_and_an_erased_entry_is_not() {
    let pair = Pair::new().await;
    let node = pair.fi.node();
    let officer = pair.fi.officer();
    let by = |who: &str| JournalSearch { who: Some(who.into()), ..Default::default() };
    let subject = JournalSearch { subject: Some("user:dora".into()), ..Default::default() };
    let found = node.search_journal(&officer, &subject).unwrap().entries;
    assert!(!found.is_empty());
    let index = found.last().unwrap().index;
    // Looking for who looked is itself an entry under what was looked for.
    assert_eq!(node.search_journal(&officer, &subject).unwrap().entries.len(), found.len() + 1);
    let everything = node.search_journal(&officer, &by("dora")).unwrap().entries.len();
    let first = node.search_journal(&officer, &JournalSearch { limit: Some(1), ..by("dora") }).unwrap();
    assert_eq!((first.entries.len(), everything > 1), (1, true));
    let next = JournalSearch { below: first.next, limit: Some(1_000), ..by("dora") };
    assert!(node.search_journal(&officer, &next).unwrap().entries.iter().all(|line| line.index < first.next.unwrap()));
    assert!(node.search_journal(&officer, &JournalSearch { action: Some("no_such".into()), ..Default::default() }).is_err());

    let auditor = pair.fi.person("nora", &["auditor"], "oversight");
    let request = EntryErasureRequest { index, reason: "it names a person".into() };
    assert!(node.erase_journal_entry(&auditor, &request).is_err(), "only the data-protection officer erases");
    assert!(node.erase_journal_entry(&officer, &EntryErasureRequest { reason: " ".into(), ..request.clone() }).is_err());
    assert!(node.erase_journal_entry(&officer, &request).unwrap().entry.is_none());
    assert!(node.search_journal(&officer, &subject).unwrap().entries.iter().all(|line| line.index != index));
    let report = node.verify_journal(&officer, true).unwrap();
    assert!(report.verified && report.erased == 1, "{:?}", report.problems);
}

/// An outsider verifies the supervisor's copy with Go's transparency-log packages.
#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_verifies_the_export_with_public_tools() {
    let pair = Pair::new().await;
    let officer = pair.fi.officer();
    // More than one full tile, and cosigned checkpoints on the way.
    for round in 0..3 {
        for _ in 0..150 {
            pair.fi.node().read_journal(&officer, 0, 1).unwrap();
        }
        pair.fi.node().publish_journal().unwrap();
        pair.fi.linked().ask_witnesses().await.unwrap();
        pair.advance_to(moment(round * 60));
    }
    let request = EntryErasureRequest { index: 40, reason: "a test".into() };
    pair.fi.node().erase_journal_entry(&officer, &request).unwrap();
    let request = JournalExportRequest { from: 0, to: None, recipient: "the supervisor (fictional)".into() };
    assert!(pair.fi.node().export_journal(&pair.fi.operator(), &request).is_err(), "the folder's owner takes no salts out");
    let view = pair.fi.node().export_journal(&officer, &request).unwrap();
    let folder = pair.folder().join("export");
    for file in &view.files {
        use base64::Engine as _;
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, base64::engine::general_purpose::STANDARD.decode(&file.base64).unwrap()).unwrap();
    }
    let Some(said) = outsider(&folder) else { return };
    assert!(said.0, "{}", said.1);
    assert!(said.1.contains("VERIFIED") && said.1.contains("cosigned by at.fdi/witness"), "{}", said.1);
    let tile = folder.join("tile/0/000");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    assert!(!outsider(&folder).unwrap().0, "a changed tile is found by the outsider too");
}

/// What the Go program says of a folder, and whether it verified; `None`, loudly, where Go or its packages are not there.
fn outsider(folder: &Path) -> Option<(bool, String)> {
    let packages = "/usr/share/gocode";
    if !Path::new(packages).join("src/golang.org/x/mod/sumdb/tlog").exists() {
        eprintln!("SKIPPED: no Go packages in {packages}; apt install golang-go golang-golang-x-mod-dev");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../journal/tests/outsider/verify.go");
    let cache = tempfile::tempdir().unwrap();
    let run = Command::new("go")
        .args(["run", script])
        .arg(folder)
        .envs([("GO111MODULE", "off"), ("GOPATH", packages), ("GOFLAGS", "")])
        .env("GOCACHE", cache.path())
        .output();
    let Ok(output) = run else {
        eprintln!("SKIPPED: there is no go command; apt install golang-go");
        return None;
    };
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Some((output.status.success(), said))
}

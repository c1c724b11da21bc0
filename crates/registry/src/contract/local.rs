//! What stays at the node: leads, imports, runs, checkpoints, jobs, partners.

use oikos_model::{ContentHash, DatasetId, LabelId, RunId, SourceId};

use super::sample::{at, dataset, hash, interned, node};
use crate::{CheckpointRow, ImportRow, JobRow, JobState, LeadRow, PartnerRow, RunRow, StoreError, Transaction};

/// All leads are replaced; one that was there keeps when it was first seen. Strongest first, permitted labels only.
pub fn leads_are_replaced<T: Transaction + ?Sized>(transaction: &mut T) {
    let (sea, ownership) = (interned(transaction, "sea"), interned(transaction, "ownership"));
    let lead = |id: &str, label, score_bits, second| LeadRow {
        id: id.to_owned(),
        label,
        is_campaign: score_bits > 10.0,
        score_bits,
        first_seen_at: at(second),
        content: serde_json::json!({ "members": [id] }),
        derived_from: vec![],
    };
    let (weak, strong) = (lead("a", sea, 1.5, 1), lead("b", ownership, 12.25, 1));
    transaction.replace_leads(&[weak.clone(), strong.clone()]).unwrap();
    assert_eq!(transaction.leads(None).unwrap(), [strong.clone(), weak.clone()]);
    assert_eq!(transaction.leads(Some(&[sea])).unwrap(), [weak]);
    assert_eq!(transaction.leads(Some(&[])).unwrap(), []);
    transaction.replace_leads(&[lead("b", ownership, 11.0, 9), lead("c", sea, 2.0, 9)]).unwrap();
    assert_eq!(transaction.leads(None).unwrap(), [lead("b", ownership, 11.0, 1), lead("c", sea, 2.0, 9)]);
    let endless = transaction.replace_leads(&[lead("d", sea, f64::INFINITY, 9)]);
    assert!(matches!(endless, Err(StoreError::Conflict(_))));
}

/// Numbers go up from 1, whether an import came of them or not.
pub fn import_numbers_are_never_reused<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    assert_eq!(transaction.reserve_import_number().unwrap(), 1);
    assert_eq!(transaction.reserve_import_number().unwrap(), 2);
    transaction.put_import(&import(2, "file", &dataset("sea.ais"), label)).unwrap();
    assert_eq!(transaction.reserve_import_number().unwrap(), 3);
}

fn import(number: u32, source: &str, dataset: &DatasetId, label: LabelId) -> ImportRow {
    ImportRow {
        number,
        source: SourceId(hash(source)),
        file_name: format!("{source}.csv"),
        format: "ais-csv".to_owned(),
        dataset: dataset.clone(),
        label,
        records: 1_000_000,
        statements: 2,
        rejects: 3,
        at: at(4),
        erased: false,
    }
}

/// The same bytes are found in the dataset they went into, until they are erased; a number is used once.
pub fn imports_are_found_until_erased<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let (sea, other) = (dataset("sea.ais"), dataset("sea.other"));
    let (first, second) = (import(1, "file", &sea, label), import(2, "other", &sea, label));
    transaction.put_import(&first).unwrap();
    transaction.put_import(&second).unwrap();
    assert!(matches!(transaction.put_import(&import(1, "third", &sea, label)), Err(StoreError::Conflict(_))));
    assert_eq!(transaction.import_of(first.source, &sea).unwrap(), Some(first.clone()));
    assert_eq!(transaction.import_of(first.source, &other).unwrap(), None);
    assert!(transaction.mark_import_erased(1).unwrap());
    assert!(!transaction.mark_import_erased(9).unwrap());
    assert_eq!(transaction.import_of(first.source, &sea).unwrap(), None);
    let again = import(3, "file", &sea, label);
    transaction.put_import(&again).unwrap();
    assert_eq!(transaction.import_of(first.source, &sea).unwrap(), Some(again.clone()));
    assert_eq!(transaction.imports().unwrap(), [ImportRow { erased: true, ..first }, second, again]);
}

/// Runs and jobs come back newest first; the same one again replaces its row.
pub fn runs_and_jobs_come_back<T: Transaction + ?Sized>(transaction: &mut T) {
    let run = |name: &str, second| RunRow {
        id: RunId(hash(name)),
        detector: "sea.gap".parse().unwrap(),
        detector_hash: hash("detector"),
        parameter_hash: hash("parameters"),
        snapshot: 4,
        span_from: at(0),
        span_to: at(10),
        findings: 5,
        at: at(second),
    };
    for run in [run("one", 1), run("two", 2), run("one", 3)] {
        transaction.put_run(&run).unwrap();
    }
    assert_eq!(transaction.runs(10).unwrap(), [run("one", 3), run("two", 2)]);
    assert_eq!(transaction.runs(1).unwrap(), [run("one", 3)]);
    let job = |id: &str, state, done, second| JobRow {
        id: id.to_owned(),
        kind: "import".to_owned(),
        state,
        done,
        total: (done > 0).then_some(10),
        result: serde_json::json!({ "error": null }),
        started_at: at(second),
        ended_at: (state == JobState::Done).then(|| at(second + 1)),
    };
    for job in [job("a", JobState::Running, 0, 1), job("b", JobState::Interrupted, 3, 2), job("a", JobState::Done, 10, 1)] {
        transaction.put_job(&job).unwrap();
    }
    assert_eq!(transaction.jobs(10).unwrap(), [job("b", JobState::Interrupted, 3, 2), job("a", JobState::Done, 10, 1)]);
    assert_eq!(transaction.jobs(1).unwrap().len(), 1);
}

/// The newest checkpoint not fed beyond the moment asked for, of the same detector, parameters and step.
pub fn checkpoints_are_found_by_time<T: Transaction + ?Sized>(transaction: &mut T) {
    let (detector, parameters) = (hash("detector"), hash("parameters"));
    let checkpoint = |second, state: &[u8]| CheckpointRow {
        detector_hash: detector,
        parameter_hash: parameters,
        step: "gaps".to_owned(),
        fed_up_to: at(second),
        snapshot: 2,
        state: state.to_vec(),
    };
    for checkpoint in [checkpoint(10, b"ten"), checkpoint(20, b"old"), checkpoint(20, b"twenty")] {
        transaction.put_checkpoint(&checkpoint).unwrap();
    }
    let find = |transaction: &T, detector: ContentHash, step: &str, second| {
        transaction.checkpoint(detector, parameters, step, at(second)).unwrap()
    };
    assert_eq!(find(transaction, detector, "gaps", 9), None);
    assert_eq!(find(transaction, detector, "gaps", 19), Some(checkpoint(10, b"ten")));
    assert_eq!(find(transaction, detector, "gaps", 20), Some(checkpoint(20, b"twenty")));
    assert_eq!(find(transaction, hash("another"), "gaps", 20), None);
    assert_eq!(find(transaction, detector, "another", 20), None);
    transaction.erase_checkpoints().unwrap();
    assert_eq!(find(transaction, detector, "gaps", 20), None);
}

/// Partners are replaced by node id and come by node id.
pub fn partners_come_back<T: Transaction + ?Sized>(transaction: &mut T) {
    let partner = |name: &str, left| PartnerRow {
        node: node(name),
        identity: serde_json::json!({ "address": "https://example.org" }),
        agreement: serde_json::json!({ "purposes": ["maritime-safety"] }),
        accepted_at: at(1),
        left_at: left,
    };
    for partner in [partner("sv.test", None), partner("ee.test", None), partner("sv.test", Some(at(2)))] {
        transaction.put_partner(&partner).unwrap();
    }
    assert_eq!(transaction.partners().unwrap(), [partner("ee.test", None), partner("sv.test", Some(at(2)))]);
    assert_eq!(transaction.partner(&node("ee.test")).unwrap(), Some(partner("ee.test", None)));
    assert_eq!(transaction.partner(&node("no.test")).unwrap(), None);
}

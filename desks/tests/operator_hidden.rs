//! Whoever guards a site sees the drone and not whose it is: the detector for guards does not read operators, what names one is marked for
//! investigators alone, and the columns are restricted for people.

use std::collections::BTreeMap;
use std::path::Path;

use oikos_desk::collected::CollectedSink;
use oikos_desk::{Desk, Detector, RunRequest, Source, Span, detectors_of, parameters, run_detector};
use oikos_lake::{ColumnsPermit, Lake, LakeLimits, Permits, Session, SessionLimits, catalogue_table};
use oikos_model::{
    Act, Action, Actor, ContentHash, Finding, Label, LegalBasis, Marking, NodeId, Purpose, RunId, Scope, SelectorKind, Timestamp,
};
use oikos_registry::Store;
use oikos_registry_sqlite::SqliteStore;
use tempfile::TempDir;

const OPERATOR: &str = "POL87astrdge12k8";

fn air() -> &'static Desk {
    oikos_desks::DESKS.iter().find(|desk| desk.name == "air").expect("the air desk")
}

/// The case of the corpus in which a drone names its operator, read by the desk's readers.
fn landed() -> (Span, CollectedSink) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("air/corpus/operator/positive-named-operator.in.json");
    let case: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let span: Span = serde_json::from_value(case["span"].clone()).unwrap();
    let mut sink = CollectedSink::default();
    for (file, import_number) in case["files"].as_array().unwrap().iter().zip(1..) {
        let reader = air().reader(file["reader"].as_str().unwrap()).unwrap();
        let source = Source { file_name: "case".into(), import_number, imported_at: span.from };
        reader.read(&source, &mut file["text"].as_str().unwrap().as_bytes(), &mut sink).unwrap();
    }
    assert!(sink.rejects.is_empty());
    (span, sink)
}

fn dataset_marking() -> Marking {
    air().datasets.iter().find(|dataset| dataset.id == "air.remote-id").unwrap().marking(Timestamp::UNIX_EPOCH)
}

/// A session over these records that sees of each table what `permit` says.
fn session(folder: &Path, sink: &CollectedSink, permit: fn(&oikos_desk::TableDefinition) -> ColumnsPermit) -> Session {
    let act = Act {
        actor: Actor::Node(NodeId::new("site").unwrap()),
        action: Action::Detect,
        purpose: Purpose::new(air().purpose).unwrap(),
        legal_basis: LegalBasis::new(air().legal_basis).unwrap(),
        case: None,
        at: Timestamp::UNIX_EPOCH,
    };
    let marking = dataset_marking();
    let label = Label { marking: marking.clone(), origin: NodeId::new("site").unwrap(), scope: Scope::Node };
    let store = SqliteStore::in_memory().unwrap();
    let lake = Lake::open(folder, LakeLimits::default()).unwrap();
    let mut transaction = store.begin(&act).unwrap();
    transaction.intern_label(&label).unwrap();
    for table in air().tables {
        transaction.ensure_table(&catalogue_table(table).unwrap(), act.at).unwrap();
        let mut staging = lake.stage(table, 1, label.id()).unwrap();
        sink.batches.iter().filter(|(name, _)| *name == table.name).for_each(|(_, batch)| staging.append(batch).unwrap());
        let files = staging.finish().unwrap();
        if !files.is_empty() {
            transaction.add_data_files(&files, act.at).unwrap();
        }
    }
    let tables = air().tables.iter().map(|table| (table.name.to_owned(), permit(table))).collect();
    let permits = Permits { tables, labels: BTreeMap::from([(label.id(), marking)]), now: act.at };
    let session = lake.session(transaction.as_ref(), &permits, SessionLimits::for_detectors()).unwrap();
    transaction.commit().unwrap();
    session
}

fn findings(span: Span, sink: &CollectedSink, detector: &Detector) -> Vec<Finding> {
    let folder = TempDir::new().unwrap();
    let mut session = session(folder.path(), sink, |_| ColumnsPermit::All);
    let request = RunRequest {
        origin: NodeId::new("site").unwrap(),
        span,
        parameters: parameters::resolve(&detector.head, &BTreeMap::new()).unwrap(),
        run: RunId(ContentHash::of_bytes(b"operator hidden")),
        checkpoint: None,
    };
    run_detector(&mut session, air(), detector, &request).unwrap().findings
}

#[test]
fn guards_see_the_drone_and_investigators_the_operator() {
    let (span, sink) = landed();
    let guard = Purpose::new("infrastructure-protection").unwrap();
    let investigator = Purpose::new("crime-prevention").unwrap();
    let detectors = detectors_of(air()).unwrap();
    let named = |name: &str| detectors.iter().find(|detector| detector.name() == name).unwrap();

    let seen = findings(span, &sink, named("zone-entry"));
    assert_eq!(seen.len(), 1);
    assert!(seen[0].marking.purposes.contains(&guard) && seen[0].selectors_of(SelectorKind::SerialBatch).count() == 2);
    let said = serde_json::to_string(&seen).unwrap();
    assert!(!said.contains(OPERATOR) && !said.contains("drone-operator"), "{said}");
    assert!(!named("zone-entry").head.tables.iter().any(|table| table == "remote_id_operators"));

    let hidden = findings(span, &sink, named("operator"));
    assert_eq!(hidden.len(), 1);
    assert_eq!(
        hidden[0].selectors_of(SelectorKind::DroneOperator).map(|found| found.value.as_str()).collect::<Vec<_>>(),
        [OPERATOR]
    );
    let fact = hidden[0].fact("operator_id").unwrap();
    for marking in [&hidden[0].marking, &fact.marking] {
        assert!(marking.purposes.contains(&investigator) && !marking.purposes.contains(&guard));
        assert!(marking.purposes.is_subset(&dataset_marking().purposes), "narrower than the records, never wider");
    }
}

#[test]
fn a_guards_own_query_has_no_column_of_the_operator() {
    let (_, sink) = landed();
    let folder = TempDir::new().unwrap();
    let session = session(folder.path(), &sink, ColumnsPermit::unrestricted);
    assert!(session.query("SELECT operator_id FROM remote_id_operators", 10, 1 << 20).is_err());
    let all = session.query("SELECT * FROM remote_id_operators", 100, 1 << 20).unwrap();
    assert!(all.batches.iter().map(|batch| batch.num_rows()).sum::<usize>() > 0);
    assert!(
        all.schema
            .fields()
            .iter()
            .all(|field| !field.name().starts_with("operator_") || field.name() == "operator_location_type")
    );
}

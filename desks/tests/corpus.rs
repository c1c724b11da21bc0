//! Walks the corpus of every desk with the lake's own engine.
//!
//! `OIKOS_UPDATE_CORPUS=1` writes what the detectors give beside each case.

use std::collections::BTreeMap;
use std::path::Path;

use oikos_desk::corpus::{self, LoadedTable};
use oikos_desk::{Desk, Engine};
use oikos_desks::DESKS;
use oikos_lake::{ColumnsPermit, Lake, LakeLimits, Permits, SessionLimits, catalogue_table};
use oikos_model::{Act, Action, Actor, Label, LegalBasis, Marking, NodeId, Purpose, Regime, Scope, Timestamp, Tlp};
use oikos_registry::Store;
use oikos_registry_sqlite::SqliteStore;
use tempfile::TempDir;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn act(desk: &Desk) -> Outcome<Act> {
    Ok(Act {
        actor: Actor::Node(NodeId::new("corpus")?),
        action: Action::Detect,
        purpose: Purpose::new(desk.purpose)?,
        legal_basis: LegalBasis::new(desk.legal_basis)?,
        case: None,
        at: Timestamp::UNIX_EPOCH,
    })
}

/// A lake in `folder` with the tables' rows, and a session that sees all of them.
fn session(desk: &Desk, folder: &Path, tables: &[LoadedTable]) -> Outcome<Box<dyn Engine>> {
    let act = act(desk)?;
    let marking = Marking::new(Regime::Gdpr, Tlp::Amber, [act.purpose.clone()]);
    let label = Label { marking: marking.clone(), origin: NodeId::new("corpus")?, scope: Scope::Node };
    let store = SqliteStore::in_memory()?;
    let lake = Lake::open(folder, LakeLimits::default())?;
    let mut transaction = store.begin(&act)?;
    transaction.intern_label(&label)?;
    for table in tables {
        transaction.ensure_table(&catalogue_table(&table.definition)?, act.at)?;
        let mut staging = lake.stage(&table.definition, 1, label.id())?;
        table.rows.iter().try_for_each(|batch| staging.append(batch))?;
        let files = staging.finish()?;
        if !files.is_empty() {
            transaction.add_data_files(&files, act.at)?;
        }
    }
    let permits = Permits {
        tables: tables.iter().map(|table| (table.definition.name.to_owned(), ColumnsPermit::All)).collect(),
        labels: BTreeMap::from([(label.id(), marking)]),
        now: act.at,
    };
    let session = lake.session(transaction.as_ref(), &permits, SessionLimits::for_detectors())?;
    transaction.commit()?;
    Ok(Box::new(session))
}

#[test]
fn every_desk_holds_its_corpus() {
    let mut failures = Vec::new();
    for &desk in DESKS {
        // A session reads its files as it goes, so their folders live as long as the desk's walk.
        let mut folders = Vec::new();
        let mut new_engine = |tables: &[LoadedTable]| {
            let folder = TempDir::new().map_err(|error| error.to_string())?;
            let session = session(desk, folder.path(), tables).map_err(|error| error.to_string())?;
            folders.push(folder);
            Ok(session)
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(desk.name);
        match corpus::check(desk, &folder, &mut new_engine) {
            Ok(report) => assert_eq!(report.detectors, desk.detectors.len(), "{}", desk.name),
            Err(error) => failures.push(error.to_string()),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What `cargo xtask new detector` writes runs as it is, and holds what its cases say.
#[test]
fn a_new_detector_runs_from_the_start() {
    for &desk in DESKS {
        let files = oikos_desk::render::detector_template(desk, "scaffold-of-this-test").unwrap();
        let (root, mut folders) = (TempDir::new().unwrap(), Vec::new());
        for (path, text) in &files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let text: &'static str = Box::leak(files[0].1.clone().into_boxed_str());
        let listed: &'static [(&str, &str)] = Box::leak(Box::new([("scaffold-of-this-test.md", text)]));
        let desk = Desk { detectors: listed, ..*desk };
        let mut new_engine = |tables: &[LoadedTable]| {
            let folder = TempDir::new().map_err(|error| error.to_string())?;
            let session = session(&desk, folder.path(), tables).map_err(|error| error.to_string())?;
            folders.push(folder);
            Ok(session)
        };
        let folder = root.path().join("desks").join(desk.name);
        let report = corpus::write(&desk, &folder, &mut new_engine).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((report.detectors, report.cases), (1, 4));
    }
}

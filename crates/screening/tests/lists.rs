//! From the real lists of the shared data, through their readers, to hits; and on when a list changes.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use oikos_desk::{Coverage, Reject, Sink, SinkError, Source};
use oikos_desk_entities::{ENTITIES, lists};
use oikos_matching::{Entity, EntityKind, Index, ScreenSettings, Screener};
use oikos_model::{ContentHash, DatasetId, LabelId, NodeId, Statement, StatementDraft, StatementId, Timestamp};
use oikos_screening::{AliasStrength, Key, ListLabel, ListLabels, Names, NamesSettings};

#[derive(Default)]
struct Kept(Vec<StatementDraft>);

impl Sink for Kept {
    fn records(&mut self, _table: &'static str, _batch: RecordBatch) -> Result<(), SinkError> {
        Ok(())
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.0.extend(statements);
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        panic!("{reject:?}")
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn shared(path: &str) -> Option<Vec<u8>> {
    let path = format!("{}/../../../shared/data/{path}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        println!("SKIPPED: there is no {path}; the shared test data is missing");
    }
    bytes.ok()
}

/// Reads a file as a node would: into the first dataset that carries the format.
fn import(format: &str, bytes: &[u8], number: u32) -> (Vec<Statement>, Coverage) {
    let dataset = ENTITIES.datasets.iter().find(|dataset| dataset.formats.contains(&format)).unwrap();
    let source = Source { file_name: "x".into(), import_number: number, imported_at: at(i64::from(number)) };
    let mut kept = Kept::default();
    let summary = ENTITIES.reader(format).unwrap().read(&source, &mut &bytes[..], &mut kept).unwrap();
    let record = |draft| {
        let (origin, dataset) = (NodeId::new("fi.customs").unwrap(), DatasetId::new(dataset.id).unwrap());
        Statement::record(draft, origin, dataset, LabelId(ContentHash::of_bytes(b"label")), source.imported_at)
    };
    (kept.0.into_iter().map(record).collect(), summary.coverage)
}

fn names(statements: &[Statement]) -> Names {
    let labels = lists().iter().map(|list| ListLabel {
        dataset: list.dataset.into(),
        source_list: list.source_list.into(),
        list: list.list.into(),
        publisher: list.publisher.into(),
        legal_force: list.legal_force.code().into(),
        legal_basis: list.legal_basis.into(),
        note: list.note.into(),
    });
    let mut names = Names::new(ListLabels::new(labels), NamesSettings::default()).unwrap();
    names.take(statements, at(100));
    names
}

#[test]
fn hits_on_the_american_list_say_that_it_is_no_union_law() {
    let (Some(entries), Some(alternates)) = (shared("matching/ofac/static__sdn.csv"), shared("matching/ofac/static__alt.csv"))
    else {
        return;
    };
    let (mut statements, _) = import("ofac-sdn-csv", &entries, 1);
    statements.extend(import("ofac-alt-csv", &alternates, 2).0);
    let names = names(&statements);
    assert!(names.len() >= 7379, "{}", names.len());
    let screener = Screener::new(Index::build(names.entities()).unwrap(), ScreenSettings::default());
    // A name in another order and spelling; an alias from the file of alternates; a ship by its number, whatever its name.
    let mut ship = Entity::new("ship", EntityKind::Vessel, ["GANJ"]);
    ship.identifiers.push(oikos_matching::Standard::Imo.normalise("IMO 9305219").unwrap());
    let subjects = vec![
        Entity::new("patrushev", EntityKind::Person, ["Nikolay Patrushev"]),
        Entity::new("alias", EntityKind::Person, ["Aiman Muhammad Rabi al Zawahiri"]),
        ship,
    ];
    let screening = screener.screen(subjects);
    let found: Vec<_> = screening.hits().map(|(_, hits)| names.describe(&hits[0]).unwrap()).collect();
    let entities: Vec<&str> = found.iter().map(|hit| hit.key.entity.as_str()).collect();
    assert_eq!(entities, ["ofac-24309", "ofac-2676", "ofac-25379"]);
    assert_eq!(found[1].strength, AliasStrength::Strong);
    assert!(found[0].listings[0].programmes.contains("UKRAINE-EO13661"));
    for hit in &found {
        assert_eq!(hit.lists[0].legal_force, "not-eu-law");
        assert!(hit.lists[0].note.contains("2271/96"));
    }
}

/// What a node does with a whole file: statements that earlier imports of the dataset read into the same tables, and that the file no
/// longer says, end. Then the index changes only where it has to.
#[test]
fn who_is_gone_from_the_next_list_is_gone_from_the_index() {
    let Some(first) = shared("matching/un/UN_consolidated.xml") else { return };
    let text = String::from_utf8(first.clone()).unwrap();
    let begin = text.find("<INDIVIDUAL>").unwrap();
    let end = begin + text[begin..].find("</INDIVIDUAL>").unwrap() + "</INDIVIDUAL>".len();
    let second = format!("{}{}", &text[..begin], &text[end..]).replacen("AIGLE BLANC", "WHITE EAGLE", 1);
    let (before, _) = import("un-sc-xml", &first, 1);
    let (after, coverage) = import("un-sc-xml", second.as_bytes(), 2);
    let Coverage::Whole { tables, .. } = coverage else { panic!("{coverage:?}") };

    let mut names = names(&before);
    let mut screener = Screener::new(Index::build(names.entities()).unwrap(), ScreenSettings::default());
    let subjects =
        || vec![Entity::new("1", EntityKind::Person, ["Eric Badege"]), Entity::new("2", EntityKind::Person, ["White Eagle"])];
    let mut screening = screener.screen(subjects());
    let hits_of = |screening: &oikos_matching::Screening| screening.hits().map(|(_, hits)| hits.len()).collect::<Vec<_>>();
    assert!(hits_of(&screening)[0] >= 1);

    let said: BTreeSet<StatementId> = after.iter().map(|one| one.id).collect();
    let mut now: BTreeMap<StatementId, Statement> = before.into_iter().map(|one| (one.id, one)).collect();
    let mut changed: BTreeSet<Key> = BTreeSet::new();
    for one in now.values_mut() {
        let is_covered = one.content.record.as_ref().is_some_and(|record| tables.contains(&record.table.as_str()));
        if is_covered && !said.contains(&one.id) {
            one.ended_at = Some(at(2));
            changed.insert(Key::of(one));
        }
    }
    for one in after {
        if !now.contains_key(&one.id) {
            changed.insert(Key::of(&one));
            now.insert(one.id, one);
        }
    }
    // The party and its listing, and the one whose alias is another.
    assert_eq!(changed.len(), 3, "{changed:?}");
    let change = names.update(&changed, now.values(), at(100));
    assert_eq!((change.removed.len(), change.put.len()), (1, 1));
    let touched = screener.change(&change).unwrap();
    let done = screener.rescreen(&mut screening, &touched);
    assert_eq!(done.changed, 2);
    let again: Vec<usize> = hits_of(&screener.screen(subjects()));
    assert_eq!(hits_of(&screening), again);
    let found = screening.hits().nth(1).map(|(_, hits)| names.describe(&hits[0]).unwrap().key.entity.to_string());
    assert_eq!(found.as_deref(), Some("un-6907994"));
}

//! How long a million statements take. Run by hand: `cargo test -p oikos-registry-sqlite --test bulk -- --ignored --nocapture`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints what it measured")]

use std::time::Instant;

use oikos_model::{
    Act, Action, Actor, Assessment, Evaluation, Label, LabelId, LegalBasis, Marking, NodeId, PersonCategory, Purpose,
    RecordReference, Regime, Scope, Statement, StatementDraft, Timestamp, Tlp,
};
use oikos_registry::{StatementQuery, Store};
use oikos_registry_sqlite::SqliteStore;

const STATEMENTS: u32 = 1_000_000;
const BATCH: u32 = 10_000;

fn statement(number: u32, label: LabelId) -> Statement {
    let property = ["name", "imo", "flag", "ship_type"][(number % 4) as usize];
    let draft = StatementDraft {
        entity: format!("test.register/vessel-{}", number / 4).parse().unwrap(),
        kind: "vessel".to_owned(),
        property: property.to_owned(),
        value: format!("{property} {number}"),
        valid_from: None,
        valid_to: None,
        stated_at: None,
        record: Some(RecordReference { table: "vessels".parse().unwrap(), record_id: RecordReference::record_id(1, number / 4) }),
        person_category: PersonCategory::NotAPerson,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    };
    Statement::record(draft, "fi.test".parse().unwrap(), "test.register".parse().unwrap(), label, Timestamp::UNIX_EPOCH)
}

/// A stopwatch for time passed and for time on a processor, which is what counts on a machine that others use too.
struct Watch(Instant, f64);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), Self::processor_seconds())
    }

    /// Nanoseconds that this thread ran, as Linux counts them; 0 elsewhere.
    fn processor_seconds() -> f64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        text.split(' ').next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: {:.1} s, of it {:.1} s on a processor",
            self.0.elapsed().as_secs_f64(),
            Self::processor_seconds() - self.1
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn a_million_statements() {
    let act = Act {
        actor: Actor::Node(NodeId::new("fi.test").unwrap()),
        action: Action::Import,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("a test").unwrap(),
        case: None,
        at: Timestamp::UNIX_EPOCH,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    let mut transaction = store.begin(&act).unwrap();
    let marking = Marking::new(Regime::Gdpr, Tlp::Amber, [Purpose::new("maritime-safety").unwrap()]);
    let label = transaction.intern_label(&Label { marking, origin: "fi.test".parse().unwrap(), scope: Scope::Node }).unwrap();
    let batches: Vec<Vec<_>> = (0..STATEMENTS / BATCH)
        .map(|batch| (batch * BATCH..(batch + 1) * BATCH).map(|number| statement(number, label)).collect())
        .collect();
    let watch = Watch::start();
    for batch in &batches {
        assert_eq!(transaction.put_statements(batch).unwrap(), batch.len());
    }
    watch.print("put a million statements");
    let watch = Watch::start();
    transaction.commit().unwrap();
    watch.print("committed them");
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("the file has {} MB", bytes / 1_000_000);
    let watch = Watch::start();
    let snapshot = store.snapshot(&act).unwrap();
    let read = snapshot.statements(&StatementQuery { property: Some("imo"), ..Default::default() }).unwrap();
    watch.print(&format!("read {} of them by property", read.len()));
    let watch = Watch::start();
    let (mut after, mut count) = (None, 0);
    loop {
        let page = snapshot.statements(&StatementQuery { after, limit: 10_000, ..Default::default() }).unwrap();
        let Some(last) = page.last() else { break };
        (after, count) = (Some(last.id), count + page.len());
    }
    watch.print(&format!("read {count} of them by pages"));
    drop(snapshot);
    let watch = Watch::start();
    let mut transaction = store.begin(&act).unwrap();
    assert_eq!(transaction.erase_statements_of_import(1).unwrap(), STATEMENTS as usize);
    transaction.commit().unwrap();
    watch.print("erased them");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory is not known here"));
}

//! A writing process is killed again and again, and the server crashes: the database holds the state before or after each
//! transaction, never one in between.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says so when it is skipped")]

mod house;
mod server;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use house::{entry, label, statement};
use oikos_registry::contract::act;
use oikos_registry::{StatementQuery, Store, Transaction};
use oikos_registry_postgres::PostgresStore;
use postgres::{Client, NoTls};

const ADDRESS: &str = "OIKOS_TEST_KILL_ADDRESS";
const KILLS: usize = 14;
const STATEMENTS: u32 = 200;

/// One import: its number, its statements, the erasure of the import before, and a journal entry.
fn import(transaction: &mut dyn Transaction, report: &dyn Fn(&str)) {
    let label = label(transaction);
    let number = transaction.reserve_import_number().unwrap();
    report("began");
    let statements: Vec<_> =
        (0..STATEMENTS).map(|position| statement(number, position, "imo", &position.to_string(), label)).collect();
    transaction.put_statements(&statements).unwrap();
    transaction.erase_statements_of_import(number - 1).unwrap();
    report("wrote");
    transaction.append_journal(&entry(&number.to_string())).unwrap();
}

/// The process that is killed. Without an address it is not that process, and has nothing to do.
#[test]
fn the_process_that_is_killed() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let store = PostgresStore::connect(&address, None).unwrap();
    let report = |what: &str| {
        let mut output = std::io::stdout().lock();
        writeln!(output, "{what}").unwrap();
        output.flush().unwrap();
    };
    loop {
        let mut transaction = store.begin(&act()).unwrap();
        import(&mut *transaction, &report);
        transaction.commit().unwrap();
        report("committed");
    }
}

/// Starts the writing process and kills it after so many of its reports, or crashes the server under it. Returns how many commits
/// it reported.
fn kill_after(reports: usize, server: &server::Server, address: &str, crashes: bool) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["the_process_that_is_killed", "--exact", "--nocapture"])
        .env(ADDRESS, address)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let is_report = |line: &String| ["began", "wrote", "committed"].contains(&line.as_str());
    let seen: Vec<String> = lines.by_ref().filter(is_report).take(reports).collect();
    if crashes {
        server.crash_and_start();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen.len(), reports, "the writing process ended by itself");
    let rest: Vec<String> = lines.filter(is_report).collect();
    i64::try_from(seen.iter().chain(&rest).filter(|line| *line == "committed").count()).unwrap()
}

#[test]
fn killing_leaves_the_old_or_the_new_state() {
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    let mut before = 0;
    for round in 0..KILLS {
        let reported = kill_after(1 + round % 7, server, &address, round % 4 == 3);
        let store = PostgresStore::connect(&address, None).unwrap();
        // The turn of a killed writer is free as soon as the server sees its connection end; what it had written is gone then.
        drop(store.begin(&act()).unwrap());
        let snapshot = store.snapshot(&act()).unwrap();
        let imports = snapshot.journal_length().unwrap();
        // A commit that was reported is there; one more may have landed without being reported.
        assert!((before + reported..=before + reported + 1).contains(&imports), "{before} + {reported}, then {imports}");
        let statements = snapshot.statements(&StatementQuery::default()).unwrap();
        assert_eq!(statements.len(), if imports == 0 { 0 } else { STATEMENTS as usize });
        assert!(statements.iter().all(|statement| {
            let record = statement.content.record.as_ref().unwrap();
            i64::from(record.import_number()) == imports
        }));
        let mut client = Client::connect(&address, NoTls).unwrap();
        let index: i64 = client.query_one("SELECT COUNT(*) FROM statement_selector", &[]).unwrap().get(0);
        assert_eq!(index as usize, statements.len(), "the identifier index has one row for each statement");
        before = imports;
    }
    assert!(before > 0, "nothing was ever committed");
}

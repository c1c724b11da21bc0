use serde_json::{Value, json};

use super::*;
use crate::testing::{FakeEngine, desk};

fn new_engine(tables: &[LoadedTable]) -> Result<Box<dyn Engine>, String> {
    let mut engine = FakeEngine::new(2);
    for table in tables {
        let rows = arrow::compute::concat_batches(&table.definition.schema(), &table.rows).map_err(|error| error.to_string())?;
        engine.tables.insert(table.definition.name.to_owned(), rows);
    }
    Ok(Box::new(engine))
}

fn walk_toy(folder: &Path, update: bool) -> Result<CorpusReport, String> {
    walk(&desk(), folder, &mut new_engine, update).map_err(|error| error.to_string())
}

fn ping(hour: u8, inside: bool) -> Value {
    json!({"ship": "a", "at": format!("2026-01-01T{hour:02}:00:00Z"), "inside": inside})
}

/// A corpus with one case of each kind, in a folder of its own.
fn corpus() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("corpus/stays");
    std::fs::create_dir_all(&cases).unwrap();
    let span = json!({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"});
    let write = |name: &str, case: Value| std::fs::write(cases.join(name), case.to_string()).unwrap();
    write("positive.in.json", json!({"about": "A stay.", "span": span, "tables": {"pings": [ping(10, true), ping(13, true)]}}));
    write("negative-short.in.json", json!({"span": span, "tables": {"pings": [ping(10, true), ping(11, true)]}}));
    write("empty.in.json", json!({"span": span}));
    let files = json!([{"reader": "pings", "path": "dirt.pings"}, {"reader": "pings", "text": "a,12,yes\na,noon,yes\n"}]);
    write("malformed.in.json", json!({"span": span, "files": files}));
    std::fs::write(cases.join("dirt.pings"), "a,10,yes\nwhat is this\n").unwrap();
    folder
}

fn case(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join("corpus/stays").join(name)
}

#[test]
fn a_corpus_is_written_then_holds() {
    let folder = corpus();
    let missing = walk_toy(folder.path(), false).unwrap_err();
    assert!(missing.contains("positive.out.json") && missing.contains("OIKOS_UPDATE_CORPUS=1 writes"), "{missing}");
    let report = CorpusReport { detectors: 1, cases: 4 };
    assert_eq!(walk_toy(folder.path(), true).unwrap(), report);
    assert_eq!(walk_toy(folder.path(), false).unwrap(), report);

    let read = |name| serde_json::from_str::<Value>(&std::fs::read_to_string(case(&folder, name)).unwrap()).unwrap();
    let positive = read("positive.out.json");
    assert_eq!(positive["findings"][0]["title"], "a stayed for 3 h from 2026-01-01T10:00:00Z");
    assert_eq!(positive["findings"][0]["score_bits"], -2.25);
    assert_eq!(positive["findings"][0]["selectors"], json!(["mmsi:a"]));
    assert_eq!(positive["findings"][0]["evidence"], json!(["pings 1:1", "pings 1:2"]));
    assert_eq!(positive["findings"][0]["facts"][0], json!({"name": "hours", "number": 3.0, "unit": "h"}));
    let malformed = read("malformed.out.json");
    assert_eq!(malformed["findings"][0]["evidence"], json!(["pings 2:1", "pings 3:1"]), "the good rows land");
    let rejects = &malformed["rejects"];
    assert_eq!((&rejects[0]["in"], &rejects[0]["position"]), (&json!("dirt.pings"), &json!(2)));
    assert_eq!((&rejects[1]["in"], &rejects[1]["field"]), (&json!("pings"), &json!("hour")));
}

#[test]
fn a_change_is_named_with_its_place() {
    let folder = corpus();
    walk_toy(folder.path(), true).unwrap();
    let path = case(&folder, "positive.out.json");
    let text = std::fs::read_to_string(&path).unwrap().replace("\"bits\": 1.5", "\"bits\": 1.25");
    std::fs::write(&path, text).unwrap();
    let problem = walk_toy(folder.path(), false).unwrap_err();
    assert!(problem.contains("positive.in.json: /findings/0/reasons/0/bits: expected 1.25, not 1.5"), "{problem}");
}

#[test]
fn what_is_missing_or_too_much_is_said() {
    let folder = corpus();
    walk_toy(folder.path(), true).unwrap();
    std::fs::remove_file(case(&folder, "empty.in.json")).unwrap();
    std::fs::create_dir(folder.path().join("corpus/strays")).unwrap();
    let problem = walk_toy(folder.path(), false).unwrap_err();
    assert!(problem.contains("there is no empty case; write empty.in.json"), "{problem}");
    assert!(problem.contains("empty.out.json: there is no .in.json beside it"), "{problem}");
    assert!(problem.contains("strays: there is no detector of this name"), "{problem}");
}

#[test]
fn a_case_is_of_the_kind_its_name_says() {
    for (from, to, expected) in [
        ("positive.in.json", "negative-not.in.json", "a negative case must give no finding, but gives 1"),
        ("negative-short.in.json", "positive-not.in.json", "a positive case must give a finding"),
        ("positive.in.json", "empty-not.in.json", "an empty case must have no rows and no findings; it has 2 and 1"),
        ("empty.in.json", "negative-not.in.json", "a negative case must have rows"),
        ("positive.in.json", "malformed-not.in.json", "must have something that is refused"),
        ("positive.in.json", "other.in.json", "the name must begin with"),
    ] {
        let folder = corpus();
        std::fs::copy(case(&folder, from), case(&folder, to)).unwrap();
        let problem = walk_toy(folder.path(), true).unwrap_err();
        assert!(problem.contains(to) && problem.contains(expected), "{problem}");
    }
}

#[test]
fn a_case_that_is_not_in_order_is_refused() {
    let span = json!({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"});
    for (bad, expected) in [
        (json!({}), "missing field `span`"),
        (json!({"span": span, "tabels": {}}), "unknown field `tabels`"),
        (json!({"span": span, "tables": {"pongs": []}}), "\"pongs\" is not among the head's tables"),
        (json!({"span": span, "parameters": {"stay": 1}}), "has no parameter \"stay\""),
        (json!({"span": span, "files": [{"reader": "pongs", "text": ""}]}), "has no reader \"pongs\""),
        (json!({"span": span, "files": [{"reader": "pings"}]}), "give either path or text"),
        (json!({"span": span, "files": [{"reader": "pings", "path": "../x"}]}), "is not below the case's folder"),
        (json!({"span": {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}), "must end after it begins"),
    ] {
        let folder = corpus();
        std::fs::write(case(&folder, "empty.in.json"), bad.to_string()).unwrap();
        let problem = walk_toy(folder.path(), true).unwrap_err();
        assert!(problem.contains("empty.in.json") && problem.contains(expected), "{problem}");
    }
}

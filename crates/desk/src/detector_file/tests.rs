use super::*;
use crate::testing::{STAYS, desk, stays};

/// The problem with the toy file after replacing one text by another.
fn problem(from: &str, to: &str) -> String {
    assert!(STAYS.contains(from), "{from:?} is not in the toy file");
    let parsed = Detector::parse("stays.md", &STAYS.replacen(from, to, 1));
    parsed.and_then(|detector| detector.check(&desk())).unwrap_err().to_string()
}

/// The line on which a text stands in the toy file.
fn line(of: &str) -> usize {
    STAYS.lines().position(|line| line.contains(of)).unwrap() + 1
}

#[test]
fn a_file_is_a_head_a_manual_and_steps() {
    let detector = stays();
    detector.check(&desk()).unwrap();
    assert_eq!((detector.desk(), detector.name()), ("toy", "stays"));
    assert_eq!(detector.title, "Ships that stay");
    assert!(detector.manual.starts_with("# Ships that *stay*"));
    assert_eq!(detector.steps.len(), 2);
    let query = "select * from pings where at >= $read_from and at < $span_to".to_owned();
    assert_eq!(detector.steps[0], Step { name: "positions".into(), kind: StepKind::Sql { query } });
    let inputs = vec!["positions".to_owned()];
    let order_by = vec!["at".to_owned(), "record_id".to_owned()];
    let kind = StepKind::Monitor { kernel: "toy_stays".into(), inputs, order_by };
    assert_eq!(detector.steps[1], Step { name: "found".into(), kind });
}

#[test]
fn line_ends_do_not_count() {
    let windows = Detector::parse("stays.md", &STAYS.replace('\n', "\r\n")).unwrap();
    assert_eq!(windows.text_hash, stays().text_hash);
    let other = Detector::parse("stays.md", &STAYS.replace("a toy", "a toy!")).unwrap();
    assert_ne!(other.text_hash, stays().text_hash);
}

#[test]
fn errors_name_file_line_and_field() {
    let message = problem("finds:", "find:");
    assert!(message.starts_with(&format!("stays.md:{}: head: ", line("finds:"))), "{message}");
    assert!(message.contains("unknown field `find`"), "{message}");
    let message = problem("stay_hours:\n", "stay:\n");
    let at = line("unit: h");
    assert_eq!(message, format!("stays.md:{at}: parameters.stay.unit: the unit is \"h\", so the name must end in `_hours`"));
    let message = problem("default: 2", "default: 200");
    let at = line("default: 2");
    assert!(message.starts_with(&format!("stays.md:{at}: parameters.stay_hours.default: 200 is out of its range")), "{message}");
    let message = problem("run: toy_stays", "runs: toy_stays");
    assert!(message.starts_with(&format!("stays.md:{}: step found: ", line("run: toy_stays"))), "{message}");
    let message = problem("run: toy_stays", "run: toy_stay");
    let at = line("```monitor");
    assert_eq!(message, format!("stays.md:{at}: step found: run: the desk has no kernel \"toy_stay\"; it has toy_stays"));
}

#[test]
fn what_does_not_hold_is_refused_with_what_would() {
    for (from, to, expected) in [
        ("---\nid", "id", "must begin with front matter"),
        ("\n---\n#", "\n#", "must begin with front matter"),
        ("why: Staying is how one prepares to act.", "why: ' '", "why: must say something"),
        ("legal_basis: Dir. 2002/59/EC Art. 16\n", "", "missing field `legal_basis`"),
        ("tables: [pings]", "tables: []", "tables: needs at least one entry"),
        ("tables: [pings]", "tables: [pongs, pings]", "no table \"pongs\"; it has pings"),
        ("id: toy.stays", "id: sea.stays", "must begin with the desk's name, \"toy\", and a dot"),
        ("id: toy.stays", "id: toys.stays", "must begin with the desk's name"),
        ("id: toy.stays", "id: Toy stays", "detector id"),
        ("lookback_hours: 6", "lookback_hours: -1", "lookback_hours: -1 is not between 0 and"),
        ("lookback_hours: 6", "lookback_hours: .nan", "lookback_hours: NaN is not between"),
        ("stay_hours:\n", "read_from:\n", "the span's own"),
        ("default: 2", "default: two", "a bound is a finite number, and only numbers have bounds"),
        ("key: [ship, first_at]", "key: []", "finding.key: needs at least one column"),
        ("{ship} stayed", "{ship stayed", "do not pair up"),
        ("prior_bits: -3", "prior_bits: .inf", "prior_bits: must be a finite number"),
        ("- name: short", "- name: long", "the name \"long\" stands twice"),
        ("- name: since", "- name: hours", "the name \"hours\" stands twice"),
        ("    - table: pings", "    - table: pongs", "\"pongs\" is not among the head's tables"),
        ("# Ships that *stay*", "Ships that stay", "needs a heading"),
        ("```sql positions", "```sql", "a step is written ```sql <name>"),
        ("```sql positions", "```sql position list", "a step is written ```sql <name>"),
        ("```sql positions", "```sql Positions", "must be up to 63 of a-z"),
        ("```sql positions", "```sql found", "two steps have this name"),
        ("```sql positions", "```sql pings", "a table has this name"),
        ("```sql positions", "```text positions", "\"positions\" is no earlier step"),
        ("inputs: [positions]", "inputs: [positions, pings]", "a monitor has exactly one, not 2"),
        ("inputs: [positions]", "inputs: [pings]", "\"pings\" is no earlier step"),
        ("inputs: [positions]", "inputs: [positions]\npartition_by: [ship]", "has no partition"),
        ("order_by: [at, record_id]", "order_by: []", "needs the column of time"),
        ("at >= $read_from and", "", "keeps to the span"),
        ("at >= $read_from and", "at >= $read_form and", "`$read_form` is no parameter"),
    ] {
        let message = problem(from, to);
        assert!(message.contains(expected), "{from:?} → {to:?} gives {message:?}, expected {expected:?}");
    }
}

#[test]
fn kernels_read_what_is_there_before_them() {
    let kernel = STAYS.replace("```monitor found", "```kernel found");
    let check = |text: &str| Detector::parse("stays.md", text).and_then(|detector| detector.check(&desk()));
    check(&kernel).unwrap();
    check(&kernel.replace("inputs: [positions]", "inputs: [pings]")).unwrap();
    for (inputs, expected) in [
        ("[found]", "\"found\" is neither a table of the head nor an earlier step"),
        ("[later]", "\"later\" is neither"),
        ("[pings, positions]", "takes 1, not 2"),
        ("[]", "a kernel needs at least one"),
    ] {
        let message = check(&kernel.replace("inputs: [positions]", &format!("inputs: {inputs}"))).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    let partitioned = kernel.replace("order_by: [at, record_id]", "partition_by: [ship]");
    assert!(check(&partitioned).unwrap_err().to_string().contains("a partition needs an order"));
}

#[test]
fn hostile_files_are_refused_without_harm() {
    let huge = "x".repeat(Detector::LARGEST_FILE_BYTES + 1);
    assert!(Detector::parse("huge.md", &huge).unwrap_err().to_string().contains("bytes"));
    let message = |yaml: &str| Detector::parse("deep.md", &format!("---\n{yaml}\n---\n# x\n")).unwrap_err().to_string();
    assert_eq!(message(&format!("id: {}", "[".repeat(3_000))), "deep.md:2: head: more than 32 brackets are open at once");
    assert_eq!(message(&"[\n".repeat(50_000)), "deep.md:34: head: more than 32 brackets are open at once");
    assert_eq!(message(&"- ".repeat(50_000)), "deep.md:2: head: the line has more than 4000 bytes");
    assert!(message(&"- ".repeat(1_900)).contains("head: "));
    assert!(message(&"? ".repeat(1_900)).contains("head: "));
    let step = STAYS.replace("inputs: [positions]", &format!("inputs: {}", "[".repeat(3_000)));
    let problem = Detector::parse("step.md", &step).unwrap_err().problem;
    assert_eq!(problem, "more than 32 brackets are open at once");
    let quotes = format!("---\n{}\n---\n{}", "a: b", "> ".repeat(50_000));
    assert!(Detector::parse("quotes.md", &quotes).is_err());
    for text in ["", "---", "---\n---\n", "---\n\n---\n", "\u{feff}---\n"] {
        assert!(Detector::parse("x.md", text).is_err(), "{text:?}");
    }
}

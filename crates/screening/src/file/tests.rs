use std::io::{BufReader, Cursor};
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringArray};
use oikos_matching::{EntityKind, Index, ScreenSettings};
use oikos_model::{
    Assessment, ContentHash, DatasetId, EntityId, Evaluation, LabelId, NodeId, PersonCategory, Statement, StatementDraft,
    Timestamp,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

use super::*;
use crate::hits::{CsvHits, JsonHits, ParquetHits};
use crate::subjects::{ColumnChoice, CsvSubjects, JsonSubjects, ParquetSubjects};
use crate::{ListLabel, ListLabels, NamesSettings};

fn at() -> Timestamp {
    Timestamp::from_second(1_780_000_000).unwrap()
}

fn said(entity: &str, kind: &str, property: &str, value: &str) -> Statement {
    let content = StatementDraft {
        entity: EntityId::new(entity).unwrap(),
        kind: kind.into(),
        property: property.into(),
        value: value.into(),
        valid_from: None,
        valid_to: None,
        stated_at: None,
        record: None,
        person_category: PersonCategory::Other,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    };
    let label = LabelId(ContentHash::of_bytes(b"label"));
    let (node, dataset) = (NodeId::new("fi.customs").unwrap(), DatasetId::new("entities.ofac-sdn").unwrap());
    Statement::record(content, node, dataset, label, at())
}

fn list() -> (Screener, Names) {
    let label = ListLabel {
        dataset: "entities.ofac-sdn".into(),
        source_list: String::new(),
        list: "OFAC SDN".into(),
        publisher: "OFAC".into(),
        legal_force: "not-eu-law".into(),
        legal_basis: "31 CFR chapter V".into(),
        note: String::new(),
    };
    let mut names = Names::new(ListLabels::new([label]), NamesSettings::default()).unwrap();
    let statements = [
        said("ofac-1", "person", "name", "EXAMPLOV, Pavel"),
        said("ofac-1", "person", "weak_alias", "=Pasha"),
        said("ofac-1/listing", "listing", "party", "ofac-1"),
        said("ofac-1/listing", "listing", "programme", "XYZ"),
        said("ofac-2", "organisation", "name", "Tarn Works Limited"),
        said("ofac-3", "vessel", "name", "Grey Petrel"),
        said("ofac-3", "vessel", "imo", "9074729"),
    ];
    names.take(&statements, at());
    let screener = Screener::new(Index::build(names.entities()).unwrap(), ScreenSettings::default());
    (screener, names)
}

const FILE: &str = "id,who,what,born,imo\n\
    a,Pavel Examplov,person,1961-01-01,\n\
    b,Somebody Else,person,,\n\
    c,,person,,\n\
    d,Tarn Works Ltd,organisation,,\n\
    e,Grey Petrl,vessel,,9074729\n\
    f,Pavel Examplov,person,soon,\n\
    g,Examplov Pavel,person,,\n";

fn choice() -> ColumnChoice {
    ColumnChoice {
        id: Some("id".into()),
        kind: Some("what".into()),
        birth_date: Some("born".into()),
        identifiers: [("imo".to_owned(), "imo".to_owned())].into(),
        ..ColumnChoice::name("who", EntityKind::Person)
    }
}

fn csv(text: &str) -> CsvSubjects<BufReader<&[u8]>> {
    CsvSubjects::new(BufReader::new(text.as_bytes()), b',', choice()).unwrap()
}

/// What a screening gave: the summary, the output, the problems.
type Given = (FileSummary, Vec<u8>, Vec<RowProblem>);

fn screen(subjects: &mut dyn Subjects, settings: FileSettings, before: Vec<u8>, stop_after: u64) -> Given {
    let (screener, names) = list();
    let (mut output, mut problems) = (before, Vec::new());
    let bytes_before = output.len() as u64;
    let writer = Box::new(JsonHits::new(&mut output, bytes_before));
    let summary =
        screen_file(&screener, &names, subjects, writer, settings, &mut |wrong| problems.push(wrong), &mut |progress| {
            if progress.next_row >= stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    (summary.unwrap(), output, problems)
}

fn rows(output: &[u8]) -> Vec<HitRow> {
    output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn a_file_is_screened_and_each_hit_is_explained() {
    let (summary, output, problems) = screen(&mut csv(FILE), FileSettings::default(), Vec::new(), u64::MAX);
    let rows = rows(&output);
    let found: Vec<(u64, &str, &str)> = rows.iter().map(|row| (row.row, row.subject.as_str(), row.entity.as_str())).collect();
    assert_eq!(found, [(0, "a", "ofac-1"), (3, "d", "ofac-2"), (4, "e", "ofac-3"), (6, "g", "ofac-1")]);
    assert!(rows.iter().all(|row| row.legal_force == "not-eu-law" && row.lists == "OFAC SDN"));
    assert_eq!((rows[0].programmes.as_str(), rows[0].alias_strength.as_str()), ("XYZ", "name"));
    for row in &rows {
        let sum: f64 = row.reasons.split("; ").map(|reason| reason.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum();
        assert!((sum - row.bits).abs() < 0.02, "{row:?}");
    }
    let wrong: Vec<(u64, &str)> = problems.iter().map(|problem| (problem.row, problem.column.as_str())).collect();
    assert_eq!(wrong, [(2, "who"), (5, "born")]);
    assert!(summary.is_finished);
    assert_eq!(
        (summary.progress.next_row, summary.progress.hits, summary.progress.problems, summary.rows_with_hits),
        (7, 4, 2, 4)
    );
}

/// Stopped after any row and gone on from there, a screening gives what one in one go gives.
#[test]
fn a_screening_goes_on_where_it_stopped() {
    let (_, whole, _) = screen(&mut csv(FILE), FileSettings::default(), Vec::new(), u64::MAX);
    for stop_after in 1..7 {
        let settings = FileSettings { batch_rows: 1, ..FileSettings::default() };
        let (first, output, _) = screen(&mut csv(FILE), settings, Vec::new(), stop_after);
        assert!(!first.is_finished);
        // What a run that was killed wrote beyond its last checkpoint is cut off.
        let mut output = output;
        output.truncate(usize::try_from(first.progress.output_bytes.unwrap()).unwrap());
        let settings = FileSettings { from_row: first.progress.next_row, ..settings };
        let (second, output, _) = screen(&mut csv(FILE), settings, output, u64::MAX);
        assert!(second.is_finished);
        assert_eq!(rows(&output), rows(&whole), "stopped after {stop_after}");
    }
}

#[test]
fn the_budget_ranks_and_cuts_nothing() {
    let settings = FileSettings { alert_budget: 2, ..FileSettings::default() };
    let (summary, output, _) = screen(&mut csv(FILE), settings, Vec::new(), u64::MAX);
    let rows = rows(&output);
    assert_eq!(rows.len(), 4);
    let least = f64::from(summary.budget_bits.unwrap());
    assert!(rows.iter().filter(|row| row.bits >= least).count() >= 2);
    assert!(rows.iter().filter(|row| row.bits > least).count() <= 2);
    let (summary, _, _) = screen(&mut csv(FILE), FileSettings::default(), Vec::new(), u64::MAX);
    assert_eq!(summary.budget_bits, None);
}

/// The bytes as a file: what Parquet is read from.
fn file(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    file
}

fn parquet_file() -> std::fs::File {
    let lines: Vec<Vec<&str>> = FILE.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let column = |place: usize| {
        Arc::new(StringArray::from_iter(lines.iter().map(|line| Some(line[place]).filter(|text| !text.is_empty()))))
    };
    let imo = Arc::new(Int64Array::from_iter(lines.iter().map(|line| line[4].parse::<i64>().ok())));
    let batch = RecordBatch::try_from_iter([
        ("id", column(0) as arrow::array::ArrayRef),
        ("who", column(1)),
        ("what", column(2)),
        ("born", column(3)),
        ("imo", imo),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file(&bytes)
}

#[test]
fn three_forms_of_a_file_give_the_same() {
    let (summary, from_csv, _) = screen(&mut csv(FILE), FileSettings::default(), Vec::new(), u64::MAX);
    let json: String = FILE
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            format!("{}\n", serde_json::json!({"id": fields[0], "who": [fields[1]], "what": fields[2], "born": fields[3], "imo": fields[4].parse::<i64>().ok()}))
        })
        .collect();
    let mut subjects = JsonSubjects::new(BufReader::new(json.as_bytes()), choice()).unwrap();
    let (of_json, from_json, problems) = screen(&mut subjects, FileSettings::default(), Vec::new(), u64::MAX);
    assert_eq!((rows(&from_json), problems.len()), (rows(&from_csv), 2));
    let mut subjects = ParquetSubjects::new(parquet_file(), choice()).unwrap();
    let (of_parquet, from_parquet, _) = screen(&mut subjects, FileSettings::default(), Vec::new(), u64::MAX);
    assert_eq!(rows(&from_parquet), rows(&from_csv));
    assert_eq!((&of_json.progress, &of_parquet.progress), (&summary.progress, &summary.progress));
}

#[test]
fn every_form_can_be_gone_into_at_any_row() {
    for from_row in 0..9 {
        let settings = FileSettings { from_row, batch_rows: 2, ..FileSettings::default() };
        let (_, from_csv, _) = screen(&mut csv(FILE), settings, Vec::new(), u64::MAX);
        let mut subjects = ParquetSubjects::new(parquet_file(), choice()).unwrap();
        let (_, from_parquet, _) = screen(&mut subjects, settings, Vec::new(), u64::MAX);
        assert_eq!(rows(&from_csv), rows(&from_parquet), "{from_row}");
        assert!(rows(&from_csv).iter().all(|row| row.row >= from_row));
    }
}

#[test]
fn three_forms_of_hits_say_the_same() {
    let (_, json, _) = screen(&mut csv(FILE), FileSettings::default(), Vec::new(), u64::MAX);
    let hits = rows(&json);
    let mut bytes = Vec::new();
    let mut writer = Box::new(CsvHits::new(&mut bytes, 0).unwrap());
    writer.write(&hits).unwrap();
    writer.finish().unwrap();
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    assert_eq!(reader.deserialize::<HitRow>().map(Result::unwrap).collect::<Vec<_>>(), hits);
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = Box::new(ParquetHits::new(&mut bytes).unwrap());
    writer.write(&hits).unwrap();
    writer.finish().unwrap();
    let batches: Vec<RecordBatch> = ParquetRecordBatchReaderBuilder::try_new(file(&bytes.into_inner()))
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    use arrow::array::AsArray;
    let aliases: Vec<&str> =
        batches.iter().flat_map(|batch| batch.column_by_name("alias").unwrap().as_string::<i32>()).flatten().collect();
    assert_eq!(aliases, hits.iter().map(|hit| hit.alias.as_str()).collect::<Vec<_>>());
}

/// A listed name that a spreadsheet would take for a formula is written as text.
#[test]
fn names_are_no_formulas() {
    let (_, json, _) = screen(&mut csv("who,id,what,born,imo\nPasha,x,,,\n"), FileSettings::default(), Vec::new(), u64::MAX);
    let hits = rows(&json);
    assert_eq!((hits[0].alias.as_str(), hits[0].alias_strength.as_str()), ("=Pasha", "weak"));
    let mut bytes = Vec::new();
    let mut writer = Box::new(CsvHits::new(&mut bytes, 0).unwrap());
    writer.write(&hits).unwrap();
    writer.finish().unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains(",'=Pasha,"));
}

#[test]
fn a_wrong_column_and_an_endless_row_are_errors() {
    let missing = CsvSubjects::new(BufReader::new(&b"a,b\n1,2\n"[..]), b',', choice()).err().unwrap().to_string();
    assert_eq!(missing, "there is no column \"who\"; the file has: a, b");
    assert!(ParquetSubjects::new(parquet_file(), ColumnChoice::name("nobody", EntityKind::Person)).is_err());
    let endless = format!("{}\"{}", FILE, "a".repeat(4 << 20));
    let mut subjects = csv(&endless);
    let error = loop {
        match subjects.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the row has no end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, SubjectsError::TooLong { row: 7 }), "{error}");
    let line = format!("{{\"who\":\"{}", "a".repeat(4 << 20));
    let mut subjects = JsonSubjects::new(BufReader::new(line.as_bytes()), choice()).unwrap();
    assert!(matches!(subjects.next(), Err(SubjectsError::TooLong { row: 0 })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the bytes, nothing panics, and every row is either screened or told.
    #[test]
    fn any_file(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let all = [b"id,who,what,born,imo\n".to_vec(), bytes.clone()].concat();
        let mut readers: Vec<Box<dyn Subjects>> = vec![
            Box::new(CsvSubjects::new(BufReader::new(&all[..]), b',', choice()).unwrap()),
            Box::new(JsonSubjects::new(BufReader::new(&bytes[..]), choice()).unwrap()),
        ];
        if let Ok(parquet) = ParquetSubjects::new(file(&bytes), choice()) {
            readers.push(Box::new(parquet));
        }
        for mut reader in readers {
            let mut row = 0;
            while let Ok(Some(subject)) = reader.next() {
                match subject {
                    Ok(subject) => prop_assert_eq!(subject.row, row),
                    Err(wrong) => prop_assert_eq!(wrong.row, row),
                }
                row += 1;
            }
        }
    }

    #[test]
    fn bits_keep_their_order(a in any::<f32>(), b in any::<f32>()) {
        prop_assert_eq!(unordered(ordered(a)).to_bits(), a.to_bits());
        if a < b {
            prop_assert!(ordered(a) < ordered(b));
        }
    }
}

//! Readers on good, bad and arbitrary bytes, and on the shared tables.

use std::io::BufReader;

use oikos_desk::collected::CollectedSink;
use oikos_desk::{ReadError, ReadSummary, Reader, Source};
use proptest::prelude::*;

use super::*;
use crate::INFRASTRUCTURE;
use crate::diim::{InoperabilityModel, InputOutputTable, Matrix, Mode};

fn read_as(reader: &dyn Reader, file_name: &str, bytes: &[u8]) -> (CollectedSink, Result<ReadSummary, ReadError>) {
    let source = Source { file_name: file_name.into(), import_number: 7, imported_at: "2026-03-01T12:00:00Z".parse().unwrap() };
    let mut sink = CollectedSink::default();
    let summary = reader.read(&source, &mut BufReader::with_capacity(61, bytes), &mut sink);
    for (table, batch) in &sink.batches {
        assert_eq!(batch.schema(), INFRASTRUCTURE.table(table).unwrap().schema());
    }
    (sink, summary)
}

fn read(reader: &dyn Reader, text: &str) -> (CollectedSink, Result<ReadSummary, ReadError>) {
    read_as(reader, "folder/test.csv", text.as_bytes())
}

const ASSETS: &str = "asset,name,sector,sector_share,country,cluster,latitude,longitude,operator_name,operator_lei,is_critical_entity,is_nis2_entity
SABLE-2,Sable 2,telecom,0.2,FI,GULF,59.7,24.0,Sable Oy,506700GE1G29325QX363,yes,no
HUB-1,,energy,,EE,GULF,,,,,,
";
const DEPENDENCIES: &str = "dependent,supplier,kind,strength,buffer_hours\nHUB-1,SABLE-2,cyber,0.9,4\n";

#[test]
fn csv_and_json_carry_the_same_graph() {
    let (assets, summary) = read(&AssetsCsv, ASSETS);
    assert_eq!((summary.unwrap().rows, assets.rejects.len()), (2, 0));
    let (dependencies, _) = read(&DependenciesCsv, DEPENDENCIES);
    let json = r#"{"assets": [
        {"asset": "SABLE-2", "name": "Sable 2", "sector": "telecom", "sector_share": 0.2, "country": "FI", "cluster": "GULF", "latitude": 59.7, "longitude": 24.0,
         "operator_name": "Sable Oy", "operator_lei": "506700GE1G29325QX363", "is_critical_entity": true, "is_nis2_entity": false},
        {"asset": "HUB-1", "sector": "energy", "country": "EE", "cluster": "GULF"}],
      "dependencies": [{"dependent": "HUB-1", "supplier": "SABLE-2", "kind": "cyber", "strength": 0.9, "buffer_hours": 4}]}"#;
    let (graph, summary) = read(&DependencyGraphJson, json);
    assert_eq!(summary.unwrap().rows, 3);
    let without_id = |sink: &CollectedSink, table| {
        let mut rows = sink.rows(table);
        rows.iter_mut().for_each(|row| drop(row.remove("record_id")));
        rows
    };
    assert_eq!(without_id(&graph, "infrastructure_assets"), without_id(&assets, "infrastructure_assets"));
    assert_eq!(without_id(&graph, "infrastructure_dependencies"), without_id(&dependencies, "infrastructure_dependencies"));
    let asset = &assets.rows("infrastructure_assets")[0];
    assert_eq!(
        (asset["asset"].as_str(), asset["cluster"].as_str(), asset["is_nis2_entity"].as_bool()),
        (Some("SABLE-2"), Some("GULF"), Some(false))
    );
    assert!(assets.said().contains(&("asset-SABLE-2", "asset", "code", "SABLE-2")));
    assert!(assets.said().iter().all(|(_, kind, ..)| *kind == "asset"), "an operator may be a person: no statement names one");
    assert!(AssetsCsv.recognises(ASSETS.as_bytes()) && !DependenciesCsv.recognises(ASSETS.as_bytes()));
    assert!(DependenciesCsv.recognises(DEPENDENCIES.as_bytes()) && DependencyGraphJson.recognises(json.as_bytes()));
}

#[test]
fn bad_rows_of_a_graph_name_their_field() {
    let fields = |sink: &CollectedSink| sink.rejects.iter().map(|reject| reject.field.clone()).collect::<Vec<_>>();
    let (sink, _) = read(
        &DependenciesCsv,
        "dependent,supplier,kind,strength\nA,A,cyber,1\nA,B,magic,1\nA,B,cyber,1.1\nA,,cyber,1\nA,B,cyber,\nA,B,cyber,1\n",
    );
    let expected = ["supplier", "kind", "strength", "supplier", "strength"].map(|field| Some(field.to_owned()));
    assert_eq!(fields(&sink), expected);
    assert_eq!(sink.rows("infrastructure_dependencies").len(), 1);
    let (sink, _) =
        read(&AssetsCsv, "asset,cluster,country,latitude,operator_lei\n,C,,,\nA,C,Finland,,\nA,C,,95,\nA,C,,10,\nA,C,,,X\n");
    assert_eq!(fields(&sink), ["asset", "country", "latitude", "longitude", "operator_lei"].map(|field| Some(field.to_owned())));
}

#[test]
fn incidents_land_with_their_times() {
    let csv = "asset,began_at,kind,impact,reported_at\nSABLE-2,2026-03-11T02:15:00Z,cable-fault,1,2026-03-11T03:00:00+02:00\n\
               SABLE-2,2026-03-11T02:15:00Z,cable-fault,1,2026-03-11T03:00:00Z\nSABLE-2,2026-03-11T02:15:00Z,cable-fault,2,2026-03-11T03:00:00Z\n";
    let (sink, _) = read(&IncidentsCsv, csv);
    let rejected: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
    assert_eq!(rejected, [(2, Some("reported_at")), (4, Some("impact"))], "03:00 at +02:00 is before it began");
    let row = &sink.rows("infrastructure_incidents")[0];
    assert_eq!(row["incident"], "SABLE-2 2026-03-11T02:15:00Z");
    let json = r#"{"incidents": [{"incident": "I-1", "asset": "SABLE-2", "began_at": "2026-03-11T02:15:00Z", "kind": "cable-fault", "impact": 1,
        "reported_at": "2026-03-11T03:00:00Z", "latitude": 59.7, "longitude": 24.0}]}"#;
    let (sink, _) = read(&IncidentsJson, json);
    assert_eq!((sink.rejects.len(), sink.rows("infrastructure_incidents")[0]["incident"].as_str()), (0, Some("I-1")));
    assert!(IncidentsCsv.recognises(csv.as_bytes()) && IncidentsJson.recognises(json.as_bytes()));
}

/// The matrix or table that landed.
fn matrix(sink: &CollectedSink, role: &str) -> (Vec<String>, Matrix) {
    let rows = sink.rows("input_output_cells");
    let text = |row: &serde_json::Map<String, serde_json::Value>, name: &str| {
        row.get(name).and_then(|v| v.as_str()).unwrap_or("").to_owned()
    };
    let of_role: Vec<_> = rows.iter().filter(|row| row["role"] == role).collect();
    let mut sectors: Vec<String> = Vec::new();
    for row in &of_role {
        let name = text(row, "column_sector");
        if !sectors.contains(&name) {
            sectors.push(name);
        }
    }
    let cell = |row: usize, column: usize| {
        let found = of_role
            .iter()
            .find(|cell| text(cell, "row_sector") == sectors[row] && text(cell, "column_sector") == sectors[column]);
        found.map_or(0.0, |cell| cell["value"].as_f64().unwrap())
    };
    let matrix = Matrix::from_fn(sectors.len(), cell).unwrap();
    (sectors, matrix)
}

fn outputs(sink: &CollectedSink, sectors: &[String]) -> Vec<f64> {
    let rows = sink.rows("input_output_cells");
    let of = |sector: &String| {
        rows.iter().find(|row| row["role"] == "output" && row["column_sector"] == **sector).unwrap()["value"].as_f64().unwrap()
    };
    sectors.iter().map(of).collect()
}

/// The shared test data, or a loud note that it is not there.
fn shared(path: &str) -> Option<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/infrastructure/");
    match std::fs::read_to_string(format!("{root}{path}")) {
        Ok(text) => Some(text),
        Err(error) => {
            eprintln!("SKIPPED: {root}{path} is not there ({error}); this test needs the shared data");
            None
        }
    }
}

fn near(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= within, "{found} is not within {within} of {expected}");
    }
}

/// The cases of stigrs/diim with the answers of the papers they come from.
#[test]
fn the_published_cases_give_the_published_answers() {
    let cases: [(&str, usize, f64, &[f64], f64); 4] = [
        ("test_case1", 1, 0.6, &[0.571, 0.714], 1e-3),
        ("test_case2", 1, 0.6, &[0.571, 0.714], 1e-3),
        // The papers print two digits for these; 45/64 and 25/32, and the exact inverse of the third, are theirs before rounding.
        ("test_case3", 1, 0.5, &[0.703_125, 0.781_25, 1.0, 1.0], 1e-3),
        ("test_case4", 2, 0.12, &[0.041_475, 0.016_590, 0.138_249], 1e-3),
    ];
    for (case, sector, share, answer, within) in cases {
        let Some(text) = shared(&format!("diim/{case}.csv")) else { return };
        let (sink, summary) = read_as(&InputOutputCsv, &format!("{case}.csv"), text.as_bytes());
        assert!(summary.is_ok() && sink.rejects.is_empty(), "{case}: {:?}", sink.rejects);
        let (sectors, a) = matrix(&sink, "coefficient");
        let shock: Vec<f64> = (0..sectors.len()).map(|at| if at == sector { share } else { 0.0 }).collect();
        near(&InoperabilityModel::new(a).unwrap().inoperability(&shock).unwrap(), answer, within);
        assert_eq!(sink.rows("input_output_cells")[0]["table_name"], case);
    }
}

/// Xu et al. (2011), eq. 31 and 34, as stigrs/diim tests them: the supply-driven matrix is the transpose of the technical coefficients.
#[test]
fn the_supply_driven_table_is_that_of_the_paper() {
    let Some(text) = shared("diim/test_case5.csv") else { return };
    let (sink, _) = read(&InputOutputCsv, &text);
    let (sectors, flows) = matrix(&sink, "flow");
    assert_eq!(sectors, ["Electric", "Rail", "Water", "Gas"]);
    let table = InputOutputTable { flows, outputs: outputs(&sink, &sectors) };
    assert_eq!(table.outputs, [1225.0, 1610.0, 1085.0, 1015.0]);
    let supply = table.interdependencies(Mode::Supply).unwrap();
    let printed = [[0.14, 0.11, 0.20, 0.14], [0.17, 0.20, 0.10, 0.17], [0.26, 0.32, 0.26, 0.10], [0.14, 0.28, 0.14, 0.28]];
    for (row, printed) in printed.iter().enumerate() {
        // The paper's digits are rough: its 0.10 is 0.087. stigrs/diim allows as much.
        near(supply.row(row), printed, 0.015);
    }
    assert!((supply.at(0, 1) - 140.0 / 1225.0).abs() < 1e-12 && (supply.at(1, 0) - 280.0 / 1610.0).abs() < 1e-12);
}

/// National tables as iotables ships them: the sectors without totals, and a loss that is Leontief's in money.
#[test]
fn national_tables_are_read_without_their_totals() {
    let Some(text) = shared("iotables/netherlands_2000.csv") else { return };
    assert!(InputOutputCsv.recognises(text.as_bytes()));
    let (sink, summary) = read_as(&InputOutputCsv, "netherlands_2000.csv", text.as_bytes());
    assert!(summary.unwrap().ignored.values().sum::<u64>() > 0 && sink.rejects.is_empty());
    let (sectors, flows) = matrix(&sink, "flow");
    assert_eq!(sectors.len(), 6);
    let x = outputs(&sink, &sectors);
    assert_eq!((sectors[0].as_str(), x[0]), ("agriculture_group", 21_863.0));
    let table = InputOutputTable { flows, outputs: x.clone() };
    let a = table.interdependencies(Mode::Demand).unwrap();
    assert!((a.at(0, 2) - 8_260.0 / 21_863.0).abs() < 1e-12, "what manufacturing buys of agriculture, over agriculture's output");
    let q = InoperabilityModel::new(a).unwrap().inoperability(&[0.0, 0.0, 0.1, 0.0, 0.0, 0.0]).unwrap();
    // Leontief: (I − A) Δx = Δf in money.
    let one = |row, column| if row == column { 1.0 } else { 0.0 };
    let leontief = Matrix::from_fn(6, |row, column| one(row, column) - table.flows.at(row, column) / x[column]).unwrap();
    let lost = leontief.solve(&[0.0, 0.0, 0.1 * x[2], 0.0, 0.0, 0.0]).unwrap();
    near(&q, &lost.iter().zip(&x).map(|(lost, x)| lost / x).collect::<Vec<_>>(), 1e-12);

    let Some(text) = shared("iotables/germany_1995.csv") else { return };
    let (sink, summary) = read_as(&InputOutputCsv, "germany_1995.csv", text.as_bytes());
    assert!(summary.is_ok() && sink.rejects.is_empty());
    let (sectors, flows) = matrix(&sink, "flow");
    assert_eq!(sectors.len(), 6, "{sectors:?}");
    assert!((flows.at(0, 1) - 25_480.0).abs() < 1e-9);
    assert!(outputs(&sink, &sectors).iter().all(|output| *output > 0.0));
}

#[test]
fn a_table_of_other_numbers_is_not_taken_for_one_of_sectors() {
    for other in
        ["t,i,j,k,v,q\n2020,4,31,251512,27.82,169.8\n", "id,amount\n1,2\n3,4\n5,6\n7,8\n", "2,3\n4,5\n", "a,b\nx,1\n", ASSETS]
    {
        assert!(!InputOutputCsv.recognises(other.as_bytes()), "{other:?}");
    }
    for table in [
        "A,B\n0,0.8\n0.2,0\n",
        "A,B\n0,0,0\n0,1,0.8\n",
        "x,A,B\nA,1,2\noutput,3,4\n",
        "iotables_row,iotables_col,values\nA,B,1\n",
    ] {
        assert!(InputOutputCsv.recognises(table.as_bytes()), "{table:?}");
    }
}

#[test]
fn a_bare_table_with_a_refused_row_is_refused() {
    let whole = "A,B\n1,2\n3,4\n10,10\n";
    assert!(read(&InputOutputCsv, whole).1.is_ok());
    for broken in ["A,B\n1,2\n3,x\n10,10\n", "A,B\n1,2\n", "A,B\n1,2\n3,4\n5,6\n7,8\n", "A,A\n1,2\n", "A\n1\n", ""] {
        let (sink, summary) = read(&InputOutputCsv, broken);
        assert!(summary.is_err() && sink.batches.is_empty(), "{broken:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        for reader in INFRASTRUCTURE.readers {
            let _ = reader.recognises(&bytes);
            let _ = read_as(*reader, "x", &bytes);
        }
        let mut table = b"A,B,C\n".to_vec();
        table.extend_from_slice(&bytes);
        let _ = read_as(&InputOutputCsv, "x", &table);
    }

    #[test]
    fn a_graph_that_was_cut_short_never_panics(cut in 0usize..400) {
        let text = ASSETS.as_bytes();
        let _ = read_as(&AssetsCsv, "x", &text[..cut.min(text.len())]);
    }
}

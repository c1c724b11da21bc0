//! Readers on good, bad and arbitrary bytes, and on the shared statistics.

use std::io::BufReader;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use oikos_desk::collected::{CollectedSink, run_kernel};
use oikos_desk::{ParameterValue, Parameters, ReadError, ReadSummary, Reader, Source};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::TRADE;
use crate::kernels::MirrorGaps;

fn read(reader: &dyn Reader, bytes: &[u8]) -> (CollectedSink, Result<ReadSummary, ReadError>) {
    let source = Source { file_name: "test.csv".into(), import_number: 7, imported_at: "2026-03-01T12:00:00Z".parse().unwrap() };
    let mut sink = CollectedSink::default();
    let summary = reader.read(&source, &mut BufReader::with_capacity(61, bytes), &mut sink);
    for (table, batch) in &sink.batches {
        assert_eq!(batch.schema(), TRADE.table(table).unwrap().schema());
    }
    (sink, summary)
}

fn refused(sink: &CollectedSink) -> Vec<(u64, Option<&str>)> {
    sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect()
}

const V2: &str = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT";
const LEGACY: &str = "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA2002,PRODUCT_CPA2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY";

#[test]
fn both_editions_of_comext_are_the_same_flow() {
    let v2 = format!("{V2}\nNL,XY,E,85269120,76483,2651,41,,16,2,1,NAR,202603,900000,900000,1250,300\n");
    let legacy = format!("{LEGACY}\n003,NL,0999,XY,E,85269120,76483,,,2651,41,16,2,1,A,202603,900000,1250,300\n");
    let (new, summary) = read(&ComextBulk, v2.as_bytes());
    assert_eq!((summary.unwrap().rows, new.rejects.len()), (1, 0));
    let (old, _) = read(&ComextLegacy, legacy.as_bytes());
    assert_eq!(old.rows("trade_flows"), new.rows("trade_flows"));
    let row = &new.rows("trade_flows")[0];
    assert_eq!(
        (row["reporter"].as_str(), row["partner"].as_str(), row["hs6"].as_str()),
        (Some("NL"), Some("XY"), Some("852691"))
    );
    assert_eq!(
        (row["flow"].as_str(), row["period_months"].as_i64(), row["is_extra_union"].as_bool()),
        (Some("export"), Some(1), Some(true))
    );
    assert_eq!(
        (row["period_from"].as_str(), row["period_to"].as_str()),
        (Some("2026-03-01T00:00:00Z"), Some("2026-04-01T00:00:00Z"))
    );
    assert_eq!((row["value_eur"].as_f64(), row["quantity_kg"].as_f64()), (Some(900_000.0), Some(1_250.0)));
    assert!(ComextBulk.recognises(v2.as_bytes()) && !ComextBulk.recognises(legacy.as_bytes()));
    assert!(ComextLegacy.recognises(legacy.as_bytes()) && !ComextLegacy.recognises(v2.as_bytes()));
}

#[test]
fn bad_rows_of_comext_name_their_field() {
    let rows = [
        ("NLD,XY,E,85269120,,,,,,2,1,,202603,1,,1,", "REPORTER"),
        ("NL,XY,X,85269120,,,,,,2,1,,202603,1,,1,", "TRADE_TYPE"),
        ("NL,XY,E,8,,,,,,2,1,,202603,1,,1,", "PRODUCT_NC"),
        ("NL,XY,E,85269120,,,,,,3,1,,202603,1,,1,", "FLOW"),
        ("NL,XY,E,85269120,,,,,,2,1,,202613,1,,1,", "PERIOD"),
        ("NL,XY,E,85269120,,,,,,2,1,,202603,-1,,1,", "VALUE_EUR"),
    ];
    let text: String = rows.iter().map(|(row, _)| format!("{row}\n")).collect();
    let (sink, _) = read(&ComextBulk, format!("{V2}\n{text}EL,QP,E,85SSS999,,,,,,1,1,,202552,1,,,\n").as_bytes());
    let expected: Vec<_> = (2..).zip(rows.iter().map(|(_, field)| Some(*field))).collect();
    assert_eq!(refused(&sink), expected);
    let row = &sink.rows("trade_flows")[0];
    assert_eq!((row["reporter"].as_str(), row["period_months"].as_i64(), row.get("hs6")), (Some("GR"), Some(12), None));
    assert_eq!(row["partner_is_country"].as_bool(), Some(false), "QP is the high seas");
}

#[test]
fn easy_comext_and_national_offices_write_one_format() {
    let text = "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR
\"European Union - 27 countries (AT, BE)\",\"Bouvet Island\",\"TOTAL-Total\",\"2-EXPORT\",\"T-Total\",\"201952-Jan.-Dec. 2019\",9360
Kyrgyzstan,Germany,TOTAL,IMPORT,NORMAL,Y2019,63194649.11
\"Union européenne - 27 pays (AT, BE)\",Ukraine,Total,EXPORTATION,Total,Jan.-Dec. 2016,1
Netherlands,Czech Republic,852691-Radio navigational aid apparatus,2-EXPORT,1-NORMAL,202301-Jan. 2023,5
Atlantis,Germany,TOTAL,IMPORT,NORMAL,Y2019,1
Kyrgyzstan,Africa,TOTAL,IMPORT,NORMAL,2019Y,1
";
    let (sink, _) = read(&RelationalView, text.as_bytes());
    assert_eq!(refused(&sink), [(6, Some("REPORTER")), (7, Some("PERIOD"))]);
    let rows = sink.rows("trade_flows");
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row["reporter"].as_str().unwrap(), row["partner"].as_str().unwrap(), row["product"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("EU27", "BV", "TOTAL"), ("KG", "DE", "TOTAL"), ("EU27", "UA", "TOTAL"), ("NL", "CZ", "852691")]);
    assert_eq!(
        (rows[1].get("procedure"), rows[3]["procedure"].as_str(), rows[3]["period_months"].as_i64()),
        (None, Some("1"), Some(1))
    );
    assert_eq!((rows[3]["is_extra_union"].as_bool(), rows[0]["is_extra_union"].as_bool()), (Some(false), Some(true)));
}

#[test]
fn baci_gets_its_leading_zero_back() {
    let text = "\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\n2020,4,31,251512,27.82,\"      169.800\"\n2020,4,36,71120,0.727,\"           NA\"\n2020,4,36,7112,1,1\n2020,4,999,71120,1,1\n";
    let (sink, _) = read(&Baci, text.as_bytes());
    assert_eq!(refused(&sink), [(4, Some("k"))]);
    let rows = sink.rows("trade_flows");
    assert_eq!(
        (rows[1]["hs6"].as_str(), rows[1].get("quantity_kg"), rows[1]["value_usd"].as_f64()),
        (Some("071120"), None, Some(727.0))
    );
    assert_eq!((rows[0]["reporter"].as_str(), rows[0]["quantity_kg"].as_f64()), (Some("AF"), Some(169_800.0)));
    assert_eq!((rows[2]["partner"].as_str(), rows[2]["partner_is_country"].as_bool()), (Some("BACI 999"), Some(false)));
}

#[test]
fn companies_of_declarations_have_a_lei_or_no_name_that_travels() {
    let text = "accepted_at,declaration,reporter,partner,product,value_eur,quantity_kg,exporter_name,exporter_lei,forwarder_name,forwarder_lei
2026-03-05T09:00:00Z,26NL001,NL,XY,8526.91.20,450000,300,A Person,,Tarn Logistics,506700GE1G29325QX363
2026-03-05,26NL002,NL,XY,85269120,450000,,,,,506700GE1G29325QX364
";
    let (sink, _) = read(&ExportDeclarations, text.as_bytes());
    assert_eq!(refused(&sink), [(3, Some("forwarder_lei"))]);
    assert_eq!(sink.rows("export_declarations")[0]["hs6"], "852691");
    assert!(sink.said().contains(&("lei-506700GE1G29325QX363", "company", "name", "Tarn Logistics")));
    assert!(sink.said().iter().all(|(.., value)| *value != "A Person"));
}

/// The shared test data, or a loud note that it is not there.
fn shared(path: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/trade/");
    match std::fs::read(format!("{root}{path}")) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            eprintln!("SKIPPED: {root}{path} is not there ({error}); this test needs the shared data");
            None
        }
    }
}

#[test]
fn a_real_baci_file_lands_whole() {
    let Some(bytes) = shared("baci/BACI_HS17_Y2020_i4_i710.csv") else { return };
    assert!(Baci.recognises(&bytes[..65_536]));
    let (sink, summary) = read(&Baci, &bytes);
    assert_eq!((summary.unwrap().rows, sink.rejects.len()), (70_920, 0));
    let rows = sink.rows("trade_flows");
    assert!(rows.iter().all(|row| row["hs6"].as_str().is_some_and(|code| code.len() == 6)));
    assert!(rows.iter().any(|row| row["hs6"].as_str().unwrap().starts_with('0')));
    assert!(rows.iter().any(|row| !row.contains_key("quantity_kg")), "some quantities are NA");
    assert!(rows.iter().all(|row| ["AF", "ZA"].contains(&row["reporter"].as_str().unwrap())));
}

/// The rows of a side as the mirror kernel takes them.
fn side(rows: &[Map<String, Value>], keep: impl Fn(&Map<String, Value>) -> bool) -> RecordBatch {
    let rows: Vec<_> = rows.iter().filter(|row| keep(row)).collect();
    let text = |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row[name].as_str()).collect::<StringArray>()) };
    let year = |row: &&Map<String, Value>| row["period_from"].as_str().unwrap()[..4].parse::<i64>().ok();
    let years: ArrayRef = Arc::new(rows.iter().map(year).collect::<Int64Array>());
    let values: ArrayRef = Arc::new(rows.iter().map(|row| row["value_eur"].as_f64()).collect::<Float64Array>());
    let ids: ArrayRef = Arc::new(rows.iter().map(|row| row["record_id"].as_i64()).collect::<Int64Array>());
    let countries: ArrayRef = Arc::new(rows.iter().map(|row| row["partner_is_country"].as_bool()).collect::<BooleanArray>());
    RecordBatch::try_from_iter_with_nullable(vec![
        ("reporter", text("reporter"), true),
        ("partner", text("partner"), true),
        ("product", text("product"), true),
        ("year", years, true),
        ("value_eur", values, true),
        ("record_id", ids, true),
        ("partner_is_country", countries, true),
    ])
    .unwrap()
}

/// The gaps that a study of the same statistics reports, and the year in which Armenia's series was cut short.
#[test]
fn the_gaps_of_the_real_mirror_statistics() {
    let mut rows = Vec::new();
    for file in ["armenia", "kazakhstan", "kyrgyz", "uzbek"] {
        let Some(bytes) = shared(&format!("mirror_stats/{file}_import_yearly.csv")) else { return };
        assert!(RelationalView.recognises(&bytes));
        let (sink, _) = read(&RelationalView, &bytes);
        assert!(sink.rejects.is_empty(), "{file}: {:?}", sink.rejects);
        rows.extend(sink.rows("trade_flows"));
    }
    for stamp in ["17T08_31_12.748Z", "17T08_31_29.694Z", "17T08_31_35.486Z", "17T08_31_40.163Z", "17T08_31_46.675Z"] {
        let Some(bytes) = shared(&format!("mirror_stats/eu_year_export/Relational_View_2024-11-{stamp}.csv")) else { return };
        let (sink, _) = read(&RelationalView, &bytes);
        assert!(sink.rejects.is_empty(), "{stamp}: {:?}", sink.rejects);
        rows.extend(sink.rows("trade_flows"));
    }
    let of = |reporter: bool, flow: &'static str| {
        move |row: &Map<String, Value>| {
            (row["reporter"] == "EU27") == reporter && row["flow"] == flow && row.contains_key("value_eur")
        }
    };
    let inputs = [side(&rows, of(true, "export")), side(&rows, of(false, "import"))];
    let parameters = [("least_partners_percent", 80.0), ("least_imports_percent", 50.0)];
    let parameters = Parameters(parameters.map(|(name, number)| (name.to_owned(), ParameterValue::Number(number))).into());
    let found = run_kernel(&MirrorGaps, &parameters, &inputs, 500).unwrap();
    let gap = |country: &str, year: i64| found.iter().find(|row| row["country"] == country && row["year"] == year).unwrap();
    for (country, first_year, gaps) in [("KG", 2019, &[1.24, 1.03, 1.07, 2.33, 3.03][..]), ("KZ", 2021, &[1.14, 1.43, 1.26])] {
        for (year, expected) in (first_year..).zip(gaps) {
            let row = gap(country, year);
            let found = row["gap"].as_f64().unwrap();
            // The study rounds to two digits.
            assert!((found - expected).abs() <= 0.0051, "{country} {year}: {found}, not {expected}");
            assert_eq!(row["is_incomplete"].as_bool(), Some(false), "{country} {year}");
        }
    }
    let cut_short: Vec<_> = found
        .iter()
        .filter(|row| row["is_incomplete"] == true)
        .map(|row| (row["country"].as_str().unwrap(), row["year"].as_i64().unwrap()))
        .collect();
    assert_eq!(cut_short, [("AM", 2023)], "Armenia's 2023 and nothing else");
    assert!(gap("AM", 2023)["gap"].as_f64().unwrap() > 13.0, "as goods that never arrived it would be the greatest gap of all");
    assert_eq!(gap("UZ", 2023)["members_reported"].as_i64(), Some(27), "Slovakia is written in Cyrillic there");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        for reader in TRADE.readers {
            let _ = reader.recognises(&bytes);
            let _ = read(*reader, &bytes);
        }
        for (reader, header) in [(&ComextBulk as &dyn Reader, V2), (&ComextLegacy, LEGACY), (&Baci, "t,i,j,k,v,q")] {
            let mut file = format!("{header}\n").into_bytes();
            file.extend_from_slice(&bytes);
            prop_assert!(read(reader, &file).1.is_ok());
        }
    }

    #[test]
    fn mutated_rows_never_panic(at in 0usize..90, byte in any::<u8>()) {
        let mut file = format!("{V2}\nNL,XY,E,85269120,76483,2651,41,,16,2,1,NAR,202603,900000,900000,1250,300\n").into_bytes();
        let place = V2.len() + 1 + at % (file.len() - V2.len() - 1);
        file[place] = byte;
        prop_assert!(read(&ComextBulk, &file).1.is_ok());
    }
}

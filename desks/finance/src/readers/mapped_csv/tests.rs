use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::readers::test_sink::{read, shared, shared_bytes};

const OWN: &str = "at,amount,currency,from_account,to_account,to_lei,to_name,remittance\n";

#[test]
fn a_file_with_the_desks_own_columns() {
    let text = format!(
        "\u{feff}{OWN}2026-03-01,950.50,EUR,EE382200221020145685,wallet-of-another-chain-1234,506700GE1G29325QX363,\"Reach, Calder\",\r\n\
         2026-03-01T10:00:00+02:00,1,EUR,EE382200221020145686,x,,,\n\nnonsense\n"
    );
    let (sink, summary) = read(&TransfersCsv, text.as_bytes());
    assert_eq!(summary.unwrap().rows, 3);
    let rows = sink.rows("transfers");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["from_account"], "iban:EE382200221020145685");
    assert_eq!(rows[0]["to_account"], "account:wallet-of-another-chain-1234");
    assert_eq!(rows[0]["at"], "2026-03-01T00:00:00Z");
    let refused: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
    assert_eq!(refused, [(3, Some("from_account")), (5, Some("amount"))]);
    assert!(sink.said().contains(&("lei-506700GE1G29325QX363", "company", "name", "Reach, Calder")));
}

#[test]
fn a_mapping_before_an_export() {
    let mapping = "---\ndelimiter: \";\"\ndecimal: \",\"\ntime: \"%d.%m.%Y\"\ncolumns:\n  at: Buchungstag\n  amount: Betrag\n  from_account: Konto\n  \
                   to_account: Gegenkonto\n  from_name: Inhaber\nconstants: { currency: EUR, instrument: credit-transfer }\n---\n";
    let text = format!(
        "{mapping}Buchungstag;Konto;Gegenkonto;Betrag;Inhaber;Notiz\n01.03.2026;EE382200221020145685;LV80BANK0000435195001;1.950,50;A;x\n"
    );
    assert!(TransfersCsv.recognises(text.as_bytes()));
    let (sink, summary) = read(&TransfersCsv, text.as_bytes());
    summary.unwrap();
    let rows = sink.rows("transfers");
    assert_eq!((rows[0]["amount"].as_f64(), rows[0]["at"].as_str()), (Some(1950.5), Some("2026-03-01T00:00:00Z")));
    assert_eq!(rows[0]["record_id"], (7i64 << 32) + 14, "the record's place is the file's line");
    assert!(sink.statements.is_empty(), "a name without a LEI may be a natural person's");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let place = |text: &str| match read(&TransfersCsv, text.as_bytes()).1 {
        Err(ReadError::Format { place, problem }) => format!("{place}: {problem}"),
        other => panic!("{other:?}"),
    };
    assert!(place("").contains("line 1: the file ends before its header"));
    assert!(place("at,betrag\n").contains("\"betrag\""));
    assert!(place("---\ncolumns: {}\n").contains("does not end"));
    assert!(place("---\ncolumns: {}\n---\n").contains("at is neither"));
    assert!(place("---\ncolumns: {at: a, amount: b, from_account: c, to_account: d}\n---\n").contains("ends before its header"));
    assert!(place("---\ncolumns: {at: a}\n---\na\n").contains("amount is neither"));
    assert!(
        place("---\ncolumns: {at: a, amount: b, from_account: c, to_account: c}\nnonsense: 1\n---\na\n").contains("not in order")
    );
    assert!(
        place("---\ncolumns: {at: a, amount: b, from_account: c, to_account: d}\n---\na,b,c,c\n").contains("two columns \"c\"")
    );
}

#[test]
fn amlworlds_patterns_are_read() {
    let Some(text) = shared("finance/amlworld/HI-Small_Patterns.txt") else { return };
    assert!(TransfersCsv.recognises(text.as_bytes()));
    let (sink, summary) = read(&TransfersCsv, text.as_bytes());
    assert_eq!((summary.unwrap().rows, sink.rejects.len()), (3_209, 0));
    let rows = sink.rows("transfers");
    assert_eq!(rows[0]["from_account"], "account:021174/800737690");
    assert_eq!((rows[0]["at"].as_str(), rows[0]["currency"].as_str()), (Some("2022-09-01T00:06:00Z"), Some("EUR")));
    assert!(rows.iter().all(|row| row["is_reported"] == true));
}

#[test]
fn amlsims_transactions_are_read() {
    let Some(text) = shared("finance/amlsim/transactions.csv") else { return };
    let (sink, summary) = read(&TransfersCsv, text.as_bytes());
    assert_eq!((summary.unwrap().rows, sink.rejects.len()), (120_558, 0));
    let first = &sink.rows("transfers")[0];
    assert_eq!((first["at"].as_str(), first["amount"].as_f64()), (Some("2020-01-02T00:00:00Z"), Some(163.3)));
    assert_eq!((first["from_account"].as_str(), first["to_account"].as_str()), (Some("account:216"), Some("account:14730")));
}

#[test]
fn amlgentexs_transactions_are_read() {
    let Some(packed) = shared_bytes("finance/amlgentex/tx.csv.gz") else { return };
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    let (sink, summary) = read(&TransfersCsv, &bytes);
    assert_eq!((summary.unwrap().rows, sink.rejects.len()), (30_677, 0), "{:?}", sink.rejects.first());
    let rows = sink.rows("transfers");
    assert_eq!(rows.iter().filter(|row| row["is_reported"] == true).count(), 1_155);
    assert_eq!(
        (rows[0]["from_account"].as_str(), rows[0]["at"].as_str()),
        (Some("account:bank_b/1600"), Some("2023-01-01T00:00:00Z"))
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&TransfersCsv, &bytes);
        let mut with_header = OWN.as_bytes().to_vec();
        with_header.extend(&bytes);
        let (sink, summary) = read(&TransfersCsv, &with_header);
        let landed: usize = sink.batches.iter().map(|(_, batch)| batch.num_rows()).sum();
        prop_assert_eq!(summary.unwrap().rows, (landed + sink.rejects.len()) as u64);
    }

    #[test]
    fn an_arbitrary_mapping_never_panics(text in "[a-z_:{}#0-9 \"\\n-]{0,200}") {
        let _ = read(&TransfersCsv, format!("---\n{text}\n---\na,b\n1,2\n").as_bytes());
    }
}

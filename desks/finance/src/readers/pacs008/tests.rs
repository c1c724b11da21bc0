use proptest::prelude::*;

use super::*;
use crate::readers::test_sink::{TestSink, read};

fn transaction(prefix: &str, id: &str, debtor: &str) -> String {
    let xml = format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId></PmtId><IntrBkSttlmAmt Ccy=\"EUR\">950.10</IntrBkSttlmAmt>\
         <Dbtr><Nm>Calder &amp; Reach</Nm><PstlAdr><Ctry>NL</Ctry></PstlAdr><Id><OrgId><LEI>506700GE1G29325QX363</LEI></OrgId></Id></Dbtr>\
         <DbtrAcct><Id><IBAN>{debtor}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>ABNANL2A</BICFI></FinInstnId></DbtrAgt>\
         <Cdtr><Nm>A Person</Nm></Cdtr><CdtrAcct><Id><Othr><Id>12-34</Id></Othr></Id></CdtrAcct>\
         <RmtInf><Ustrd>one</Ustrd><Ustrd>&#116;wo</Ustrd></RmtInf></CdtTrfTxInf>"
    );
    xml.replace("</", &format!("<\u{0}{prefix}"))
        .replace('<', &format!("<{prefix}"))
        .replace(&format!("<{prefix}\u{0}{prefix}"), &format!("</{prefix}"))
}

fn document(version: &str, prefix: &str, transactions: &str) -> String {
    let xmlns = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", prefix.trim_end_matches(':')) };
    format!(
        "<?xml version=\"1.0\"?>\n<{prefix}Document {xmlns}=\"{NAMESPACE}{version}\"><{prefix}FIToFICstmrCdtTrf>\n<{prefix}GrpHdr>\
         <{prefix}MsgId>M</{prefix}MsgId><{prefix}CreDtTm>2026-03-01T09:00:00Z</{prefix}CreDtTm>\
         <{prefix}IntrBkSttlmDt>2026-03-02</{prefix}IntrBkSttlmDt></{prefix}GrpHdr>\n{transactions}\n</{prefix}FIToFICstmrCdtTrf></{prefix}Document>\n"
    )
}

const IBAN: &str = "NL91ABNA0417164300";

fn landed(text: &str) -> (TestSink, u64) {
    let (sink, summary) = read(&Pacs008, text.as_bytes());
    let rows = summary.unwrap().rows;
    (sink, rows)
}

#[test]
fn every_version_and_prefix_gives_the_same_transfer() {
    for (version, prefix) in [("02", ""), ("08", "p8:"), ("13", "ns:")] {
        let text = document(version, prefix, &transaction(prefix, "E1", IBAN));
        assert!(Pacs008.recognises(text.as_bytes()));
        let (sink, rows) = landed(&text);
        assert_eq!((rows, sink.rejects.len()), (1, 0), "{:?}", sink.rejects);
        let row = &sink.rows("transfers")[0];
        assert_eq!(
            (row["from_account"].as_str(), row["to_account"].as_str()),
            (Some("iban:NL91ABNA0417164300"), Some("account:12-34"))
        );
        assert_eq!(
            (row["amount"].as_f64(), row["amount_eur"].as_f64(), row["currency"].as_str()),
            (Some(950.1), Some(950.1), Some("EUR"))
        );
        assert_eq!((row["at"].as_str(), row["reference"].as_str()), (Some("2026-03-02T00:00:00Z"), Some("E1")));
        assert_eq!((row["from_name"].as_str(), row["remittance"].as_str()), (Some("Calder & Reach"), Some("one two")));
        assert_eq!(
            (row["from_lei"].as_str(), row["from_country"].as_str(), row["from_agent"].as_str()),
            (Some("506700GE1G29325QX363"), Some("NL"), Some("ABNANL2A"))
        );
        assert!(sink.said().iter().all(|(entity, kind, ..)| *entity == "lei-506700GE1G29325QX363" && *kind == "company"));
    }
}

#[test]
fn one_malformed_transaction_costs_no_other() {
    let good = |id: &str| transaction("", id, IBAN);
    let not_closed = "<CdtTrfTxInf><PmtId><EndToEndId>E2</EndToEndId></PmtId>";
    let crossed = "<CdtTrfTxInf><PmtId></CdtTrfTxInf>";
    let wrong_check_digits = transaction("", "E5", "NL92ABNA0417164300");
    let entity = good("E6").replace("&amp;", "&xxe;");
    let body =
        [&good("E1"), not_closed, &good("E3"), crossed, &wrong_check_digits, &entity, "<!-- <CdtTrfTxInf> -->", &good("E7")]
            .join("\n");
    let (sink, rows) = landed(&document("08", "", &body));
    let references: Vec<_> = sink.rows("transfers").iter().map(|row| row["reference"].as_str().unwrap().to_owned()).collect();
    assert_eq!((rows, references), (7, vec!["E1".to_owned(), "E3".into(), "E7".into()]));
    let refused: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
    assert_eq!(refused, [(2, None), (4, None), (5, Some("from_account")), (6, None)]);
    assert!(sink.rejects[0].reason.starts_with("transaction 2, line 5, byte "), "{}", sink.rejects[0].reason);
    let byte: usize = sink.rejects[1].reason.split("byte ").nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
    assert!(document("08", "", &body)[byte..].starts_with(crossed));
}

#[test]
fn many_documents_stand_in_one_stream_and_others_are_refused() {
    let other = document("08", "", &transaction("", "E2", IBAN)).replace("pacs.008.001.08", "pacs.009.001.08");
    let text =
        [document("08", "", &transaction("", "E1", IBAN)), other, document("10", "a:", &transaction("a:", "E3", IBAN))].concat();
    let (sink, rows) = landed(&text);
    assert_eq!((rows, sink.rows("transfers").len(), sink.rejects.len()), (3, 2, 1));
    assert!(sink.rejects[0].reason.contains("namespace"));
    assert!(read(&Pacs008, b"<a/>").1.is_err() && read(&Pacs008, b"").1.is_err());
}

#[test]
fn what_is_too_long_is_refused_and_the_next_lands() {
    let long = transaction("", "E1", IBAN).replace("A Person", &"x".repeat(600_000));
    let (sink, rows) = landed(&document("08", "", &format!("{long}{}", transaction("", "E2", IBAN))));
    assert_eq!((rows, sink.rows("transfers").len()), (2, 1));
    assert!(sink.rejects[0].reason.contains("256 KiB"));
    let deep = format!("<CdtTrfTxInf>{}</CdtTrfTxInf>", "<a>".repeat(50));
    assert!(landed(&document("08", "", &deep)).0.rejects[0].reason.contains("deep"));
}

proptest! {
    #[test]
    fn mutated_documents_never_panic(at in 0usize..2_000, byte: u8, cut in 0usize..2_000) {
        let mut bytes = document("08", "", &[transaction("", "E1", IBAN), transaction("", "E2", IBAN)].concat()).into_bytes();
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut % length);
        let (sink, summary) = read(&Pacs008, &bytes);
        if let Ok(summary) = summary {
            prop_assert_eq!(summary.rows as usize, sink.rows("transfers").len() + sink.rejects.len());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        let _ = read(&Pacs008, &bytes);
    }
}

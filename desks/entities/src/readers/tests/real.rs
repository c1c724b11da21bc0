//! The real files of the shared data, with what is in them counted.

use super::*;

#[test]
fn print_counts() {
    for (format, path) in [
        ("ofac-sdn-csv", "matching/ofac/static__sdn.csv"),
        ("ofac-alt-csv", "matching/ofac/static__alt.csv"),
        ("un-sc-xml", "matching/un/UN_consolidated.xml"),
        ("ftm", "matching/yente/parteispenden.ftm.json"),
        ("ftm", "matching/nomenklatura/donations.ijson"),
        ("gleif-lei-xml", "ownership/gleif/lei-data.xml"),
        ("gleif-lei-xml", "ownership/gleif/lei-updates-data2.xml"),
        ("gleif-lei-xml", "ownership/gleif/lei-updates-data2-new.xml"),
        ("gleif-rr-xml", "ownership/gleif/rr-data.xml"),
        ("gleif-rr-xml", "ownership/gleif/rr-updates-data2.xml"),
        ("gleif-rr-xml", "ownership/gleif/rr-updates-data2-new.xml"),
    ] {
        let Some(bytes) = shared(path) else { continue };
        assert!(reader(format).recognises(&bytes[..bytes.len().min(65_536)]), "{path}");
        let (kept, summary) = read(format, &bytes);
        let mut properties = std::collections::BTreeMap::<&str, usize>::new();
        for one in &kept.statements { *properties.entry(one.property.as_str()).or_default() += 1; }
        println!("{path}: {:?} {:?}\n  {:?}\n  {:?}\n {:?} {:?}", kept.rows, kept.kinds(), properties, summary, kept.rejects.len(), kept.rejects.first());
    }
}

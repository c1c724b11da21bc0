//! Whose addresses are whose, as CSV: `address, code, name, country, role`, in any order. An address is an IP address, a network (CIDR) or a domain.

use std::io::BufRead;

use oikos_desk::intake::{CsvRow, Problem, Refusal, TableRows, read_csv};
use oikos_desk::reading::Origin;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::normalise;
use oikos_model::SelectorKind;

use super::indicator::{address, domain};
use crate::tables::NETWORK_ASSETS;

const COLUMNS: &[&str] = &["address", "code", "name", "country", "role"];

/// Reads addresses of assets.
pub(crate) struct NetworkAssets;

impl Reader for NetworkAssets {
    fn format(&self) -> Format {
        Format {
            name: "network-assets",
            description: "Addresses, networks and domains of critical assets: address, code, name, country, role",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let line = String::from_utf8_lossy(beginning.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
        let names: Vec<&str> = line.trim_start_matches('\u{feff}').trim().split(',').map(str::trim).collect();
        COLUMNS.iter().all(|column| names.contains(column))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&NETWORK_ASSETS);
        let mut take = |row: &CsvRow<'_>, sink: &mut dyn Sink| take(row, source, &mut rows, sink);
        let summary = read_csv(COLUMNS, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn take(row: &CsvRow<'_>, source: &Source, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let written = row.needed("address")?;
    let looked = address(written).or_else(|| domain(written));
    let looked =
        looked.ok_or_else(|| Problem::field("address", "expected an IP address, a network such as 192.0.2.0/24, or a domain"))?;
    let code =
        normalise(SelectorKind::Asset, row.needed("code")?).map_err(|error| Problem::field("code", error.to_string()))?.value;
    let (name, country) = (row.text("name")?, row.country("country")?);
    // An address is a network of one.
    let match_kind = if looked.kind == "domain" { "suffix" } else { "cidr" };
    let values = [
        source.record_id(row.line).into(),
        (&looked.value).into(),
        match_kind.into(),
        (&code).into(),
        name.into(),
        country.into(),
        row.text("role")?.into(),
    ];
    rows.push(values, sink)?;
    let origin =
        Origin { source, table: NETWORK_ASSETS.name, position: row.line, stated_at: None, valid_from: None, valid_to: None };
    let said =
        origin.statements(&format!("asset-{code}"), "asset", &[("code", Some(&code)), ("name", name), ("country", country)]);
    Ok(sink.statements(said)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::read;

    #[test]
    fn addresses_networks_and_domains() {
        let text = "address,code,name,country,role\n198.51.100.10,DE-PORT-1-CRANE,Crane gateway,DE,gateway\n198.51.100.0/24,DE-PORT-1,,,\nport.example,DE-PORT-1,,,\n??,X,,,\n";
        let (sink, summary) = read(&NetworkAssets, text.as_bytes());
        assert_eq!(summary.unwrap().rows, 4);
        let kinds: Vec<String> =
            sink.rows("network_assets").iter().map(|row| row["match_kind"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, ["cidr", "cidr", "suffix"]);
        assert_eq!((sink.rejects.len(), sink.said()[1]), (1, ("asset-DE-PORT-1-CRANE", "asset", "name", "Crane gateway")));
    }
}

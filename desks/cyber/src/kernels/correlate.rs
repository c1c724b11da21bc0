//! Values against entries: equal, in a network, below a domain, or with a text in them.
//!
//! Inputs: entries (`record_id`, `match_kind`, `kind`, `value`, `most_values`; an empty kind is any), then distinct values (`kind`, `value`). A row comes out for
//! each entry that a value falls under. An entry under which more than its `most_values` fall says little: it gives no more rows than that plus one,
//! and what reads them sees it by their number. MISP calls this over-correlation. An empty `most_values` is no limit.

use std::collections::HashMap;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, integer, text};
use oikos_desk::{BATCH_ROWS, Column, ColumnType, Kernel, KernelError, KernelRun, Output, Parameters, RowBatch, schema_of};

use super::column;
use crate::stix::Cidr;

const NAME: &str = "correlate";
const MAX_ENTRIES: usize = 5_000_000;
/// Each value is compared with every text sought in it.
const MAX_SUBSTRINGS: usize = 10_000;

const OUTPUT: &[Column] = &[
    column("entry_record_id", ColumnType::Integer, false, "The entry."),
    column("kind", ColumnType::Text, false, "The value's kind."),
    column("value", ColumnType::Text, false, "The value."),
    column("matched_by", ColumnType::Text, false, "exact, cidr, suffix or substring."),
    column("specificity", ColumnType::Integer, false, "Bits of the network, labels of the domain, or bytes of the text."),
];

/// Correlates values with entries.
pub(crate) struct Correlate;

impl Kernel for Correlate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        schema_of(OUTPUT)
    }

    fn start(&self, _parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run { entries: Entries::default(), seen: HashMap::new(), rows: RowBatch::new(OUTPUT) }))
    }
}

/// An entry without its value.
#[derive(Clone)]
struct Entry {
    record_id: i64,
    /// The kind of value it is about, if not any.
    kind: Option<String>,
    most_values: Option<i64>,
}

#[derive(Default)]
struct Entries {
    count: usize,
    bytes: usize,
    exact: HashMap<String, Vec<Entry>>,
    networks: HashMap<Cidr, Vec<Entry>>,
    suffixes: HashMap<String, Vec<Entry>>,
    substrings: Vec<(String, Entry)>,
}

impl Entries {
    fn add(&mut self, match_kind: &str, value: &str, entry: Entry) -> Result<(), KernelError> {
        self.count += 1;
        self.bytes += value.len() + 80;
        match match_kind {
            "cidr" => {
                if let Some(network) = Cidr::parse(value) {
                    self.networks.entry(network).or_default().push(entry);
                }
            }
            "suffix" => self.suffixes.entry(value.to_owned()).or_default().push(entry),
            "substring" => self.substrings.push((value.to_owned(), entry)),
            "exact" => self.exact.entry(value.to_owned()).or_default().push(entry),
            _ => {}
        }
        let (too_many, most, what) = if self.count > MAX_ENTRIES {
            (true, MAX_ENTRIES, "entries")
        } else {
            (self.substrings.len() > MAX_SUBSTRINGS, MAX_SUBSTRINGS, "texts to be sought in values")
        };
        if too_many {
            return Err(KernelError::Limit { kernel: NAME, problem: format!("more than {most} {what}; use fewer lists") });
        }
        Ok(())
    }

    /// The entries that a value falls under, with how and how specific they are.
    fn of<'a>(&'a self, kind: &str, value: &str) -> Vec<(&'a Entry, &'static str, i64)> {
        let mut found: Vec<(&Entry, &'static str, i64)> = Vec::new();
        // Lengths are far below what a whole number holds.
        let length = |text: &str| text.len() as i64;
        found.extend(self.exact.get(value).into_iter().flatten().map(|entry| (entry, "exact", length(value))));
        if kind == "ip-address"
            && let Some(address) = Cidr::parse(value)
        {
            for network in address.holders() {
                let bits = i64::from(network.prefix_bits());
                found.extend(self.networks.get(&network).into_iter().flatten().map(|entry| (entry, "cidr", bits)));
            }
        }
        if kind == "domain" {
            for suffix in suffixes(value) {
                let how = if suffix.len() == value.len() { "exact" } else { "suffix" };
                let labels = suffix.split('.').count() as i64;
                found.extend(self.suffixes.get(suffix).into_iter().flatten().map(|entry| (entry, how, labels)));
            }
        }
        let within = self.substrings.iter().filter(|(sought, _)| value.contains(sought.as_str()));
        found.extend(within.map(|(sought, entry)| (entry, "substring", length(sought))));
        found.retain(|(entry, ..)| entry.kind.as_deref().is_none_or(|wanted| wanted == kind));
        found
    }
}

/// The domain, and the domains above it.
fn suffixes(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |name| name.split_once('.').map(|(_, above)| above))
}

struct Run {
    entries: Entries,
    /// How many values fell under each entry.
    seen: HashMap<i64, i64>,
    rows: RowBatch,
}

impl Run {
    fn read_entries(&mut self, batch: &RecordBatch) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, 0, batch);
        let (ids, match_kinds) = (input.integers("record_id")?, input.texts("match_kind")?);
        let (kinds, values, most_values) = (input.texts("kind")?, input.texts("value")?, input.integers("most_values")?);
        for row in 0..batch.num_rows() {
            let (Some(record_id), Some(match_kind), Some(value)) =
                (integer(&ids, row), text(&match_kinds, row), text(&values, row))
            else {
                continue;
            };
            let entry = Entry { record_id, kind: text(&kinds, row).map(str::to_owned), most_values: integer(&most_values, row) };
            self.entries.add(match_kind, value, entry)?;
        }
        Ok(())
    }

    fn read_values(&mut self, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, 1, batch);
        let (kinds, values) = (input.texts("kind")?, input.texts("value")?);
        for row in 0..batch.num_rows() {
            let (Some(kind), Some(value)) = (text(&kinds, row), text(&values, row)) else { continue };
            for (Entry { record_id, most_values, .. }, matched_by, specificity) in self.entries.of(kind, value) {
                let seen = self.seen.entry(*record_id).or_default();
                if most_values.is_some_and(|most| *seen > most) {
                    continue;
                }
                *seen += 1;
                self.rows.push([(*record_id).into(), kind.into(), value.into(), matched_by.into(), specificity.into()]);
            }
            if self.rows.rows() >= BATCH_ROWS {
                self.hand_on(output)?;
            }
        }
        Ok(())
    }

    fn hand_on(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch))
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        if input == 0 { self.read_entries(batch) } else { self.read_values(batch, output) }
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.hand_on(output)
    }

    fn memory_bytes(&self) -> usize {
        self.entries.bytes + self.seen.capacity() * 16 + BATCH_ROWS * 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oikos_desk::collected::run_kernel;
    use proptest::prelude::*;

    const ENTRIES: &[Column] = &[
        column("record_id", ColumnType::Integer, false, "."),
        column("match_kind", ColumnType::Text, false, "."),
        column("kind", ColumnType::Text, true, "."),
        column("value", ColumnType::Text, false, "."),
        column("most_values", ColumnType::Integer, true, "."),
    ];
    const VALUES: &[Column] = &[column("kind", ColumnType::Text, false, "."), column("value", ColumnType::Text, false, ".")];

    fn correlated(
        entries: &[(&str, Option<&str>, &str)],
        values: &[(&str, &str)],
        most_values: Option<i64>,
    ) -> Vec<(i64, String, String)> {
        let (mut entry_rows, mut value_rows) = (RowBatch::new(ENTRIES), RowBatch::new(VALUES));
        for (id, (match_kind, kind, value)) in (0i64..).zip(entries) {
            entry_rows.push([id.into(), (*match_kind).into(), (*kind).into(), (*value).into(), most_values.into()]);
        }
        for (kind, value) in values {
            value_rows.push([(*kind).into(), (*value).into()]);
        }
        let inputs: Vec<_> = [entry_rows, value_rows].into_iter().filter_map(|mut rows| rows.take().unwrap()).collect();
        let rows = run_kernel(&Correlate, &Parameters::default(), &inputs, 3).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        rows.iter().map(|row| (row["entry_record_id"].as_i64().unwrap(), text(&row["value"]), text(&row["matched_by"]))).collect()
    }

    #[test]
    fn equal_in_a_network_below_a_domain_or_within() {
        let entries = [
            ("exact", Some("ip-address"), "203.0.113.44"),
            ("cidr", None, "203.0.113.0/24"),
            ("suffix", Some("domain"), "evil.example"),
            ("substring", None, "vil.ex"),
            ("exact", Some("file-hash"), "203.0.113.44"),
            ("cidr", None, "2001:db8::/32"),
        ];
        let values = [
            ("ip-address", "203.0.113.44"),
            ("domain", "a.evil.example"),
            ("domain", "notevil.example"),
            ("ip-address", "2001:db8::1"),
        ];
        let found = correlated(&entries, &values, None);
        let short: Vec<(i64, &str, &str)> = found.iter().map(|(id, value, how)| (*id, value.as_str(), how.as_str())).collect();
        assert_eq!(
            short,
            [
                (0, "203.0.113.44", "exact"),
                (1, "203.0.113.44", "cidr"),
                (2, "a.evil.example", "suffix"),
                (3, "a.evil.example", "substring"),
                (3, "notevil.example", "substring"),
                (5, "2001:db8::1", "cidr"),
            ]
        );
    }

    #[test]
    fn what_correlates_with_everything_is_cut_off_where_it_shows() {
        let addresses: Vec<String> = (0..50).map(|last| format!("203.0.113.{last}")).collect();
        let values: Vec<(&str, &str)> = addresses.iter().map(|address| ("ip-address", address.as_str())).collect();
        assert_eq!(correlated(&[("cidr", None, "0.0.0.0/0")], &values, Some(10)).len(), 11);
        assert_eq!(correlated(&[("cidr", None, "203.0.113.0/30")], &values, Some(10)).len(), 4);
    }

    proptest! {
        #[test]
        fn networks_are_found_as_comparing_each_would(
            networks in prop::collection::vec((any::<u32>(), 0u8..=32), 1..20), addresses in prop::collection::vec(any::<u32>(), 1..20),
        ) {
            let networks: Vec<String> = networks.iter().map(|(bits, prefix)| format!("{}/{prefix}", std::net::Ipv4Addr::from(*bits))).collect();
            let addresses: Vec<String> = addresses.iter().map(|bits| std::net::Ipv4Addr::from(*bits).to_string()).collect();
            let entries: Vec<_> = networks.iter().map(|network| ("cidr", None, network.as_str())).collect();
            let values: Vec<_> = addresses.iter().map(|address| ("ip-address", address.as_str())).collect();
            let mut found: Vec<_> = correlated(&entries, &values, None).into_iter().map(|(id, value, _)| (id, value)).collect();
            let mut expected = Vec::new();
            for address in &addresses {
                for (id, network) in (0i64..).zip(&networks) {
                    if Cidr::parse(network).unwrap().contains(Cidr::parse(address).unwrap()) {
                        expected.push((id, address.clone()));
                    }
                }
            }
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}

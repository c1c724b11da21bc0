//! Our side of the benchmarks: pieces of work that the lab starts as processes of their own. Each ends with one line of JSON.

mod asks;
mod decode;
mod detect;
mod exchange;
mod finance;
mod import;
mod names;
mod node;
mod page;
mod rows;
mod scan;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::measure::{Position, Report};
use crate::{Failure, machine};

/// What a piece of work found.
#[derive(Debug, Default)]
struct Found {
    facts: BTreeMap<String, i64>,
    positions: Vec<Position>,
}

impl Found {
    fn facts<const N: usize>(facts: [(&str, i64); N]) -> Self {
        Self { facts: facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), positions: Vec::new() }
    }
}

/// Does a piece of work and reports it on standard output.
pub(crate) fn run(task: &str, arguments: &[&str]) -> Result<(), Failure> {
    let found = match (task, arguments) {
        ("decode", ["--list", files @ ..]) => decode::run(files, true)?,
        ("decode", files) => decode::run(files, false)?,
        ("rows", [target, most, files @ ..]) => rows::run(Path::new(target), most.parse()?, files)?,
        ("import-files", [folder, files @ ..]) => import::files(Path::new(folder), files)?,
        ("import-rows", [folder, source]) => import::rows(Path::new(folder), Path::new(source))?,
        ("detect", [folder]) => detect::run(Path::new(folder))?,
        ("scan", [folder, repeat, area @ ..]) => scan::run(Path::new(folder), repeat.parse()?, area)?,
        ("exchange-sync", [folder, findings]) => exchange::sync(Path::new(folder), findings.parse()?)?,
        ("exchange-recall", [folder, partners]) => exchange::recall(Path::new(folder), partners.parse()?)?,
        ("exchange-visible", [folder, samples]) => exchange::visible(Path::new(folder), samples.parse()?, false)?,
        ("exchange-visible-geo", [folder, samples]) => exchange::visible(Path::new(folder), samples.parse()?, true)?,
        ("asks-input", [folder, asker, owner]) => asks::input(Path::new(folder), asker.parse()?, owner.parse()?)?,
        ("asks-prepare", [folder, mode]) => asks::prepare(Path::new(folder), mode)?,
        ("asks-ask", [folder, mode]) => asks::ask(Path::new(folder), mode)?,
        ("names-pairs", [cases, out]) => names::pairs(Path::new(cases), Path::new(out))?,
        ("names-screen", [cases, list, queries, out]) => {
            names::screen(Path::new(cases), Path::new(list), Path::new(queries), Path::new(out))?
        }
        ("names-recall", [list]) => names::recall(Path::new(list))?,
        ("names-lookup", [entities]) => names::lookup(entities.parse()?)?,
        ("finance-write", [path, count, accounts, hub]) => {
            finance::write(Path::new(path), count.parse()?, accounts.parse()?, *hub == "hub")?
        }
        ("finance-features", [path, hub_transfers]) => finance::features(Path::new(path), hub_transfers.parse()?)?,
        ("finance-write-pacs008", [path, count]) => finance::write_pacs008(Path::new(path), count.parse()?)?,
        ("finance-read-pacs008", [path]) => finance::read_pacs008(Path::new(path))?,
        ("page-fill", [folder, findings]) => page::fill(Path::new(folder), findings.parse()?)?,
        _ => return Err(format!("there is no work {task} with {} arguments", arguments.len()).into()),
    };
    let report = Report {
        version: format!("Oikos {}", env!("CARGO_PKG_VERSION")),
        peak_kib: machine::peak_kibibytes(),
        facts: found.facts,
        positions: found.positions,
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&report)?)?;
    Ok(())
}

//! Assets and what they depend on: two CSV files, or one JSON document with the arrays `assets` and `dependencies`. The fields have
//! the same names and meanings in both; the desk's README explains them.

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::{CsvFormat, JsonArray, Origin, Problem, Record, Refusal, read_csv, read_json};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::SelectorKind;

use super::{asset_code, identifier};
use crate::tables::{ASSETS, DEPENDENCIES};

const ASSET_COLUMNS: &[&str] = &[
    "asset",
    "name",
    "sector",
    "sector_share",
    "country",
    "cluster",
    "latitude",
    "longitude",
    "operator_name",
    "operator_lei",
    "is_critical_entity",
    "is_nis2_entity",
];
const DEPENDENCY_COLUMNS: &[&str] = &["dependent", "supplier", "kind", "strength", "buffer_hours", "latitude", "longitude"];
const ASSETS_CSV: CsvFormat = CsvFormat { columns: ASSET_COLUMNS, needed: &["asset", "cluster"], allows_others: false };
const DEPENDENCIES_CSV: CsvFormat =
    CsvFormat { columns: DEPENDENCY_COLUMNS, needed: &["dependent", "supplier", "kind", "strength"], allows_others: false };
const GRAPH_JSON: [JsonArray; 2] =
    [JsonArray { name: "assets", columns: ASSET_COLUMNS }, JsonArray { name: "dependencies", columns: DEPENDENCY_COLUMNS }];

/// The kinds of dependency of Rinaldi, Peerenboom and Kelly (2001).
const KINDS: [&str; 4] = ["physical", "cyber", "geographic", "logical"];

/// Ten years: no store lasts longer.
const BUFFER_MAX_HOURS: f64 = 87_660.0;

/// Reads assets as CSV.
pub(crate) struct AssetsCsv;

impl Reader for AssetsCsv {
    fn format(&self) -> Format {
        Format {
            name: "infrastructure-assets",
            description: "Assets with sector, dependency cluster, place and operator: the infrastructure desk's own CSV (RFC 4180)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        ASSETS_CSV.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut graph = Graph::new(source);
        let summary = read_csv(&ASSETS_CSV, input, sink, &mut |record, position, sink| graph.asset(record, position, sink))?;
        graph.finish(sink)?;
        Ok(summary)
    }
}

/// Reads dependencies as CSV.
pub(crate) struct DependenciesCsv;

impl Reader for DependenciesCsv {
    fn format(&self) -> Format {
        Format {
            name: "infrastructure-dependencies",
            description: "Dependencies between assets with kind, strength and buffer: the infrastructure desk's own CSV (RFC 4180)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        DEPENDENCIES_CSV.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut graph = Graph::new(source);
        let mut take = |record: &Record<'_>, position: u32, sink: &mut dyn Sink| graph.dependency(record, position, sink);
        let summary = read_csv(&DEPENDENCIES_CSV, input, sink, &mut take)?;
        graph.finish(sink)?;
        Ok(summary)
    }
}

/// Reads assets and dependencies from one JSON document.
pub(crate) struct DependencyGraphJson;

impl Reader for DependencyGraphJson {
    fn format(&self) -> Format {
        Format {
            name: "dependency-graph",
            description: "Assets and the dependencies between them: the infrastructure desk's own JSON",
            extensions: &["json"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
            && (text.contains("\"assets\"") || text.contains("\"dependencies\""))
            && (text.contains("\"asset\"") || text.contains("\"supplier\""))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut graph = Graph::new(source);
        let summary = read_json(&GRAPH_JSON, input, sink, &mut |array, record, position, sink| match array {
            0 => graph.asset(record, position, sink),
            _ => graph.dependency(record, position, sink),
        })?;
        graph.finish(sink)?;
        Ok(summary)
    }
}

/// A graph being read.
struct Graph<'a> {
    source: &'a Source,
    assets: TableRows,
    dependencies: TableRows,
}

impl<'a> Graph<'a> {
    fn new(source: &'a Source) -> Self {
        Self { source, assets: TableRows::new(&ASSETS), dependencies: TableRows::new(&DEPENDENCIES) }
    }

    fn asset(&mut self, record: &Record<'_>, position: u32, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let asset = asset_code(record, "asset")?;
        let country = record.country("country")?;
        let (latitude, longitude) = record.place("latitude", "longitude")?.unzip();
        let operator_lei = identifier(record, "operator_lei", SelectorKind::Lei)?;
        let cells = [
            self.source.record_id(position).into(),
            (&asset).into(),
            record.text("name").into(),
            record.text("sector").into(),
            record.number("sector_share", 0.0..=1.0)?.into(),
            country.into(),
            record.text("cluster").into(),
            latitude.into(),
            longitude.into(),
            record.text("operator_name").into(),
            operator_lei.as_ref().into(),
            record.boolean("is_critical_entity")?.into(),
            record.boolean("is_nis2_entity")?.into(),
        ];
        self.assets.push(cells, sink)?;
        let origin =
            Origin { source: self.source, table: ASSETS.name, position, stated_at: None, valid_from: None, valid_to: None };
        let about = [("code", Some(asset.as_str())), ("name", record.text("name")), ("country", country)];
        Ok(sink.statements(origin.statements(&format!("asset-{asset}"), "asset", &about))?)
    }

    fn dependency(&mut self, record: &Record<'_>, position: u32, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let (dependent, supplier) = (asset_code(record, "dependent")?, asset_code(record, "supplier")?);
        if dependent == supplier {
            return Err(Problem::field("supplier", "an asset does not depend on itself").into());
        }
        let kind = record.needed("kind")?;
        if !KINDS.contains(&kind) {
            return Err(Problem::field("kind", format!("{kind:?} is none of {}", KINDS.join(", "))).into());
        }
        let strength = record.number("strength", 0.0..=1.0)?.ok_or_else(|| Problem::field("strength", "it is empty"))?;
        let buffer_hours = record.number("buffer_hours", 0.0..=BUFFER_MAX_HOURS)?.unwrap_or_default();
        let (latitude, longitude) = record.place("latitude", "longitude")?.unzip();
        let cells = [
            self.source.record_id(position).into(),
            (&dependent).into(),
            (&supplier).into(),
            kind.into(),
            strength.into(),
            buffer_hours.into(),
            latitude.into(),
            longitude.into(),
        ];
        Ok(self.dependencies.push(cells, sink)?)
    }

    fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.assets.flush(sink)?;
        Ok(self.dependencies.flush(sink)?)
    }
}

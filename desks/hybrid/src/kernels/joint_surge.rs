//! Joint surges: several domains of one place that are unusual in the same week.
//!
//! Input: events with `record_id`, `at`, `place`, `domain`, `cell`, `source`, `is_weak` (0 or 1) and, where known, `latitude` and
//! `longitude`. For each day of the span and some before it, the last seven days of each stream (place and domain) are judged by
//! the stream's own past ([`baseline`](super::baseline)), the streams of a place are joined to one p-value
//! ([`streams`](super::streams)), and the places of the day are corrected for their number by Benjamini and Hochberg
//! ([`combine`](super::combine)). A place alarms where its false discovery rate is at most `false_discovery_percent` and at least
//! `least_domains` domains are unusual by themselves. Days of alarm with at most a week between them are one surge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, Int64Builder, ListBuilder, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Kernel, KernelError, KernelRun, Output, Parameters};

use super::columns::{Columns, float, integer, text};
use super::normal::LEAST_P;
use super::streams::{Streams, WEEK_DAYS};
use super::surges::{Surge, surges};
use crate::core_model::DOMAINS;

const NAME: &str = "joint_surge";
const DAY_MICROS: i64 = 86_400_000_000;
const MOST_EVENTS: usize = 1_000_000;
const MOST_PLACES: usize = 300;
const MOST_DAYS: usize = 1_500;
/// How far before the span alarms are sought, so that a surge that goes on keeps its beginning.
const MEMORY_DAYS: i64 = 60;
/// Most events that a surge lists.
const MOST_LISTED: usize = 500;

/// Finds joint surges.
pub(crate) struct JointSurge;

impl Kernel for JointSurge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let number = |name: &str, nullable: bool| Field::new(name, DataType::Float64, nullable);
        let whole = |name: &str| Field::new(name, DataType::Int64, false);
        let item = Field::new_list_field(DataType::Int64, true);
        Arc::new(Schema::new(vec![
            Field::new("place", DataType::Utf8, false),
            Field::new("surge_from", ColumnType::Time.arrow(), false),
            Field::new("surge_to", ColumnType::Time.arrow(), false),
            Field::new("alarmed_at", ColumnType::Time.arrow(), false),
            number("latitude", true),
            number("longitude", true),
            number("joint_p", false),
            number("false_discovery_percent", false),
            number("cluster_p", true),
            whole("cluster_places"),
            whole("observed"),
            number("expected", false),
            whole("domains"),
            Field::new("domains_in_words", DataType::Utf8, false),
            number("top_domain_percent", false),
            Field::new("cells_in_words", DataType::Utf8, false),
            whole("sources"),
            number("top_source_percent", false),
            number("weak_percent", false),
            Field::new("record_ids", DataType::List(Arc::new(item)), false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let missing = |parameter: &str| KernelError::Parameter {
            kernel: NAME,
            parameter: parameter.to_owned(),
            problem: "it is missing or of another type".into(),
        };
        let number = |name: &str| parameters.number(name).ok_or_else(|| missing(name));
        let day = |name: &str| {
            let at = parameters.time(name).ok_or_else(|| missing(name))?;
            Ok::<i64, KernelError>(at.as_microsecond())
        };
        Ok(Box::new(Run {
            rate: number("false_discovery_percent")? / 100.0,
            least_domains: number("least_domains")? as usize,
            first_day: day("span_from")?.div_euclid(DAY_MICROS) - MEMORY_DAYS,
            // A day counts once it is over.
            end_day: day("span_to")?.div_euclid(DAY_MICROS),
            schema: self.output_schema(),
            events: Vec::new(),
            middles: BTreeMap::new(),
            text_bytes: 0,
        }))
    }
}

struct Event {
    record_id: i64,
    day: i64,
    place: Box<str>,
    domain: usize,
    cell: Box<str>,
    source: Box<str>,
    is_weak: bool,
}

struct Run {
    rate: f64,
    least_domains: usize,
    first_day: i64,
    end_day: i64,
    schema: SchemaRef,
    events: Vec<Event>,
    /// Of each place the middle that its first event with one names.
    middles: BTreeMap<Box<str>, Option<(f64, f64)>>,
    text_bytes: usize,
}

impl Run {
    /// The first day that counts: that of the first event, so that a time without data is no quiet time.
    fn streams(&self) -> Result<Option<(i64, Streams)>, KernelError> {
        let Some(first) = self.events.iter().map(|event| event.day).min().filter(|first| *first < self.end_day) else {
            return Ok(None);
        };
        let days = usize::try_from(self.end_day - first).unwrap_or(usize::MAX);
        if days > MOST_DAYS {
            return Err(limit(format!("{days} days of events; at most {MOST_DAYS} are judged in one run: run a shorter span")));
        }
        let places: Vec<&str> = self.middles.keys().map(AsRef::as_ref).collect();
        let counted = self.events.iter().filter(|event| event.day < self.end_day);
        let counted: Vec<(usize, usize, usize)> = counted
            .filter_map(|event| {
                let place = places.binary_search(&event.place.as_ref()).ok()?;
                Some((usize::try_from(event.day - first).ok()?, place, event.domain))
            })
            .collect();
        // A place without a middle is near to nothing: it lies at the south pole, alone with others like it.
        let middles: Vec<(f64, f64)> = self.middles.values().map(|middle| middle.unwrap_or((-90.0, 0.0))).collect();
        Ok(Some((first, Streams::of(&counted, days, &middles))))
    }

    fn batch(&self, first: i64, surges: &[Surge]) -> Result<RecordBatch, KernelError> {
        let places: Vec<(&Box<str>, &Option<(f64, f64)>)> = self.middles.iter().collect();
        let told: Vec<Told> = surges.iter().map(|surge| self.told(first, surge, places[surge.place].0)).collect();
        let at = |day: usize| (first + day as i64) * DAY_MICROS;
        let times = |moment: &dyn Fn(&Surge) -> i64| -> ArrayRef {
            Arc::new(surges.iter().map(|surge| Some(moment(surge))).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        };
        let numbers =
            |value: &dyn Fn(&Surge) -> Option<f64>| -> ArrayRef { Arc::new(surges.iter().map(value).collect::<Float64Array>()) };
        let wholes = |value: &dyn Fn(&Surge) -> usize| -> ArrayRef {
            Arc::new(surges.iter().map(|surge| i64::try_from(value(surge)).ok()).collect::<Int64Array>())
        };
        let of_told = |value: &dyn Fn(&Told) -> f64| -> ArrayRef {
            Arc::new(told.iter().map(|told| Some(value(told))).collect::<Float64Array>())
        };
        let texts = |value: &dyn Fn(&Told) -> String| -> ArrayRef {
            Arc::new(told.iter().map(|told| Some(value(told))).collect::<StringArray>())
        };
        let mut record_ids = ListBuilder::new(Int64Builder::new());
        told.iter().for_each(|told| record_ids.append_value(told.record_ids.iter().copied().map(Some)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(surges.iter().map(|surge| Some(places[surge.place].0.as_ref())).collect::<StringArray>()),
            times(&|surge| at(surge.alarmed + 1 - WEEK_DAYS)),
            times(&|surge| at(surge.last + 1)),
            times(&|surge| at(surge.alarmed + 1)),
            numbers(&|surge| places[surge.place].1.map(|middle| middle.0)),
            numbers(&|surge| places[surge.place].1.map(|middle| middle.1)),
            numbers(&|surge| Some(surge.p.max(LEAST_P))),
            numbers(&|surge| Some(100.0 * surge.rate)),
            numbers(&|surge| surge.cluster.map(|(p, _)| p.max(LEAST_P))),
            wholes(&|surge| surge.cluster.map_or(0, |(_, places)| places)),
            wholes(&|surge| surge.observed as usize),
            numbers(&|surge| Some(surge.expected)),
            wholes(&|surge| surge.raised.len()),
            texts(&|told| told.domains.clone()),
            numbers(&|surge| {
                let excess = surge.raised.values();
                Some(100.0 * excess.clone().copied().fold(0.0, f64::max) / excess.sum::<f64>().max(f64::MIN_POSITIVE))
            }),
            texts(&|told| told.cells.clone()),
            Arc::new(told.iter().map(|told| i64::try_from(told.sources).ok()).collect::<Int64Array>()),
            of_told(&|told| told.top_source_percent),
            of_told(&|told| told.weak_percent),
            Arc::new(record_ids.finish()),
        ];
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// What the events of a surge say: those of its place, days and unusual domains.
    fn told(&self, first: i64, surge: &Surge, place: &str) -> Told {
        let days = first + (surge.alarmed + 1 - WEEK_DAYS) as i64..=first + surge.last as i64;
        let has_dormant = surge.raised.contains_key(&DOMAINS.len());
        let of_surge = |event: &&Event| {
            *event.place == *place && days.contains(&event.day) && (has_dormant || surge.raised.contains_key(&event.domain))
        };
        let events: Vec<&Event> = self.events.iter().filter(of_surge).collect();
        let (mut sources, mut cells) = (BTreeMap::new(), BTreeMap::new());
        for event in &events {
            *sources.entry(event.source.as_ref()).or_insert(0usize) += 1;
            *cells.entry(event.cell.as_ref()).or_insert(0usize) += 1;
        }
        let share = |count: usize| 100.0 * count as f64 / events.len().max(1) as f64;
        let record_ids: BTreeSet<i64> = events.iter().map(|event| event.record_id).collect();
        let mut cells: Vec<(&str, usize)> = cells.into_iter().collect();
        cells.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let named =
            surge.raised.keys().map(|domain| DOMAINS.get(*domain).copied().unwrap_or("usually silent domains").replace('_', " "));
        Told {
            domains: named.collect::<Vec<_>>().join(", "),
            cells: cells.iter().take(9).map(|(cell, count)| format!("{cell}: {count}")).collect::<Vec<_>>().join("; "),
            sources: sources.len(),
            top_source_percent: share(sources.values().copied().max().unwrap_or_default()),
            weak_percent: share(events.iter().filter(|event| event.is_weak).count()),
            record_ids: record_ids.into_iter().take(MOST_LISTED).collect(),
        }
    }
}

/// The words and shares of a surge.
struct Told {
    domains: String,
    cells: String,
    sources: usize,
    top_source_percent: f64,
    weak_percent: f64,
    record_ids: Vec<i64>,
}

fn limit(problem: String) -> KernelError {
    KernelError::Limit { kernel: NAME, problem }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (ids, at, weak) = (columns.integers("record_id")?, columns.moments("at")?, columns.integers("is_weak")?);
        let [places, domains, cells, sources] = ["place", "domain", "cell", "source"].map(|name| columns.texts(name));
        let (places, domains, cells, sources) = (places?, domains?, cells?, sources?);
        let (latitudes, longitudes) = (columns.floats("latitude")?, columns.floats("longitude")?);
        for row in 0..batch.num_rows() {
            let (Some(record_id), Some(at)) = (integer(&ids, row), integer(&at, row)) else { continue };
            let (Some(place), Some(domain)) = (text(&places, row), text(&domains, row)) else { continue };
            let Some(domain) = DOMAINS.iter().position(|known| *known == domain) else { continue };
            let cell = text(&cells, row).unwrap_or_default();
            let source = text(&sources, row).unwrap_or_default();
            self.text_bytes += place.len() + cell.len() + source.len();
            let middle = self.middles.entry(place.into()).or_default();
            *middle = middle.or(float(&latitudes, row).zip(float(&longitudes, row)));
            self.events.push(Event {
                record_id,
                day: at.div_euclid(DAY_MICROS),
                place: place.into(),
                domain,
                cell: cell.into(),
                source: source.into(),
                is_weak: integer(&weak, row) == Some(1),
            });
        }
        if self.events.len() > MOST_EVENTS || self.middles.len() > MOST_PLACES {
            return Err(limit(format!(
                "more than {MOST_EVENTS} events or {MOST_PLACES} places; run a shorter span, or code fewer places"
            )));
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let Some((first, streams)) = self.streams()? else { return Ok(()) };
        let day = |day: i64| usize::try_from(day - first).unwrap_or_default();
        let surges = surges(&streams, day(self.first_day), day(self.end_day), self.rate, self.least_domains);
        if surges.is_empty() { Ok(()) } else { output.emit(self.batch(first, &surges)?) }
    }

    fn memory_bytes(&self) -> usize {
        let streams = self.middles.len() * (DOMAINS.len() + 1) * MOST_DAYS * (size_of::<u32>() + size_of::<f64>());
        self.events.len() * size_of::<Event>() + self.text_bytes + streams
    }
}

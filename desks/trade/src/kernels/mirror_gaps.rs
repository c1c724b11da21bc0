//! `mirror_gaps`: what one side says it sold against what the other says it bought, and whether the other's series is whole.
//!
//! G = X / M. Exports are valued at the exporter's border (FOB), imports with freight and insurance (CIF), so 0.9 to 1 is normal. M is the
//! sum over the Member States as partners; the reporter's own line for the Union is compared with it, because the two often differ. A
//! year is **incomplete** when fewer than `least_partners_percent` of the most partners of any earlier year report in it, or its imports
//! fell below `least_imports_percent` of the year before: then nothing can be said of its gap.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, float, integer};
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::within;
use crate::countries::{UNION, WORLD, is_member, member_count};

const NAME: &str = "mirror_gaps";
const MOST_ROWS: usize = 5_000_000;

/// Inputs: the Union's exports (`partner`, `product`, `year`, `value_eur`, `record_id`) and others' imports (`reporter`, `product`, `year`,
/// `partner`, `partner_is_country`, `value_eur`, `record_id`). Output: one row for each country, product and year in which both sides
/// report. Parameters: `least_partners_percent`, `least_imports_percent`.
pub(crate) struct MirrorGaps;

impl Kernel for MirrorGaps {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        let records = DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)));
        Arc::new(Schema::new(vec![
            Field::new("country", DataType::Utf8, false),
            Field::new("product", DataType::Utf8, false),
            Field::new("year", DataType::Int64, false),
            Field::new("exports_eur", DataType::Float64, false),
            Field::new("imports_eur", DataType::Float64, false),
            Field::new("gap", DataType::Float64, false),
            Field::new("baseline_gap", DataType::Float64, true),
            Field::new("baseline_years", DataType::Int64, false),
            Field::new("members_reported", DataType::Int64, false),
            Field::new("partner_count", DataType::Int64, false),
            Field::new("partners_percent", DataType::Float64, true),
            Field::new("imports_change_percent", DataType::Float64, true),
            Field::new("union_line_differs_percent", DataType::Float64, true),
            Field::new("is_incomplete", DataType::Boolean, false),
            Field::new("records", records, false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let share = |name: &str| Ok::<f64, KernelError>(within(NAME, parameters, name, 0.0, 100.0)? / 100.0);
        Ok(Box::new(Run {
            least_partners: share("least_partners_percent")?,
            least_imports: share("least_imports_percent")?,
            exports: BTreeMap::new(),
            imports: BTreeMap::new(),
            rows: 0,
        }))
    }
}

type Series = (String, String);

#[derive(Default)]
struct Exports {
    value_eur: f64,
    records: Vec<i64>,
}

#[derive(Default)]
struct Imports {
    members_eur: f64,
    members: BTreeSet<String>,
    countries_eur: f64,
    countries: BTreeSet<String>,
    union_line_eur: Option<f64>,
    records: Vec<i64>,
}

struct Run {
    least_partners: f64,
    least_imports: f64,
    exports: BTreeMap<Series, BTreeMap<i64, Exports>>,
    imports: BTreeMap<Series, BTreeMap<i64, Imports>>,
    rows: usize,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        self.rows += batch.num_rows();
        if self.rows > MOST_ROWS {
            let problem = format!("more than {MOST_ROWS} flows; compare totals or fewer products");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        let columns = KernelInput::new(NAME, input, batch);
        let (partners, products) = (columns.texts("partner")?, columns.texts("product")?);
        let (years, values, records) = (columns.integers("year")?, columns.floats("value_eur")?, columns.integers("record_id")?);
        let imports = if input == 1 { Some((columns.texts("reporter")?, columns.integers("partner_is_country")?)) } else { None };
        for row in 0..batch.num_rows() {
            let (Some(year), Some(value)) = (integer(&years, row), float(&values, row)) else { continue };
            let (partner, product, record) = (partners.value(row), products.value(row).to_owned(), integer(&records, row));
            let Some((reporters, are_countries)) = &imports else {
                let year = self.exports.entry((partner.to_owned(), product)).or_default().entry(year).or_default();
                year.value_eur += value;
                year.records.extend(record);
                continue;
            };
            let year = self.imports.entry((reporters.value(row).to_owned(), product)).or_default().entry(year).or_default();
            year.add(partner, integer(are_countries, row) == Some(1), value, record);
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let mut rows = Rows::default();
        for (series, imports) in &self.imports {
            let Some(exports) = self.exports.get(series) else { continue };
            let mut earlier_gaps: Vec<f64> = Vec::new();
            let mut before: Option<(i64, &Imports)> = None;
            let mut most_partners = 0;
            for (year, bought) in imports {
                let whole = Completeness::of(*year, bought, before, most_partners);
                let is_incomplete = whole.is_incomplete(self.least_partners, self.least_imports);
                if let Some(sold) = exports.get(year).filter(|_| bought.members_eur > 0.0) {
                    let gap = sold.value_eur / bought.members_eur;
                    rows.push(
                        series,
                        *year,
                        (sold, bought),
                        (gap, median(&earlier_gaps), earlier_gaps.len()),
                        &whole,
                        is_incomplete,
                    );
                    if !is_incomplete {
                        earlier_gaps.push(gap);
                    }
                }
                // A year that is not whole says nothing about the next.
                if !is_incomplete {
                    most_partners = most_partners.max(bought.countries.len());
                    before = Some((*year, bought));
                }
            }
        }
        if rows.count > 0 { output.emit(rows.finish()?) } else { Ok(()) }
    }

    fn memory_bytes(&self) -> usize {
        self.rows * 80
    }
}

impl Imports {
    fn add(&mut self, partner: &str, is_country: bool, value_eur: f64, record: Option<i64>) {
        if partner == UNION {
            self.union_line_eur = Some(self.union_line_eur.unwrap_or_default() + value_eur);
        } else if is_country && partner != WORLD {
            self.countries_eur += value_eur;
            if value_eur > 0.0 {
                self.countries.insert(partner.to_owned());
            }
            if is_member(partner) {
                self.members_eur += value_eur;
                self.members.insert(partner.to_owned());
                self.records.extend(record);
            }
        }
    }
}

/// How whole a year is.
struct Completeness {
    partners: Option<f64>,
    imports: Option<f64>,
    union_line_differs: Option<f64>,
}

impl Completeness {
    fn of(year: i64, bought: &Imports, before: Option<(i64, &Imports)>, most_partners: usize) -> Self {
        let partners = (most_partners > 0).then(|| bought.countries.len() as f64 / most_partners as f64);
        let before = before.filter(|(earlier, imports)| earlier + 1 == year && imports.countries_eur > 0.0);
        let imports = before.map(|(_, before)| bought.countries_eur / before.countries_eur);
        let line = bought.union_line_eur.filter(|_| bought.members_eur > 0.0);
        Self { partners, imports, union_line_differs: line.map(|line| line / bought.members_eur - 1.0) }
    }

    fn is_incomplete(&self, least_partners: f64, least_imports: f64) -> bool {
        self.partners.is_some_and(|share| share < least_partners) || self.imports.is_some_and(|share| share < least_imports)
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { values.get(middle - 1).map(|lower| (lower + upper) / 2.0) }
}

#[derive(Default)]
struct Rows {
    count: usize,
    country: StringBuilder,
    product: StringBuilder,
    year: Int64Builder,
    exports: Float64Builder,
    imports: Float64Builder,
    gap: Float64Builder,
    baseline: Float64Builder,
    baseline_years: Int64Builder,
    members: Int64Builder,
    partner_count: Int64Builder,
    partners: Float64Builder,
    change: Float64Builder,
    differs: Float64Builder,
    incomplete: BooleanBuilder,
    records: ListBuilder<Int64Builder>,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Rows {
    fn push(
        &mut self,
        series: &Series,
        year: i64,
        (sold, bought): (&Exports, &Imports),
        (gap, baseline, baseline_years): (f64, Option<f64>, usize),
        whole: &Completeness,
        is_incomplete: bool,
    ) {
        debug_assert!(bought.members.len() <= member_count(), "a Member State is counted once");
        self.count += 1;
        self.country.append_value(&series.0);
        self.product.append_value(&series.1);
        self.year.append_value(year);
        self.exports.append_value(sold.value_eur);
        self.imports.append_value(bought.members_eur);
        self.gap.append_value(gap);
        self.baseline.append_option(baseline);
        self.baseline_years.append_value(count(baseline_years));
        self.members.append_value(count(bought.members.len()));
        self.partner_count.append_value(count(bought.countries.len()));
        self.partners.append_option(whole.partners.map(|share| share * 100.0));
        self.change.append_option(whole.imports.map(|share| (share - 1.0) * 100.0));
        self.differs.append_option(whole.union_line_differs.map(|share| share * 100.0));
        self.incomplete.append_value(is_incomplete);
        self.records.append_value(sold.records.iter().chain(&bought.records).map(|record| Some(*record)));
    }

    fn finish(&mut self) -> Result<RecordBatch, KernelError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.country.finish()),
            Arc::new(self.product.finish()),
            Arc::new(self.year.finish()),
            Arc::new(self.exports.finish()),
            Arc::new(self.imports.finish()),
            Arc::new(self.gap.finish()),
            Arc::new(self.baseline.finish()),
            Arc::new(self.baseline_years.finish()),
            Arc::new(self.members.finish()),
            Arc::new(self.partner_count.finish()),
            Arc::new(self.partners.finish()),
            Arc::new(self.change.finish()),
            Arc::new(self.differs.finish()),
            Arc::new(self.incomplete.finish()),
            Arc::new(self.records.finish()),
        ];
        Ok(RecordBatch::try_new(MirrorGaps.output_schema(), columns)?)
    }
}

//! Ranks declarations by what was found when ones like them were inspected, and says why.
//!
//! Inputs: 0, declarations that were inspected, with `is_found` (0 or 1); 1, the declarations to choose from. Both have
//! `record_id`, `mrn`, the texts of [`TEXTS`] and the numbers of [`NUMBERS`]. Output: the declarations chosen for inspection,
//! each with what every group of features adds to the log-odds, in bits. Base and groups add up to the model's log-odds exactly.
//!
//! Who is chosen: `explore_percent` of the budget goes to declarations drawn by lot, whatever the model says, because a model
//! that only sees what it chose itself confirms itself. Whether a declaration is drawn depends on its reference and the seed
//! alone. The rest of the budget goes to the highest scores. With fewer than `least_inspected` inspected declarations, or none
//! found or none in order, nothing is ranked and the whole budget is drawn.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::boosting::{BinnedFeature, Model, Settings};
use super::columns::{Columns, float, integer, text};
use super::draw::draw;
use super::outcome_rates::{FOLDS, OutcomeRates, Outcomes};

const NAME: &str = "declaration_risk";
/// Most declarations of either input.
const MOST_DECLARATIONS: usize = 400_000;
/// Parts the folds of training rows; any constant would do.
const FOLD_SEED: &str = "folds";

/// Chosen among four settings (60, 100 or 150 trees, depth 5 or 6) by training on January to September and looking at October to
/// December of the shared training year; the validation quarter was not used for it.
const SETTINGS: Settings = Settings { trees: 100, depth: 6, learning_rate: 0.1, least_rows: 20, penalty: 1.0 };

/// The texts that histories are made of: columns of the inputs, except for [`DERIVED`]. Parties are economic operators; the
/// detector leaves natural persons out.
const TEXTS: [&str; 16] = [
    "importer_identification",
    "declarant_identification",
    "seller_identification",
    "carrier_identification",
    "customs_office",
    "commodity_code",
    "heading",
    "chapter",
    "country_of_origin",
    "country_of_dispatch",
    "declaration_type",
    "procedure",
    "additional_procedure",
    "method_of_payment",
    "mode_of_transport",
    "tax_type",
];

/// Texts that are the first digits of the commodity code: subheading, heading and chapter of the Harmonised System.
const DERIVED: [(&str, usize); 3] = [("commodity_code", 6), ("heading", 4), ("chapter", 2)];

/// The columns of numbers.
const NUMBERS: [&str; 3] = ["net_mass_kg", "item_amount", "tax_rate_percent"];

/// The column a text comes from, and how many bytes of it count.
fn source_of(text: &str) -> (&str, usize) {
    DERIVED.iter().find(|(name, _)| *name == text).map_or((text, usize::MAX), |(_, digits)| ("commodity_code", *digits))
}

/// What a number says, beside the number itself.
#[derive(Debug, Clone, Copy)]
enum Measure {
    Mass,
    Amount,
    AmountPerKg,
    TaxRate,
}

impl Measure {
    fn of(self, declaration: &Declaration) -> f64 {
        let [mass, amount, rate] = declaration.numbers.map(|number| number.unwrap_or(f64::NAN));
        match self {
            Self::Mass => mass,
            Self::Amount => amount,
            Self::AmountPerKg if mass > 0.0 => amount / mass,
            Self::AmountPerKg => f64::NAN,
            Self::TaxRate => rate,
        }
    }
}

/// Features that are one reason together.
struct Group {
    name: &'static str,
    /// Keys whose outcomes count, each of one or two texts. The first is the one that the reason tells of.
    histories: &'static [&'static [&'static str]],
    measures: &'static [Measure],
}

const GROUPS: [Group; 11] = [
    Group { name: "importer", histories: &[&["importer_identification"]], measures: &[] },
    Group { name: "importer_goods", histories: &[&["importer_identification", "commodity_code"]], measures: &[] },
    Group {
        name: "declarant",
        histories: &[&["declarant_identification"], &["declarant_identification", "importer_identification"]],
        measures: &[],
    },
    Group { name: "declarant_goods", histories: &[&["declarant_identification", "commodity_code"]], measures: &[] },
    Group {
        name: "seller",
        histories: &[&["seller_identification"], &["seller_identification", "commodity_code"]],
        measures: &[],
    },
    Group { name: "goods", histories: &[&["commodity_code"], &["heading"], &["chapter"]], measures: &[] },
    Group {
        name: "goods_origin",
        histories: &[&["country_of_origin", "commodity_code"], &["country_of_origin"], &["country_of_dispatch"]],
        measures: &[],
    },
    Group { name: "office", histories: &[&["customs_office"], &["customs_office", "commodity_code"]], measures: &[] },
    Group { name: "transport", histories: &[&["mode_of_transport"], &["carrier_identification"]], measures: &[] },
    Group {
        name: "procedure",
        histories: &[&["procedure"], &["additional_procedure"], &["declaration_type"], &["method_of_payment"]],
        measures: &[],
    },
    Group {
        name: "duty_and_value",
        histories: &[&["tax_type"]],
        measures: &[Measure::TaxRate, Measure::Mass, Measure::Amount, Measure::AmountPerKg],
    },
];

/// Ranks declarations.
pub(crate) struct DeclarationRisk;

impl Kernel for DeclarationRisk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        let mut fields = vec![
            Field::new("record_id", DataType::Int64, false),
            Field::new("chosen_by", DataType::Utf8, false),
            Field::new("rank", DataType::Int64, true),
            Field::new("ranked", DataType::Int64, false),
            Field::new("inspected", DataType::Int64, false),
            Field::new("found_percent", DataType::Float64, true),
            Field::new("base_bits", DataType::Float64, true),
        ];
        for Group { name, .. } in &GROUPS {
            fields.push(Field::new(format!("{name}_bits"), DataType::Float64, true));
            fields.push(Field::new(format!("{name}_inspected"), DataType::Int64, false));
            fields.push(Field::new(format!("{name}_found"), DataType::Int64, false));
        }
        Arc::new(Schema::new(fields))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let missing = |parameter: &str| KernelError::Parameter {
            kernel: NAME,
            parameter: parameter.to_owned(),
            problem: "it is missing or of another type".into(),
        };
        let number = |name: &str| parameters.number(name).ok_or_else(|| missing(name));
        Ok(Box::new(Run {
            budget: number("budget_percent")? / 100.0,
            explore: number("explore_percent")? / 100.0,
            least_inspected: number("least_inspected")?,
            seed: parameters.text("draw_seed").ok_or_else(|| missing("draw_seed"))?.to_owned(),
            schema: self.output_schema(),
            inspected: Vec::new(),
            found: Vec::new(),
            candidates: Vec::new(),
            text_bytes: 0,
        }))
    }
}

/// What the kernel keeps of a declaration.
struct Declaration {
    record_id: i64,
    mrn: String,
    texts: [Option<Box<str>>; TEXTS.len()],
    numbers: [Option<f64>; NUMBERS.len()],
}

impl Declaration {
    /// The key of a history; `None` where any of its texts is empty.
    fn key(&self, history: &[&str]) -> Option<String> {
        let mut key = String::new();
        for name in history {
            let place = TEXTS.iter().position(|text| text == name)?;
            key.push_str(self.texts[place].as_deref()?);
            key.push('\u{1f}');
        }
        Some(key)
    }
}

/// A row of an input.
fn declaration(row: usize, record_id: i64, mrns: &StringArray, texts: &[StringArray], numbers: &[Float64Array]) -> Declaration {
    let derived = |place: usize| {
        let (_, digits) = source_of(TEXTS[place]);
        text(&texts[place], row).map(|text| text.get(..digits).unwrap_or(text).into())
    };
    Declaration {
        record_id,
        mrn: text(mrns, row).unwrap_or_default().to_owned(),
        texts: std::array::from_fn(derived),
        numbers: std::array::from_fn(|place| float(&numbers[place], row)),
    }
}

struct Run {
    budget: f64,
    explore: f64,
    least_inspected: f64,
    seed: String,
    schema: SchemaRef,
    inspected: Vec<Declaration>,
    /// The outcome of each inspected declaration.
    found: Vec<bool>,
    candidates: Vec<Declaration>,
    text_bytes: usize,
}

impl Run {
    fn take(&mut self, input: usize, declaration: Declaration, is_found: bool) -> Result<(), KernelError> {
        let list = if input == 0 { &mut self.inspected } else { &mut self.candidates };
        if list.len() == MOST_DECLARATIONS {
            let problem = format!("more than {MOST_DECLARATIONS} declarations in one input; run a shorter span");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        self.text_bytes += declaration.texts.iter().flatten().map(|text| text.len() + 16).sum::<usize>() + declaration.mrn.len();
        list.push(declaration);
        if input == 0 {
            self.found.push(is_found);
        }
        Ok(())
    }

    /// The model, where there is enough to learn from.
    fn trained(&self) -> Option<Trained> {
        let found = self.found.iter().filter(|found| **found).count();
        let enough = self.inspected.len() as f64 >= self.least_inspected && found > 0 && found < self.found.len();
        enough.then(|| Trained::of(&self.inspected, &self.found, SETTINGS))
    }

    /// The chosen declarations: those drawn by lot, and of the others those with the highest scores.
    fn choose(&self, model: Option<&Trained>) -> Vec<Chosen> {
        let explore = if model.is_some() { self.budget * self.explore } else { self.budget };
        let scores = |declaration: &Declaration| model.map(|model| model.score(declaration));
        let mut scored: Vec<(usize, Option<Score>)> = self.candidates.iter().map(scores).enumerate().collect();
        let log_odds = |score: &Option<Score>| score.as_ref().map_or(0.0, |score| score.log_odds);
        let ids = |place: usize| (self.candidates[place].record_id, &self.candidates[place].mrn);
        scored.sort_by(|one, other| log_odds(&other.1).total_cmp(&log_odds(&one.1)).then_with(|| ids(one.0).cmp(&ids(other.0))));
        let exploit = if model.is_some() { (self.budget * (1.0 - self.explore) * scored.len() as f64).ceil() } else { 0.0 };
        let mut left = exploit as usize;
        let mut chosen = Vec::new();
        for (rank, (candidate, score)) in scored.into_iter().enumerate() {
            let drawn = draw(&self.seed, &self.candidates[candidate].mrn) < explore;
            if drawn || left > 0 {
                left -= usize::from(!drawn);
                let rank = score.is_some().then(|| rank as i64 + 1);
                chosen.push(Chosen { candidate, drawn, rank, score });
            }
        }
        chosen
    }

    fn batch(&self, chosen: &[Chosen], model: Option<&Trained>) -> Result<RecordBatch, KernelError> {
        let integers =
            |value: &dyn Fn(&Chosen) -> Option<i64>| -> ArrayRef { Arc::new(chosen.iter().map(value).collect::<Int64Array>()) };
        let floats =
            |value: &dyn Fn(&Chosen) -> Option<f64>| -> ArrayRef { Arc::new(chosen.iter().map(value).collect::<Float64Array>()) };
        let by = |chosen: &Chosen| Some(if chosen.drawn { "lot" } else { "risk" });
        let mut columns: Vec<ArrayRef> = vec![
            integers(&|chosen| Some(self.candidates[chosen.candidate].record_id)),
            Arc::new(chosen.iter().map(by).collect::<StringArray>()),
            integers(&|chosen| chosen.rank),
            integers(&|_| i64::try_from(self.candidates.len()).ok()),
            integers(&|_| i64::try_from(self.inspected.len()).ok()),
            floats(&|_| model.map(|model| 100.0 * model.rate)),
            floats(&|_| model.map(|model| in_bits(model.model.base()))),
        ];
        for group in 0..GROUPS.len() {
            let known = |chosen: &Chosen| chosen.score.as_ref().map_or(Outcomes::default(), |score| score.known[group]);
            columns.push(floats(&|chosen| chosen.score.as_ref().map(|score| in_bits(score.groups[group]))));
            columns.push(integers(&|chosen| Some(i64::from(known(chosen).inspected))));
            columns.push(integers(&|chosen| Some(i64::from(known(chosen).found))));
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

fn in_bits(log_odds: f64) -> f64 {
    log_odds / std::f64::consts::LN_2
}

struct Chosen {
    candidate: usize,
    drawn: bool,
    rank: Option<i64>,
    score: Option<Score>,
}

/// The log-odds of one declaration, by group.
struct Score {
    log_odds: f64,
    groups: [f64; GROUPS.len()],
    /// What is known of each group's first key.
    known: [Outcomes; GROUPS.len()],
}

/// A model with the outcome rates it rests on.
struct Trained {
    /// One for each history of each group, in their order.
    rates: Vec<OutcomeRates>,
    /// The share of inspected declarations that were not in order.
    rate: f64,
    model: Model,
}

/// The two features of a history: the smoothed rate, and on how many inspections it rests. Both are missing where there is no
/// key.
fn history_features(known: Option<Outcomes>, base: f64) -> (f64, f64) {
    known.map_or((f64::NAN, f64::NAN), |known| (known.rate(base), f64::from(known.inspected)))
}

impl Trained {
    fn of(inspected: &[Declaration], found: &[bool], settings: Settings) -> Self {
        let rate = found.iter().filter(|found| **found).count() as f64 / found.len() as f64;
        let folds: Vec<usize> =
            inspected.iter().map(|declaration| (draw(FOLD_SEED, &declaration.mrn) * FOLDS as f64) as usize).collect();
        let mut rates = Vec::new();
        let mut features = Vec::new();
        for group in &GROUPS {
            for history in group.histories {
                let mut outcomes = OutcomeRates::default();
                let keys: Vec<Option<String>> = inspected.iter().map(|declaration| declaration.key(history)).collect();
                for ((key, fold), found) in keys.iter().zip(&folds).zip(found) {
                    key.iter().for_each(|key| outcomes.add(key, *fold, *found));
                }
                let of_history = |(key, fold): (&Option<String>, &usize)| {
                    history_features(key.as_ref().map(|key| outcomes.known(key, Some(*fold))), rate)
                };
                let (shares, counts): (Vec<f64>, Vec<f64>) = keys.iter().zip(&folds).map(of_history).unzip();
                features.extend([BinnedFeature::of(&shares), BinnedFeature::of(&counts)]);
                rates.push(outcomes);
            }
            for measure in group.measures {
                features.push(BinnedFeature::of(&inspected.iter().map(|one| measure.of(one)).collect::<Vec<_>>()));
            }
        }
        Self { rates, rate, model: Model::train(&features, found, settings) }
    }

    fn score(&self, declaration: &Declaration) -> Score {
        let mut row = Vec::new();
        let mut owners = Vec::new();
        let mut known = [Outcomes::default(); GROUPS.len()];
        let mut rates = self.rates.iter();
        for (place, group) in GROUPS.iter().enumerate() {
            for (number, (history, rates)) in group.histories.iter().zip(rates.by_ref()).enumerate() {
                let outcomes = declaration.key(history).map(|key| rates.known(&key, None));
                if number == 0 {
                    known[place] = outcomes.unwrap_or_default();
                }
                let (share, count) = history_features(outcomes, self.rate);
                row.extend([share, count]);
                owners.extend([place; 2]);
            }
            row.extend(group.measures.iter().map(|measure| measure.of(declaration)));
            owners.extend(group.measures.iter().map(|_| place));
        }
        let mut groups = [0.0; GROUPS.len()];
        for (owner, contribution) in owners.iter().zip(self.model.contributions(&row)) {
            groups[*owner] += contribution;
        }
        Score { log_odds: self.model.base() + groups.iter().sum::<f64>(), groups, known }
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (ids, mrns) = (columns.integers("record_id")?, columns.texts("mrn")?);
        let found = if input == 0 { Some(columns.integers("is_found")?) } else { None };
        let texts = TEXTS.iter().map(|name| columns.texts(source_of(name).0)).collect::<Result<Vec<_>, _>>()?;
        let numbers = NUMBERS.iter().map(|name| columns.floats(name)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let Some(record_id) = integer(&ids, row) else { continue };
            let declaration = declaration(row, record_id, &mrns, &texts, &numbers);
            let is_found = found.as_ref().and_then(|found| integer(found, row)).is_some_and(|found| found != 0);
            self.take(input, declaration, is_found)?;
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        if self.candidates.is_empty() {
            return Ok(());
        }
        // Both inputs in one order, so that batches and files do not matter.
        let mut order: Vec<(Declaration, bool)> =
            std::mem::take(&mut self.inspected).into_iter().zip(self.found.drain(..)).collect();
        order.sort_by(|one, other| (one.0.record_id, &one.0.mrn).cmp(&(other.0.record_id, &other.0.mrn)));
        (self.inspected, self.found) = order.into_iter().unzip();
        let model = self.trained();
        let chosen = self.choose(model.as_ref());
        output.emit(self.batch(&chosen, model.as_ref())?)
    }

    fn memory_bytes(&self) -> usize {
        let declarations = self.inspected.len() + self.candidates.len();
        let features: usize = GROUPS.iter().map(|group| 2 * group.histories.len() + group.measures.len()).sum();
        let keys: usize = 80 * features * self.inspected.len() / 4;
        declarations * size_of::<Declaration>() + self.text_bytes + features * self.inspected.len() + keys
    }
}

#[cfg(test)]
mod tests;

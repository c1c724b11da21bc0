//! Adverts that offer money for a deed at a critical site, and which of them are made from one template.
//!
//! Input: `record_id` and `text`, ordered by time. A text is looked at if it names pay (an amount with its currency, or a word for paying)
//! and a task near each other. Templates are near-duplicates after what changes from copy to copy is masked: amounts, numbers, wallets and
//! the kind of site. Emitted are the texts of all templates of which one copy or more names a critical site there: another copy may say it in
//! words that no list has. Texts that also speak of contracts, or of police and courts, are emitted with how many such words they have: they
//! speak against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, Float64Builder, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};
use oikos_matching::{NearDuplicates, text_words};

use super::at_least;
use super::columns::Columns;
use super::terms::{codes_in, replaced};

const NAME: &str = "task_adverts";
/// A template has at least so many words.
const LEAST_TEMPLATE_WORDS: usize = 4;

/// Finds adverts and templates.
pub(crate) struct TaskAdverts;

impl Kernel for TaskAdverts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("record_id", DataType::Int64, false),
            Field::new("template", DataType::Utf8, false),
            Field::new("task", DataType::Utf8, false),
            Field::new("target", DataType::Utf8, false),
            Field::new("amount", DataType::Float64, true),
            Field::new("currency", DataType::Utf8, true),
            Field::new("contract_words", DataType::Int64, false),
            Field::new("news_words", DataType::Int64, false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let least_percent = at_least(NAME, parameters, "least_similarity_percent", 1.0)?;
        let near_words = at_least(NAME, parameters, "near_words", 1.0)? as usize;
        Ok(Box::new(Run {
            templates: NearDuplicates::new(least_percent / 100.0, LEAST_TEMPLATE_WORDS),
            near_words,
            held: Vec::new(),
        }))
    }
}

struct Run {
    templates: NearDuplicates,
    near_words: usize,
    held: Vec<Held>,
}

/// An offer until it is known whether a copy of its template names a site.
struct Held {
    record_id: i64,
    template: String,
    offer: Offer,
}

/// What an advert offers.
#[derive(Debug, PartialEq)]
pub(super) struct Offer {
    pub(super) task: &'static str,
    /// The kind of critical site, where it is said.
    pub(super) target: Option<&'static str>,
    pub(super) amount: Option<(f64, &'static str)>,
    pub(super) contract_words: usize,
    pub(super) news_words: usize,
}

/// The offer in a text, if it is one: pay for a task.
pub(super) fn offer_in(words: &[String], near_words: usize) -> Option<Offer> {
    // A task and a site far from each other are two things a long page speaks of.
    let windows = words.chunks(near_words.max(1)).enumerate().map(|(chunk, _)| {
        let from = chunk * near_words;
        &words[from..(from + 2 * near_words).min(words.len())]
    });
    let near = windows.filter_map(|window| {
        let task = *codes_in("task", window).first()?;
        let amount = amount_in(window);
        let pays = amount.is_some() || !codes_in("pay", window).is_empty();
        pays.then(|| (task, codes_in("site", window).first().copied(), amount))
    });
    let (task, target, amount) = near.min_by_key(|(_, target, amount)| (target.is_none(), amount.is_none()))?;
    Some(Offer {
        task,
        target,
        amount,
        contract_words: codes_in("contract", words).len(),
        news_words: codes_in("news", words).len(),
    })
}

/// The first number with a currency beside it.
fn amount_in(words: &[String]) -> Option<(f64, &'static str)> {
    let number = |word: &String| word.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    let currency = |word: &String| codes_in("currency", std::slice::from_ref(word)).first().copied();
    words.windows(2).find_map(|pair| {
        let behind = number(&pair[0]).zip(currency(&pair[1]));
        behind.or_else(|| number(&pair[1]).zip(currency(&pair[0])))
    })
}

/// Signs of currencies as words, which the words of a text leave out; and thousands without the sign between them.
fn with_currencies(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let separates = |at: usize| {
        matches!(letters[at], '.' | ',' | '\'' | '\u{a0}' | '\u{202f}')
            && digit(at.checked_sub(1))
            && (1..=3).all(|step| digit(Some(at + step)))
            && !digit(Some(at + 4))
    };
    let joined: String = letters.iter().enumerate().filter(|(at, _)| !separates(*at)).map(|(_, letter)| *letter).collect();
    joined.replace('€', " EUR ").replace('$', " USD ").replace('₽', " RUB ").replace('₴', " UAH ")
}

/// The words with those masked that change from copy to copy: words with a digit and currencies as `#`, critical sites as `%`. Of
/// several masks in a row, one stays.
fn masked(words: &[String]) -> Vec<String> {
    let words = replaced("site", &replaced("currency", words, "#"), "%");
    let mask = |word: String| if word.contains(|c: char| c.is_ascii_digit()) { "#".to_owned() } else { word };
    let mut masked: Vec<String> = words.into_iter().map(mask).collect();
    masked.dedup_by(|word, before| word == before && matches!(word.as_str(), "#" | "%"));
    masked
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (ids, texts) = (columns.integers("record_id")?, columns.texts("text")?);
        for row in (0..batch.num_rows()).filter(|row| texts.is_valid(*row)) {
            let words = text_words(&with_currencies(texts.value(row)));
            let Some(offer) = offer_in(&words, self.near_words) else { continue };
            let placed = self.templates.place_words(&masked(&words));
            let placed = placed.map_err(|error| KernelError::Limit { kernel: NAME, problem: error.to_string() })?;
            // A shorter text is a template of its own.
            let template = placed.map_or_else(|| words.join(" "), |placed| format!("{:016x}", placed.fingerprint));
            self.held.push(Held { record_id: ids.value(row), template, offer });
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let mut targets: BTreeMap<&str, &'static str> = BTreeMap::new();
        for held in &self.held {
            if let Some(target) = held.offer.target {
                targets.entry(&held.template).or_insert(target);
            }
        }
        let mut rows = Rows::default();
        for held in &self.held {
            if let Some(target) = targets.get(held.template.as_str()) {
                rows.add(held.record_id, &held.template, held.offer.target.unwrap_or(*target), &held.offer);
            }
        }
        output.emit(rows.batch()?)
    }

    fn memory_bytes(&self) -> usize {
        self.templates.memory_bytes() + self.held.len() * (size_of::<Held>() + 32)
    }
}

#[derive(Default)]
struct Rows {
    record_ids: Int64Builder,
    texts: [StringBuilder; 3],
    amounts: Float64Builder,
    currencies: StringBuilder,
    counts: [Int64Builder; 2],
}

impl Rows {
    fn add(&mut self, record_id: i64, template: &str, target: &str, offer: &Offer) {
        self.record_ids.append_value(record_id);
        for (builder, text) in self.texts.iter_mut().zip([template, offer.task, target]) {
            builder.append_value(text);
        }
        self.amounts.append_option(offer.amount.map(|(amount, _)| amount));
        self.currencies.append_option(offer.amount.map(|(_, currency)| currency));
        for (builder, count) in self.counts.iter_mut().zip([offer.contract_words, offer.news_words]) {
            builder.append_value(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    fn batch(mut self) -> Result<RecordBatch, KernelError> {
        let mut columns: Vec<Arc<dyn Array>> = vec![Arc::new(self.record_ids.finish())];
        for builder in &mut self.texts {
            columns.push(Arc::new(builder.finish()));
        }
        columns.push(Arc::new(self.amounts.finish()));
        columns.push(Arc::new(self.currencies.finish()));
        for builder in &mut self.counts {
            columns.push(Arc::new(builder.finish()));
        }
        Ok(RecordBatch::try_new(TaskAdverts.output_schema(), columns)?)
    }
}

#[cfg(test)]
#[path = "task_adverts_tests.rs"]
mod tests;

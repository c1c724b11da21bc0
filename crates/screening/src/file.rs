//! A file of names through a list, batch by batch.

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use oikos_matching::{Hit, Screener, value_of};
use serde::{Deserialize, Serialize};

use crate::hits::{HitRow, HitWriter, HitsError};
use crate::names::Names;
use crate::subjects::{RowProblem, Subject, Subjects, SubjectsError};

/// How a file is screened. Threshold and weights are the [`Screener`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSettings {
    /// The first row to screen, from 0: where an earlier screening of the same file stopped.
    pub from_row: u64,
    /// How many rows are screened between two checkpoints.
    pub batch_rows: usize,
    /// How many hits can be looked at. All are written; the summary says from how many bits on a hit is among these.
    pub alert_budget: usize,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self { from_row: 0, batch_rows: 1000, alert_budget: 1000 }
    }
}

/// How far a screening came. Kept beside the output, it is what a screening goes on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProgress {
    /// The next row: rows below it are screened, and their hits written.
    pub next_row: u64,
    /// Hits so far, in this run.
    pub hits: u64,
    /// Rows that could not be screened, in this run.
    pub problems: u64,
    /// What the output file must be cut to before it is written on; `None`: a new file is needed.
    pub output_bytes: Option<u64>,
}

/// What a screening of a file gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FileSummary {
    /// How far it came.
    pub progress: FileProgress,
    /// Whether it came to the end of the file.
    pub is_finished: bool,
    /// Rows with at least one hit, in this run.
    pub rows_with_hits: u64,
    /// A hit with so many bits or more is within the alert budget of this run; `None`: all are.
    pub budget_bits: Option<f32>,
}

/// Why a screening stopped.
#[derive(Debug, thiserror::Error)]
pub enum ScreenFileError {
    /// The file of names cannot be read on.
    #[error(transparent)]
    Subjects(#[from] SubjectsError),
    /// The hits cannot be written.
    #[error(transparent)]
    Hits(#[from] HitsError),
}

/// Screens all rows of a file against a list. After each batch the output is flushed and `progress` hears how far it came; if it
/// breaks, the screening stops there and can go on later. `problem` hears of each row that could not be screened.
///
/// # Errors
/// When the file cannot be read on or the hits cannot be written. What the last progress says is in the output then.
pub fn screen_file(
    screener: &Screener,
    names: &Names,
    subjects: &mut dyn Subjects,
    mut output: Box<dyn HitWriter + '_>,
    settings: FileSettings,
    problem: &mut dyn FnMut(RowProblem),
    progress: &mut dyn FnMut(&FileProgress) -> ControlFlow<()>,
) -> Result<FileSummary, ScreenFileError> {
    subjects.skip_to(settings.from_row)?;
    let mut summary = FileSummary::default();
    summary.progress.next_row = settings.from_row;
    let mut best = Budget::new(settings.alert_budget);
    while !summary.is_finished {
        let mut batch: Vec<Subject> = Vec::new();
        for _ in 0..settings.batch_rows.max(1) {
            let Some(row) = subjects.next()? else {
                summary.is_finished = true;
                break;
            };
            summary.progress.next_row += 1;
            match row {
                Ok(subject) => batch.push(subject),
                Err(wrong) => {
                    summary.progress.problems += 1;
                    problem(wrong);
                }
            }
        }
        let rows = screen_batch(screener, names, batch, &mut summary.rows_with_hits);
        rows.iter().for_each(|row| best.take(row.bits as f32));
        summary.progress.hits += rows.len() as u64;
        output.write(&rows)?;
        summary.progress.output_bytes = output.checkpoint()?;
        if progress(&summary.progress).is_break() {
            break;
        }
    }
    output.finish()?;
    summary.budget_bits = best.least();
    Ok(summary)
}

fn screen_batch(screener: &Screener, names: &Names, batch: Vec<Subject>, rows_with_hits: &mut u64) -> Vec<HitRow> {
    let places: Vec<(u64, String)> = batch.iter().map(|subject| (subject.row, subject.id.clone().unwrap_or_default())).collect();
    let screening = screener.screen(batch.into_iter().map(|subject| subject.entity).collect());
    let mut rows = Vec::new();
    for ((row, id), (_, hits)) in places.iter().zip(screening.hits()) {
        *rows_with_hits += u64::from(!hits.is_empty());
        rows.extend(hits.iter().filter_map(|hit| hit_row(names, *row, id, hit)));
    }
    rows
}

/// A hit as a row. `None`: its entity is not described, so it is no longer on a list.
fn hit_row(names: &Names, row: u64, subject: &str, hit: &Hit) -> Option<HitRow> {
    let described = names.describe(hit)?;
    let list = |of: fn(&crate::ListLabel) -> &str| described.lists.iter().map(|list| of(list)).collect::<Vec<_>>().join("; ");
    let of_listings = |of: fn(&crate::Listing) -> &std::collections::BTreeSet<String>| {
        let all: std::collections::BTreeSet<&str> =
            described.listings.iter().flat_map(|listing| of(listing)).map(String::as_str).collect();
        all.into_iter().collect::<Vec<_>>().join("; ")
    };
    let reasons = hit.score.reasons.iter().map(|reason| format!("{} {:+.3}", reason.feature, reason.bits));
    let words = hit.score.words.iter().map(|word| format!("{}~{}", word.first, word.second));
    Some(HitRow {
        row,
        subject: subject.to_owned(),
        name: hit.name.clone(),
        entity: described.key.entity.to_string(),
        dataset: described.key.dataset.to_string(),
        lists: list(|list| &list.list),
        legal_force: list(|list| &list.legal_force),
        listed_name: described.name.to_owned(),
        alias: hit.alias.clone(),
        alias_strength: described.strength.code().to_owned(),
        script: format!("{:?}", described.script).to_lowercase(),
        programmes: of_listings(|listing| &listing.programmes),
        references: of_listings(|listing| &listing.references),
        bits: f64::from(hit.score.bits),
        score: value_of(hit.score.bits),
        reasons: reasons.collect::<Vec<_>>().join("; "),
        words: words.collect::<Vec<_>>().join("; "),
    })
}

/// The bits of the strongest hits, as many as can be looked at.
struct Budget {
    size: usize,
    /// The weakest on top. Bits as whole numbers in their order.
    strongest: BinaryHeap<std::cmp::Reverse<i32>>,
    is_exceeded: bool,
}

impl Budget {
    fn new(size: usize) -> Self {
        Self { size, strongest: BinaryHeap::new(), is_exceeded: false }
    }

    fn take(&mut self, bits: f32) {
        self.strongest.push(std::cmp::Reverse(ordered(bits)));
        if self.strongest.len() > self.size {
            self.strongest.pop();
            self.is_exceeded = true;
        }
    }

    /// The fewest bits within the budget, if there were more hits than fit.
    fn least(&self) -> Option<f32> {
        let weakest = self.strongest.peek().map(|weakest| unordered(weakest.0));
        self.is_exceeded.then(|| weakest.unwrap_or(f32::INFINITY))
    }
}

/// A float as a whole number of the same order (IEEE 754, section 5.10). It is its own inverse.
const fn turned(bits: i32) -> i32 {
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

fn ordered(number: f32) -> i32 {
    turned(number.to_bits() as i32)
}

fn unordered(number: i32) -> f32 {
    f32::from_bits(turned(number) as u32)
}

#[cfg(test)]
mod tests;

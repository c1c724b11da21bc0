//! Does screening find the lists' own names when they are badly written? Asked every night, and by anyone who may screen.

use oikos_matching::{Entity, MUTATIONS, SearchSettings, Weights, self_recall};
use oikos_model::Action;
use serde::{Deserialize, Serialize};

use super::screen::ScreeningSettings;
use crate::{Caller, Node, NodeError, Noted};

/// Entities tried where nobody says how many.
const SAMPLE: usize = 500;
const SAMPLE_MAXIMUM: usize = 20_000;

/// What to try.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SelfRecallRequest {
    /// How many listed entities, spread over the lists; absent: 500.
    pub sample: Option<usize>,
    /// Decides which letters are hit; absent: the day, so that every night is another one.
    pub seed: Option<u64>,
    /// Datasets; empty: every list that the caller may read.
    pub datasets: Vec<String>,
}

/// How many of the names were found again, by what was done to them and by script.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SelfRecallRow {
    /// What was done to the name.
    pub mutation: String,
    /// The script it is written in.
    pub script: String,
    /// How many were tried.
    pub tried: usize,
    /// Of how many the entity was among the matches.
    pub found: usize,
    /// Of how many it was the first.
    pub first: usize,
}

impl Node {
    /// Asks the lists for their own names, badly written.
    ///
    /// # Errors
    /// When policy refuses or the sample is out of its bounds.
    pub fn screening_self_recall(&self, caller: &Caller, request: &SelfRecallRequest) -> Result<Vec<SelfRecallRow>, NodeError> {
        let sample = request.sample.unwrap_or(SAMPLE);
        if !(1..=SAMPLE_MAXIMUM).contains(&sample) {
            return Err(NodeError::Invalid(format!("sample: {sample} is not between 1 and {SAMPLE_MAXIMUM}")));
        }
        let seed = request.seed.unwrap_or_else(|| (self.clock().now().as_second() / 86_400).unsigned_abs());
        let datasets = ScreeningSettings { datasets: request.datasets.clone(), ..ScreeningSettings::default() }.datasets()?;
        self.write(caller, Action::Screen, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let lists = self.lists(tx, &labels, datasets)?;
            let mut all: Vec<&Entity> = lists.entities.values().flatten().collect();
            all.sort_unstable_by(|one, other| one.id.cmp(&other.id));
            let step = all.len().div_ceil(sample).max(1);
            let tried: Vec<&Entity> = all.into_iter().step_by(step).collect();
            let weights = Weights::default();
            let rows = self_recall(&lists.index, tried.iter().copied(), &MUTATIONS, seed, &SearchSettings::new(&weights));
            let detail = serde_json::json!({
                "self_recall": seed,
                "tried": rows.iter().map(|row| row.tried).sum::<usize>(),
                "found": rows.iter().map(|row| row.found).sum::<usize>(),
            });
            let code = |value: &oikos_matching::Mutation| {
                serde_json::to_value(value).ok().and_then(|code| code.as_str().map(str::to_owned))
            };
            let rows = rows.into_iter().map(|row| SelfRecallRow {
                mutation: code(&row.mutation).unwrap_or_default(),
                script: row.script.to_owned(),
                tried: row.tried,
                found: row.found,
                first: row.first,
            });
            Ok((rows.collect(), Noted::about(vec!["screening:self-recall".into()]).with_detail(detail)))
        })
    }
}

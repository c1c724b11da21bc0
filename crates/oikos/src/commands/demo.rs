//! `oikos demo`: two fictional authorities live through the first events of Quiet Tide on this machine.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use oikos_scenario::ScenarioOptions;

use crate::demo::{Narrator, Stage, Verdict, live_through};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos demo\n  oikos demo --once --json --seed 7\n\nWith --once it ends by itself, and its exit code is 0 only if Quiet Tide's conditions for these events hold."
)]
pub(crate) struct Demo {
    /// End after the story instead of serving the page
    #[arg(long)]
    once: bool,
    /// The scenario's seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A smaller sea, for a quick look: 40 vessels over 6 days
    #[arg(long)]
    small: bool,
    /// Where the nodes' folders are made; kept afterwards. A temporary folder where absent
    #[arg(long)]
    folder: Option<PathBuf>,
}

impl Demo {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let temporary =
            tempfile::Builder::new().prefix("oikos-demo-").tempdir().map_err(|error| Failure::new(error.to_string()))?;
        let folder = self.folder.clone().unwrap_or_else(|| temporary.path().to_owned());
        if std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(
                Failure::new(format!("{} is not empty", folder.display())).with_help("name a new folder, or delete this one")
            );
        }
        let narrator = Narrator::new(json);
        let options = if self.small { ScenarioOptions::small(self.seed) } else { ScenarioOptions::standard(self.seed) };
        let raw = folder.join("raw");
        narrator.say("Writing raw files of a fictional sea and a fictional register ...");
        let truth = {
            let raw = raw.clone();
            let generated = tokio::task::spawn_blocking(move || oikos_scenario::generate(&raw, &options)).await;
            generated.map_err(|error| Failure::new(error.to_string()))?.map_err(|error| Failure::new(error.to_string()))?
        };
        let stage = Arc::new(Stage::set(&folder, truth.day_zero).await?);
        let discovery = live_through(&stage, &raw, &truth, &narrator).await?;
        let verdict = Verdict::of(&stage, &truth, discovery).await?;
        if json {
            show::json(&serde_json::to_value(&verdict).map_err(|error| Failure::new(error.to_string()))?);
        } else {
            verdict.tell(&narrator);
        }
        if !self.once {
            stage.serve(&narrator).await?;
        }
        Ok(if verdict.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

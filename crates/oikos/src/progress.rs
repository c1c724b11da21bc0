//! Watching a job with a progress bar, on standard error and only where someone looks.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::connection::Connection;
use crate::failure::Failure;
use crate::show;

/// Waits for a job to end and gives what came of it.
pub(crate) async fn watch(connection: &Connection, job: &Value, quiet: bool) -> Result<Value, Failure> {
    const POLL: Duration = Duration::from_millis(120);
    let path = format!("/jobs/{}", show::text(job, "id"));
    let bar = bar(&show::text(job, "kind"), quiet);
    loop {
        let job = connection.get(&path).await?;
        if let Some(total) = job["total"].as_u64() {
            bar.set_length(total);
        }
        bar.set_position(job["done"].as_u64().unwrap_or_default());
        match job["state"].as_str() {
            Some("running") => tokio::time::sleep(POLL).await,
            Some("done") => {
                bar.finish_and_clear();
                return Ok(job["result"].clone());
            }
            _ => {
                bar.finish_and_clear();
                let error = &job["result"]["error"];
                return Err(Failure::new(show::text(error, "message")).with_code(show::text(error, "code")));
            }
        }
    }
}

/// A bar of unknown length. It draws only on a terminal.
pub(crate) fn bar(message: &str, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {wide_bar} {percent:>3} %  {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(message.to_owned());
    bar
}

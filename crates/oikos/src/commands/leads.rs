//! `oikos leads`: what joins with what, and why.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos leads --node at\n  oikos leads --node fi --around lei:529900T8BM49AURSDO55   # who owns what around a company"
)]
pub(crate) struct Leads {
    #[command(flatten)]
    node: NodeArguments,
    /// Instead of leads, show who owns what around a company: lei:VALUE or company-number:VALUE
    #[arg(long, value_name = "KIND:VALUE")]
    around: Option<String>,
}

impl Leads {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let connection = Connection::open(&self.node).await?;
        if let Some(around) = &self.around {
            let (kind, value) = kind_and_value(around)?;
            let escape = super::findings::escaped;
            let view = connection.get(&format!("/ownership?kind={}&value={}", escape(kind), escape(value))).await?;
            if json {
                show::json(&view)
            } else {
                print_ownership(&view)
            }
            return Ok(ExitCode::SUCCESS);
        }
        let leads = connection.get("/leads").await?;
        if json {
            show::json(&leads);
        } else if show::items(&leads).is_empty() {
            show::line("No leads: no two findings that may be read together are joined by anything surprising.");
        } else {
            show::items(&leads).iter().for_each(print_lead);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The two halves of KIND:VALUE.
pub(crate) fn kind_and_value(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once(':').ok_or_else(|| Failure::new(format!("{text:?} is no KIND:VALUE")))
}

/// A lead with its members, links, proof paths and rivals.
pub(crate) fn print_lead(view: &Value) {
    let lead = &view["lead"];
    let kind = if view["is_campaign"] == true { "Campaign" } else { "Lead" };
    show::line(&format!(
        "{kind}: {} ({} bits, uncalibrated, {})",
        show::text(lead, "title"),
        show::bits(&view["score_bits"]),
        show::text(view, "tlp")
    ));
    for member in show::items(&lead["members"]) {
        let from = if member["received"] == true { "released by" } else { "own, of" };
        show::line(&format!(
            "  {}  {} [{from} {}]",
            show::text(member, "occurred_from"),
            show::text(member, "title"),
            show::text(member, "origin")
        ));
    }
    for link in show::items(&lead["links"]) {
        show::line(&format!("  joined: {}", show::text(link, "reason")));
        show::items(&link["steps"]).iter().for_each(print_step);
    }
    for rival in show::items(&lead["rivals"]) {
        show::line(&format!("  or else: {}", show::text(rival, "text")));
    }
    for lack in show::items(&lead["lacks"]) {
        show::line(&format!("  no campaign: {}", show::plain(lack.as_str().unwrap_or(""))));
    }
}

fn print_step(step: &Value) {
    let share = step["share_percent"].as_f64().map_or_else(|| "an unstated share".to_owned(), |share| format!("{share} %"));
    let source = format!("{}, {}", show::text(step, "dataset"), show::text(step, "origin"));
    show::line(&format!("      {} holds {share} of {}  ({source})", show::text(step, "owner"), show::text(step, "owned")));
}

fn print_ownership(view: &Value) {
    if show::items(&view["entities"]).is_empty() {
        return show::line("No statement that you may read names this company.");
    }
    let parents: Vec<String> =
        show::items(&view["parents"]).iter().map(|name| show::plain(name.as_str().unwrap_or(""))).collect();
    show::line(&format!(
        "Behind it: {}",
        if parents.is_empty() { "nobody that is stated".to_owned() } else { parents.join(", ") }
    ));
    show::items(&view["steps"]).iter().for_each(print_step);
}

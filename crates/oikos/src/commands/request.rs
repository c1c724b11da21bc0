//! `oikos request`: ask a partner to release what is behind a hit, and answer what partners ask.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos request send --node at --as jonas.gruber --to fi.coast-guard lei:529900T8BM49AURSDO55 --preview\n  oikos request list --node fi --as anna.virtanen --purpose fdi-screening --state open"
)]
pub(crate) struct Request {
    #[command(subcommand)]
    command: RequestCommand,
}

#[derive(Subcommand)]
enum RequestCommand {
    /// Ask a partner for release; the selector is shown to it
    #[command(
        after_help = "Example:\n  oikos request send --node at --as jonas.gruber --to fi.coast-guard lei:529900T8BM49AURSDO55 --preview\n  oikos request send --node at --as jonas.gruber --to fi.coast-guard lei:529900T8BM49AURSDO55 --reference 5f…e1 --regime fdi_cooperation --message \"Screening of a stake in a port\""
    )]
    Send(Send),
    /// List requests of and to partners, those that are due first first
    #[command(
        after_help = "Example:\n  oikos request list --node fi --as anna.virtanen --purpose fdi-screening --direction incoming --state open"
    )]
    List(List),
    /// Show one request, and which own findings are about it
    #[command(after_help = "Example:\n  oikos request show --node fi --as anna.virtanen --purpose fdi-screening 3fa9c2")]
    Show(Show),
    /// Answer a partner's request: release, release in part, or refuse
    #[command(
        after_help = "Example:\n  oikos request answer --node fi --as anna.virtanen --purpose fdi-screening 3fa9c2 --finding 77ab01\n  oikos request answer --node fi --as anna.virtanen --purpose fdi-screening 3fa9c2 --refuse \"the case is before a court\""
    )]
    Answer(AnswerArguments),
}

#[derive(Args)]
struct Send {
    #[command(flatten)]
    node: NodeArguments,
    /// What it is about, KIND:VALUE
    #[arg(value_name = "KIND:VALUE")]
    selector: String,
    /// The partner
    #[arg(long)]
    to: String,
    /// The reference of the hit
    #[arg(long)]
    reference: Option<String>,
    /// The law whose clock runs
    #[arg(long, value_parser = ["prum2", "directive_2023_977", "fiu", "fdi_cooperation", "agreement"])]
    regime: Option<String>,
    /// How soon
    #[arg(long, value_parser = ["threat_to_life", "urgent", "normal"])]
    urgency: Option<String>,
    /// The answer is thought to be directly available
    #[arg(long)]
    directly_available: bool,
    /// Words for the person who decides
    #[arg(long, default_value = "")]
    message: String,
    /// Only show what the partner would see
    #[arg(long)]
    preview: bool,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    node: NodeArguments,
    /// Of partners, or to partners
    #[arg(long, value_parser = ["incoming", "outgoing"])]
    direction: Option<String>,
    /// Of or to this partner
    #[arg(long)]
    partner: Option<String>,
    /// Only those that stand so
    #[arg(long, value_parser = ["open", "released", "part_released", "refused", "neither_confirmed_nor_denied"])]
    state: Option<String>,
}

#[derive(Args)]
struct Show {
    #[command(flatten)]
    node: NodeArguments,
    /// The request's id, or its first digits
    id: String,
}

#[derive(Args)]
struct AnswerArguments {
    #[command(flatten)]
    node: NodeArguments,
    /// The request's id, or its first digits
    id: String,
    /// Release this finding with the answer: its key, or the key's first digits. May be given more than once
    #[arg(long)]
    finding: Vec<String>,
    /// Only these of their fields
    #[arg(long, value_delimiter = ',')]
    fields: Vec<String>,
    /// Release what the register says around a company: lei:VALUE or company-number:VALUE
    #[arg(long, value_name = "KIND:VALUE")]
    register_around: Option<String>,
    /// Say that this is a part of what there is
    #[arg(long)]
    in_part: bool,
    /// Refuse, and say why
    #[arg(long, value_name = "REASON", conflicts_with_all = ["finding", "register_around", "neither"])]
    refuse: Option<String>,
    /// Neither confirm nor deny
    #[arg(long, conflicts_with_all = ["finding", "register_around"])]
    neither: bool,
}

impl Request {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.command {
            RequestCommand::Send(send) => send.run(json).await,
            RequestCommand::List(list) => list.run(json).await,
            RequestCommand::Show(show) => show.run(json).await,
            RequestCommand::Answer(answer) => answer.run(json).await,
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Send {
    async fn run(self, json: bool) -> Result<(), Failure> {
        let connection = Connection::open(&self.node).await?;
        let (kind, value) = super::leads::kind_and_value(&self.selector)?;
        let available = self.directly_available.then_some(true);
        let draft = json!({ "partner": self.to, "selector": { "kind": kind, "value": value }, "reference": self.reference,
            "regime": self.regime, "urgency": self.urgency, "directly_available": available, "message": self.message });
        if self.preview {
            let preview = connection.post("/requests/preview", &draft).await?;
            if json {
                show::json(&preview);
                return Ok(());
            }
            let fields = show::items(&preview["shows"]).iter();
            let rows = fields.map(|field| vec![show::text(field, "name"), show::text(field, "text")]).collect();
            show::table(&[&format!("{} would see", self.to), ""], rows, "Nothing.");
            show::line(&format!("An answer is due by {} ({})", show::text(&preview, "due_at"), show::text(&preview, "law")));
            return Ok(());
        }
        let request = connection.post("/requests", &draft).await?;
        let deliveries = connection.post("/deliveries", &json!({})).await?;
        if json {
            show::json(&json!({ "request": request, "deliveries": deliveries }));
        } else {
            print(&json!([request]));
        }
        Ok(())
    }
}

impl List {
    async fn run(self, json: bool) -> Result<(), Failure> {
        let connection = Connection::open(&self.node).await?;
        let filters = [("direction", &self.direction), ("partner", &self.partner), ("state", &self.state)];
        let query: Vec<String> = filters.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?))).collect();
        let requests = connection.get(&format!("/requests?{}", query.join("&"))).await?;
        if json {
            show::json(&requests)
        } else {
            print(&requests)
        }
        Ok(())
    }
}

impl Show {
    async fn run(self, json: bool) -> Result<(), Failure> {
        let connection = Connection::open(&self.node).await?;
        let (direction, partner, id) = find(&connection, &self.id).await?;
        let view = connection.get(&format!("/requests/{direction}/{partner}/{id}")).await?;
        if json {
            show::json(&view);
            return Ok(());
        }
        print(&json!([view["request"]]));
        show::line(&format!("legal basis: {}", show::text(&view["request"], "legal_basis")));
        show::line(&format!("clock: {}", show::text(&view["request"], "law")));
        show::line(&format!("message: {}", show::text(&view["request"], "message")));
        if direction == "incoming" {
            let matches = show::items(&view["matches"]).iter();
            let rows = matches.map(|line| vec![show::text(line, "key").chars().take(12).collect(), show::text(line, "title")]);
            show::table(&["Finding", "Title"], rows.collect(), "No finding of this node is about it, as far as you may see.");
        }
        Ok(())
    }
}

impl AnswerArguments {
    async fn run(self, json: bool) -> Result<(), Failure> {
        let connection = Connection::open(&self.node).await?;
        let (direction, partner, id) = find(&connection, &self.id).await?;
        if direction != "incoming" {
            return Err(Failure::new("this node made that request; its partner answers it"));
        }
        let mut findings = Vec::new();
        for beginning in &self.finding {
            let (origin, key) = super::findings::find(&connection, beginning).await?;
            findings.push(json!({ "origin": origin, "key": key }));
        }
        let around = self.register_around.as_deref().map(super::leads::kind_and_value).transpose()?;
        let outcome = match (&self.refuse, self.neither, self.in_part) {
            (Some(_), ..) => "refused",
            (None, true, _) => "neither_confirmed_nor_denied",
            (None, false, true) => "part_released",
            (None, false, false) => "released",
        };
        let decision = json!({ "outcome": outcome, "reason": self.refuse, "findings": findings,
            "fields": (!self.fields.is_empty()).then_some(&self.fields),
            "register_around": around.map(|(kind, value)| json!({ "kind": kind, "value": value })) });
        let view = connection.post(&format!("/requests/incoming/{partner}/{id}/answer"), &decision).await?;
        let deliveries = connection.post("/deliveries", &json!({})).await?;
        if json {
            show::json(&json!({ "answer": view, "deliveries": deliveries }));
        } else {
            super::release::print(&view, "Leaves");
        }
        Ok(())
    }
}

/// The one request whose id begins so: direction, partner, id.
async fn find(connection: &Connection, beginning: &str) -> Result<(String, String, String), Failure> {
    let requests = connection.get("/requests?limit=1000").await?;
    let begins = |request: &&Value| request["id"].as_str().is_some_and(|id| id.starts_with(beginning));
    let found: Vec<&Value> = show::items(&requests).iter().filter(begins).collect();
    match found.as_slice() {
        [one] => Ok((show::text(one, "direction"), show::text(one, "partner"), show::text(one, "id"))),
        [] => Err(Failure::new(format!(
            "no request begins with {beginning}, as far as you may see; `oikos request list` lists them"
        ))),
        _ => Err(Failure::new(format!("{} requests begin with {beginning}; give more digits", found.len()))),
    }
}

fn print(requests: &Value) {
    let row = |request: &Value| {
        let state = show::text(request, "state").replace('_', " ");
        let state = if request["overdue"] == true { "OVERDUE".to_owned() } else { state };
        vec![
            show::text(request, "id").chars().take(8).collect(),
            show::text(request, "direction"),
            show::text(request, "partner"),
            show::text(request, "selector"),
            show::text(request, "purpose"),
            show::text(request, "due_at"),
            state,
            show::text(request, "reason"),
        ]
    };
    let rows = show::items(requests).iter().map(row).collect();
    show::table(&["Id", "Direction", "Partner", "About", "Purpose", "Due", "State", "Reason"], rows, "No requests.");
}

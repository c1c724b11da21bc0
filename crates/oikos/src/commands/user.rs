//! `oikos user`: accounts.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::connection::{Connection, NodeArguments};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos user add --node fi anna.virtanen --name \"Anna Virtanen\" --role analyst --role releaser --role desk:sea\n\nThe password is asked for, or read from OIKOS_NEW_PASSWORD."
)]
pub(crate) struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List accounts
    List {
        #[command(flatten)]
        node: NodeArguments,
    },
    /// Make an account, or change one
    Add {
        #[command(flatten)]
        node: NodeArguments,
        /// Account name, for example anna.virtanen
        account: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// A role: analyst, supervisor, releaser, data-protection-officer, auditor, administrator; and desk:NAME for each desk whose records the person sees
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
    },
}

impl User {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::List { node } => {
                let users = Connection::open(&node).await?.get("/users").await?;
                if json {
                    show::json(&users);
                } else {
                    let rows = show::items(&users).iter().map(|user| {
                        let roles: Vec<String> =
                            show::items(&user["roles"]).iter().filter_map(|r| r.as_str()).map(show::plain).collect();
                        vec![show::text(user, "name"), show::text(user, "display_name"), roles.join(", ")]
                    });
                    show::table(&["account", "name", "roles"], rows.collect(), "No accounts.");
                }
            }
            What::Add { node, account, name, roles } => {
                let connection = Connection::open(&node).await?;
                let request =
                    json!({ "name": account, "display_name": name, "roles": roles, "password": new_password(&account)? });
                let user = connection.put("/users", &request).await?;
                if json {
                    show::json(&user);
                } else {
                    show::line(&format!("{} can sign in as {}.", show::text(&user, "display_name"), show::text(&user, "name")));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn new_password(account: &str) -> Result<String, Failure> {
    if let Ok(password) = std::env::var("OIKOS_NEW_PASSWORD") {
        return Ok(password);
    }
    let ask = |prompt: String| {
        rpassword::prompt_password(prompt).map_err(|error| {
            Failure::new(format!("no password: {error}")).with_help("set OIKOS_NEW_PASSWORD where there is no terminal")
        })
    };
    let first = ask(format!("New password of {account}: "))?;
    if first != ask("Again: ".to_owned())? {
        return Err(Failure::new("the two passwords differ"));
    }
    Ok(first)
}

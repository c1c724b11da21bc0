//! `oikos user`: accounts, and how people prove who they are.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::connection::{Connection, NodeArguments, secret};
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(
    after_help = "Example:\n  oikos user add --node fi anna.virtanen --name \"Anna Virtanen\" --role analyst --role releaser --role desk:sea\n  oikos user second-factor --node fi --as anna.virtanen\n  oikos user second-factor --node fi --reset anna.virtanen\n  oikos user passwd --node fi --as anna.virtanen\n  oikos user disable --node fi anna.virtanen\n  oikos user sessions --node fi --as anna.virtanen\n\nA new password is asked for, or read from OIKOS_NEW_PASSWORD."
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
    /// Replace a password: one's own, or as an administrator that of an account; its sessions end
    Passwd {
        #[command(flatten)]
        node: NodeArguments,
        /// The account; absent: the one named by --as
        account: Option<String>,
    },
    /// Refuse an account's sign-in, and end its sessions
    Disable(OneAccount),
    /// Let a disabled account sign in again
    Enable(OneAccount),
    /// Hear an account again at once after too many failures
    Unlock(OneAccount),
    /// Enrol one's own second factor, or reset somebody's whose device is lost
    SecondFactor {
        #[command(flatten)]
        node: NodeArguments,
        /// Remove this account's second factor, recovery codes and passkeys
        #[arg(long, value_name = "ACCOUNT")]
        reset: Option<String>,
    },
    /// List one's own passkeys, or remove one; they are made in the browser
    Passkeys {
        #[command(flatten)]
        node: NodeArguments,
        /// Remove this one
        #[arg(long, value_name = "ID")]
        remove: Option<String>,
    },
    /// List one's own sessions, or end one
    Sessions {
        #[command(flatten)]
        node: NodeArguments,
        /// End this one
        #[arg(long, value_name = "ID")]
        end: Option<String>,
    },
    /// Bind an account to a person at the identity provider, or remove the binding
    Bind {
        #[command(flatten)]
        one: OneAccount,
        /// The provider's name for that person (`sub`); absent: remove the binding
        #[arg(long)]
        subject: Option<String>,
    },
}

#[derive(Args)]
struct OneAccount {
    #[command(flatten)]
    node: NodeArguments,
    /// The account
    account: String,
}

impl User {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        match self.what {
            What::List { node } => list(&node, json).await?,
            What::Add { node, account, name, roles } => {
                let connection = Connection::open(&node).await?;
                let request =
                    json!({ "name": account, "display_name": name, "roles": roles, "password": new_password(&account)? });
                let user = connection.put("/users", &request).await?;
                let news = format!("{} can sign in as {}.", show::text(&user, "display_name"), show::text(&user, "name"));
                say(json, &user, &news);
            }
            What::Passwd { node, account: Some(account) } => {
                let change = json!({ "password": new_password(&account)? });
                change_account(&OneAccount { node, account }, &change, "has a new password; its sessions have ended", json)
                    .await?;
            }
            What::Passwd { node, account: None } => change_own_password(&node, json).await?,
            What::Disable(one) => change_account(&one, &json!({ "disabled": true }), "cannot sign in any more", json).await?,
            What::Enable(one) => change_account(&one, &json!({ "disabled": false }), "can sign in again", json).await?,
            What::Unlock(OneAccount { node, account }) => {
                let user = Connection::open(&node).await?.delete(&format!("/users/{account}/delay")).await?;
                say(json, &user, &format!("{account} is heard again."));
            }
            What::SecondFactor { node, reset: Some(account) } => {
                let user = Connection::open(&node).await?.delete(&format!("/users/{account}/second-factor")).await?;
                say(json, &user, &format!("{account} has no second factor and no passkeys any more; its sessions have ended."));
            }
            What::SecondFactor { node, reset: None } => enrol(&node, json).await?,
            What::Passkeys { node, remove } => own_things(&node, "/passkeys", remove, &["id", "name", "used_at"], json).await?,
            What::Sessions { node, end } => {
                own_things(&node, "/sessions", end, &["id", "proof", "opened_at", "used_at", "is_this"], json).await?;
            }
            What::Bind { one: OneAccount { node, account }, subject } => {
                let connection = Connection::open(&node).await?;
                let path = format!("/users/{account}/subject");
                let (user, news) = match subject {
                    Some(subject) => (connection.put(&path, &json!({ "subject": subject })).await?, "signs in at the provider"),
                    None => (connection.delete(&path).await?, "does not sign in at the provider any more"),
                };
                say(json, &user, &format!("{account} {news}."));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(node: &NodeArguments, json: bool) -> Result<(), Failure> {
    let users = Connection::open(node).await?.get("/users").await?;
    if json {
        show::json(&users);
        return Ok(());
    }
    let rows = show::items(&users).iter().map(|user| {
        let roles: Vec<String> = show::items(&user["roles"]).iter().filter_map(|r| r.as_str()).map(show::plain).collect();
        vec![show::text(user, "name"), show::text(user, "display_name"), roles.join(", "), access(user)]
    });
    show::table(&["account", "name", "roles", "access"], rows.collect(), "No accounts.");
    Ok(())
}

/// How somebody signs in, in a few words.
fn access(user: &Value) -> String {
    let passkeys = user["passkeys"].as_u64().unwrap_or(0);
    let words = [
        (user["disabled"] == true).then(|| "disabled".to_owned()),
        user["delayed_until"].as_str().map(|until| format!("not heard until {}", show::plain(until))),
        (user["second_factor"] == true).then(|| "second factor".to_owned()),
        (passkeys > 0).then(|| format!("{passkeys} passkeys")),
        (user["single_sign_on"] == true).then(|| "single sign-on".to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Changes something of an account and leaves the rest as it is.
async fn change_account(one: &OneAccount, change: &Value, news: &str, json: bool) -> Result<(), Failure> {
    let connection = Connection::open(&one.node).await?;
    let users = connection.get("/users").await?;
    let user = show::items(&users).iter().find(|user| user["name"] == one.account.as_str());
    let user = user.ok_or_else(|| Failure::new(format!("there is no account {}", show::plain(&one.account))))?;
    let mut request = json!({ "name": user["name"], "display_name": user["display_name"], "roles": user["roles"],
        "disabled": user["disabled"] });
    for (field, value) in change.as_object().into_iter().flatten() {
        request[field] = value.clone();
    }
    let user = connection.put("/users", &request).await?;
    say(json, &user, &format!("{} {news}.", one.account));
    Ok(())
}

async fn change_own_password(node: &NodeArguments, json: bool) -> Result<(), Failure> {
    let connection = Connection::open(node).await?;
    let person = connection.person().ok_or_else(|| Failure::new("name the account, or sign in with --as"))?;
    let present = secret("OIKOS_PASSWORD", &format!("Present password of {person}: "))?;
    let request = json!({ "present": present, "new": new_password(person)? });
    let done = connection.put("/session/password", &request).await?;
    say(json, &done, "The password is replaced; your other sessions have ended.");
    Ok(())
}

/// Shows a secret once, takes a first code, and shows recovery codes once.
async fn enrol(node: &NodeArguments, json: bool) -> Result<(), Failure> {
    let connection = Connection::open(node).await?;
    if connection.person().is_none() {
        return Err(Failure::new("sign in with --as: everybody enrols their own second factor"));
    }
    let enrolment = connection.post("/session/second-factor", &json!({})).await?;
    // Beside the result, so that a program reads one document.
    show::note(&format!("Give this to your authenticator app; it is shown once:\n  {}", show::text(&enrolment, "uri")));
    let code = secret("OIKOS_CODE", "Its code now: ")?;
    let codes = connection.put("/session/second-factor", &json!({ "code": code })).await?;
    if json {
        show::json(&codes);
        return Ok(());
    }
    show::line("Your second factor counts from now on. Keep these recovery codes; each signs in once, and they are shown once:");
    show::items(&codes["recovery_codes"]).iter().filter_map(Value::as_str).for_each(|code| show::line(&format!("  {code}")));
    Ok(())
}

/// Lists what is one's own, or ends one of it.
async fn own_things(node: &NodeArguments, path: &str, end: Option<String>, columns: &[&str], json: bool) -> Result<(), Failure> {
    let connection = Connection::open(node).await?;
    if let Some(id) = end {
        let done = connection.delete(&format!("{path}/{id}")).await?;
        say(json, &done, "Done.");
        return Ok(());
    }
    let things = connection.get(path).await?;
    if json {
        show::json(&things);
        return Ok(());
    }
    let rows = show::items(&things).iter().map(|thing| columns.iter().map(|column| show::text(thing, column)).collect());
    show::table(columns, rows.collect(), "None.");
    Ok(())
}

fn say(json: bool, answer: &Value, news: &str) {
    if json { show::json(answer) } else { show::line(news) }
}

fn new_password(account: &str) -> Result<String, Failure> {
    if let Ok(password) = std::env::var("OIKOS_NEW_PASSWORD") {
        return Ok(password);
    }
    let first = secret("OIKOS_NEW_PASSWORD", &format!("New password of {account}: "))?;
    if first != secret("OIKOS_NEW_PASSWORD", "Again: ")? {
        return Err(Failure::new("the two passwords differ"));
    }
    Ok(first)
}

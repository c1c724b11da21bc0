//! `oikos`: one program for people, one file per command.
//!
//! A command talks to the running node where there is one. Otherwise it opens the folder itself and asks the same API in process,
//! so that policy and journal see the same request either way.

mod commands;
mod connection;
mod demo;
mod failure;
mod files;
mod progress;
mod show;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

#[derive(Parser)]
#[command(
    name = "oikos",
    version,
    about = "Records stay home, released findings travel.\nConcept demonstrator; fictional agreements; not accredited."
)]
struct CommandLine {
    /// Write machine-readable JSON to standard output
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Live through Quiet Tide on fictional nodes
    Demo(commands::demo::Demo),
    /// Make a node's folder
    Init(commands::init::Init),
    /// Import files into a node
    Import(commands::import::Import),
    /// Run detectors
    Detect(commands::detect::Detect),
    /// List, set, try, write or exchange detectors
    Detector(commands::detector::Detector),
    /// List findings, show one, or decide
    Findings(commands::findings::Findings),
    /// List leads: what joins with what, and why
    Leads(commands::leads::Leads),
    /// Open a case, work in it, or close it
    Case(commands::case::Case),
    /// Search entities, show one, or judge that two are the same
    Entity(commands::entity::Entity),
    /// Ask partners whether they know something, without showing it
    Ask(commands::ask::Ask),
    /// Ask partners for release, and answer what they ask
    Request(commands::request::Request),
    /// Release a finding, or register statements, to a partner
    Release(commands::release::Release),
    /// Take back or correct what was released, or see who has not acknowledged
    Recall(commands::recall::Recall),
    /// Invite, accept, list or leave partners
    Partner(commands::partner::Partner),
    /// Carry sealed parcels as files, or fetch what waits at partners
    Parcel(commands::parcel::Parcel),
    /// Serve the page, the API and the link to partners
    Serve(commands::serve::Serve),
    /// Screen names against the lists one may read
    Screen(commands::screen::Screen),
    /// Ask the lake in SQL
    Sql(commands::sql::Sql),
    /// Read, search, verify or prove the journal
    Journal(commands::journal::Journal),
    /// See who looked at whom, unusual access, statistics, and what policy amounts to
    Oversight(commands::oversight::Oversight),
    /// Prepare, authorise, write or verify an evidence bundle: the one way records leave
    Bundle(commands::bundle::Bundle),
    /// Answer data subjects: find, export, correct, restrict, erase, refuse
    Subject(commands::subject::Subject),
    /// List accounts, or make one
    User(commands::user::User),
    /// Erase what has expired, or what one import brought
    Erase(commands::erase::Erase),
    /// Copy a registry from a file to a server, or back
    Registry(commands::registry::Registry),
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new(format!("cannot start: {error}")).report(line.json),
    };
    match runtime.block_on(run(line.command, line.json)) {
        Ok(code) => code,
        Err(failure) => failure.report(line.json),
    }
}

async fn run(command: Command, json: bool) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo(demo) => demo.run(json).await,
        Command::Init(init) => init.run(json),
        Command::Import(import) => import.run(json).await,
        Command::Detect(detect) => detect.run(json).await,
        Command::Detector(detector) => detector.run(json).await,
        Command::Findings(findings) => findings.run(json).await,
        Command::Leads(leads) => leads.run(json).await,
        Command::Case(case) => case.run(json).await,
        Command::Entity(entity) => entity.run(json).await,
        Command::Ask(ask) => ask.run(json).await,
        Command::Request(request) => request.run(json).await,
        Command::Release(release) => release.run(json).await,
        Command::Recall(recall) => recall.run(json).await,
        Command::Partner(partner) => partner.run(json).await,
        Command::Parcel(parcel) => parcel.run(json).await,
        Command::Serve(serve) => serve.run(json).await,
        Command::Screen(screen) => screen.run(json).await,
        Command::Sql(sql) => sql.run(json).await,
        Command::Journal(journal) => journal.run(json).await,
        Command::Oversight(oversight) => oversight.run(json).await,
        Command::Bundle(bundle) => bundle.run(json).await,
        Command::Subject(subject) => subject.run(json).await,
        Command::User(user) => user.run(json).await,
        Command::Erase(erase) => erase.run(json).await,
        Command::Registry(registry) => registry.run(json),
    }
}

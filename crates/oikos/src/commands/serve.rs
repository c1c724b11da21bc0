//! `oikos serve`: the page, the API and the link to partners.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use oikos_model::SystemClock;
use oikos_node::{Node, NodeFolder};

use crate::connection::NodeArguments;
use crate::failure::Failure;
use crate::show;

#[derive(Args)]
#[command(after_help = "Example:\n  oikos serve --node fi\n\nOther commands talk to the node while it serves. Ctrl-C ends it.")]
pub(crate) struct Serve {
    #[command(flatten)]
    node: NodeArguments,
}

impl Serve {
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode, Failure> {
        // Opening waits for the registry's database, which no task may.
        let opened = tokio::task::block_in_place(|| Node::open(NodeFolder::new(&self.node.node), Arc::new(SystemClock)));
        let node = Arc::new(opened?);
        let id = node.id().clone();
        oikos_node::serve(node, interrupted(), |page, partners| {
            if json {
                show::json(&serde_json::json!({ "node": id, "page": format!("http://{page}"), "partners": partners }));
            } else {
                show::line(&format!("{id}: http://{page}  (partners at {partners}; Ctrl-C ends it)"));
            }
        })
        .await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Done when a person or the system asks the process to end.
pub(crate) async fn interrupted() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

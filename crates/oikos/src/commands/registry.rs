//! `oikos registry`: from a file to a server and back.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use oikos_model::{Clock, SystemClock};
use oikos_node::RegistryAddress;
use serde_json::json;

use crate::failure::Failure;
use crate::{progress, show};

#[derive(Args)]
#[command(
    after_help = "Example, while the node is stopped:\n  oikos registry copy fi/registry.sqlite postgres://oikos@localhost/fi\n\nThen write `registry: postgres://oikos@localhost/fi` into fi/node.yaml, and remove the file once the node served. The password of the server is read from the variable OIKOS_REGISTRY_PASSWORD; a node also reads it from keys/registry.password in its folder.\n\nThe copy lands whole or not at all. Every table is read back and compared."
)]
pub(crate) struct Registry {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Copy a whole registry into an empty one
    Copy {
        /// A file, or postgres://USER@localhost/DATABASE
        from: String,
        /// An empty database, or a file that is not there
        to: String,
    },
}

impl Registry {
    pub(crate) fn run(self, json: bool) -> Result<ExitCode, Failure> {
        let What::Copy { from, to } = self.what;
        let bar = progress::bar("registry", json);
        let addresses = (RegistryAddress::of(&from), RegistryAddress::of(&to));
        // The stores block, and this is called by a task.
        let copied = tokio::task::block_in_place(|| {
            oikos_node::copy_registry(&addresses.0, &addresses.1, SystemClock.now(), &mut |now| {
                bar.set_length(now.total);
                bar.set_position(now.done);
                bar.set_message(if now.checking { format!("check {}", now.table) } else { now.table.to_owned() });
            })
        });
        bar.finish_and_clear();
        let copied: Vec<_> = copied?.into_iter().filter(|table| table.rows > 0).collect();
        if json {
            let lines: Vec<_> = copied
                .iter()
                .map(|table| json!({ "table": table.table, "rows": table.rows, "digest": table.digest.to_string() }))
                .collect();
            show::json(&json!({ "tables": lines }));
        } else {
            let rows =
                copied.iter().map(|table| vec![table.table.to_owned(), table.rows.to_string(), table.digest.short()]).collect();
            show::table(&["table", "rows", "digest"], rows, "There was nothing to copy.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

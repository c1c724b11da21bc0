//! Sealed parcels as files, for nodes without a link between them: what waits for a partner goes into a file, receipts come back in one.
//! The same rules hold as on a link: a parcel leaves only when its journal entry is in a checkpoint, and stays in the outbox until its
//! receipt is here, so exporting again gives the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oikos_exchange::{Envelope, Receipt};
use oikos_model::{Action, NodeId};
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

/// The most sealed bytes that one answer holds; what is more comes with the next.
const BYTES_MAXIMUM: usize = 24 << 20;
/// The most parcels and receipts in one bundle.
const ITEMS_MAXIMUM: usize = 10_000;

/// Which parcels are exported.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// To whom.
    #[schema(value_type = String)]
    pub partner: NodeId,
    /// Only those behind this number: the last of the bundle before.
    #[serde(default)]
    pub after: u64,
}

/// Sealed parcels and receipts, to be carried from one node to another.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The form: 1.
    pub format: u8,
    /// Sealed parcels in base64, in the order of their numbers.
    #[serde(default)]
    pub parcels: Vec<String>,
    /// Receipts for parcels that were imported.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub receipts: Vec<Receipt>,
    /// The number of the last parcel, where more wait behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues_after: Option<u64>,
}

impl Bundle {
    /// The form that this version writes and reads.
    pub const FORMAT: u8 = 1;
}

/// What became of one parcel or receipt of a bundle.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CarriedLine {
    /// The parcel.
    pub parcel: String,
    /// Whose it is: the sender of a parcel, the signer of a receipt.
    pub partner: String,
    /// `taken`, `acknowledged` or `refused`.
    pub outcome: String,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// What an import gave.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportedBundle {
    /// Line by line.
    pub lines: Vec<CarriedLine>,
    /// The receipts to carry back.
    #[schema(value_type = Vec<Object>)]
    pub receipts: Vec<Receipt>,
}

impl Node {
    /// The parcels that wait for a partner, sealed, for a file.
    ///
    /// # Errors
    /// When policy refuses, there is no such partner, or the agreement has ended.
    pub fn export_parcels(&self, caller: &Caller, request: &ExportRequest) -> Result<Bundle, NodeError> {
        let published = i64::try_from(self.publish_journal()?).map_err(NodeError::internal)?;
        self.write(caller, Action::DeliverParcel, |tx| {
            let partner = self.partner(tx, &request.partner)?;
            let in_force = partner.check_in_force(self.clock().now()).is_ok();
            let mut bundle = Bundle { format: Bundle::FORMAT, ..Bundle::default() };
            let (mut after, mut length, mut subjects) = (request.after, 0, Vec::new());
            while let Some(parcel) = self.next_ready(&partner, published, after)? {
                if length > 0 && length + parcel.bytes.len() > BYTES_MAXIMUM {
                    bundle.continues_after = Some(after);
                    break;
                }
                after = parcel.sequence;
                if parcel.brings && !in_force {
                    continue;
                }
                length += parcel.bytes.len();
                subjects.push(format!("parcel:{}", parcel.id));
                bundle.parcels.push(STANDARD.encode(&parcel.bytes));
            }
            let detail = serde_json::json!({ "as_file": true, "parcels": bundle.parcels.len() });
            let noted = Noted::about(subjects).with_recipient(request.partner.clone()).with_detail(detail);
            Ok((bundle, noted))
        })
    }

    /// Takes what a file brings: parcels as from a link, each with its own journal entry, and receipts for parcels of this node.
    ///
    /// # Errors
    /// When policy refuses, or the bundle is not one. What is wrong with a parcel or a receipt is in its line.
    pub fn import_bundle(&self, caller: &Caller, bundle: &Bundle) -> Result<ImportedBundle, NodeError> {
        if bundle.format != Bundle::FORMAT || bundle.parcels.len() + bundle.receipts.len() > ITEMS_MAXIMUM {
            return Err(NodeError::Invalid(format!(
                "a bundle is of format {} and has at most {ITEMS_MAXIMUM} items",
                Bundle::FORMAT
            )));
        }
        self.write(caller, Action::ReceiveParcel, |_| {
            let detail =
                serde_json::json!({ "as_file": true, "parcels": bundle.parcels.len(), "receipts": bundle.receipts.len() });
            Ok(((), Noted::about(vec!["bundle:import".into()]).with_detail(detail)))
        })?;
        let mut imported = ImportedBundle { lines: Vec::new(), receipts: Vec::new() };
        for text in &bundle.parcels {
            imported.lines.push(self.import_parcel(text, &mut imported.receipts));
        }
        for receipt in &bundle.receipts {
            let (parcel, partner) = (receipt.content.parcel, &receipt.content.receiver);
            let outcome = self.acknowledge(partner, parcel, receipt).map_err(|error| error.to_string());
            imported.lines.push(carried(parcel.to_string(), partner.to_string(), outcome.map(|()| "acknowledged")));
        }
        Ok(imported)
    }

    fn import_parcel(&self, text: &str, receipts: &mut Vec<Receipt>) -> CarriedLine {
        let unreadable = |problem: String| carried(String::new(), String::new(), Err(problem));
        let bytes = match STANDARD.decode(text) {
            Ok(bytes) => bytes,
            Err(error) => return unreadable(format!("it is no base64: {error}")),
        };
        let envelope = match Envelope::read(&bytes) {
            Ok(envelope) => envelope,
            Err(refusal) => return unreadable(refusal.to_string()),
        };
        let (parcel, from) = (envelope.id.to_string(), envelope.address.from);
        match self.receive_parcel(&from, &bytes) {
            Ok(receipt) => {
                receipts.push(receipt);
                carried(parcel, from.to_string(), Ok("taken"))
            }
            Err(refusal) => carried(parcel, from.to_string(), Err(refusal.to_string())),
        }
    }
}

fn carried(parcel: String, partner: String, outcome: Result<&str, String>) -> CarriedLine {
    let (outcome, reason) = match outcome {
        Ok(outcome) => (outcome, None),
        Err(reason) => ("refused", Some(reason)),
    };
    CarriedLine { parcel, partner, outcome: outcome.to_owned(), reason }
}

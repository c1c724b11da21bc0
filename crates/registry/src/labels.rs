//! Interned labels: one row per distinct marking, origin and scope.

use oikos_model::{Label, LabelId};

use crate::StoreError;

/// Labels of everything in the node.
pub trait Labels {
    /// Interns a label; the same label always has the same id.
    ///
    /// # Errors
    /// When the database fails.
    fn intern_label(&mut self, label: &Label) -> Result<LabelId, StoreError>;

    /// The label with this id.
    ///
    /// # Errors
    /// When the database fails.
    fn label(&self, id: LabelId) -> Result<Option<Label>, StoreError>;

    /// All labels. There are few: policy is asked once for each.
    ///
    /// # Errors
    /// When the database fails.
    fn labels(&self) -> Result<Vec<(LabelId, Label)>, StoreError>;
}

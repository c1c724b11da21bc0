//! The detectors of a node: those that came with the program and those of its own, each as the node set it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use oikos_desk::{Desk, Detector, ParameterValue};
use oikos_model::DetectorId;
use oikos_registry::{DetectorRow, Transaction};

use crate::NodeError;

/// A detector with the desk it belongs to, as the node set it.
#[derive(Clone)]
pub(crate) struct LoadedDetector {
    pub(crate) desk: &'static Desk,
    pub(crate) detector: Detector,
    /// Whether it is the node's own and did not come with the program.
    pub(crate) own: bool,
    pub(crate) enabled: bool,
    /// The node's values where they differ from the head's defaults.
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
}

/// A detector of the node's own that no longer fits its desk.
#[derive(Debug, Clone)]
pub(crate) struct BrokenDetector {
    pub(crate) id: DetectorId,
    pub(crate) problem: String,
}

/// What was loaded, replaced as a whole when somebody changes something.
#[derive(Default)]
pub(crate) struct DetectorSet(RwLock<Arc<Loaded>>);

/// What was loaded.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) detectors: Vec<Arc<LoadedDetector>>,
    pub(crate) broken: Vec<BrokenDetector>,
}

impl DetectorSet {
    pub(crate) fn get(&self) -> Arc<Loaded> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, loaded: Loaded) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
    }

    /// Loads everything again: parses the files of every desk and of the node, and puts the node's settings on them.
    pub(crate) fn load(&self, tx: &dyn Transaction) -> Result<(), NodeError> {
        let rows: BTreeMap<DetectorId, DetectorRow> =
            tx.detectors()?.into_iter().map(|row| (row.detector.clone(), row)).collect();
        let mut loaded =
            Loaded { detectors: built_in()?.into_iter().map(|one| with_row(one, &rows)).collect(), broken: Vec::new() };
        for (id, text) in rows.values().filter_map(|row| Some((&row.detector, row.text.as_ref()?))) {
            match own(text) {
                Ok(detector) => loaded.detectors.push(with_row(detector, &rows)),
                Err(error) => loaded.broken.push(BrokenDetector { id: id.clone(), problem: error.to_string() }),
            }
        }
        self.set(loaded);
        Ok(())
    }
}

/// The detectors that came with the program; a test proves that they parse.
fn built_in() -> Result<Vec<LoadedDetector>, NodeError> {
    let mut loaded = Vec::new();
    for desk in oikos_desks::DESKS {
        for detector in oikos_desk::detectors_of(desk).map_err(NodeError::internal)? {
            loaded.push(LoadedDetector { desk, detector, own: false, enabled: true, parameters: BTreeMap::new() });
        }
    }
    Ok(loaded)
}

/// Reads a detector of the node's own. It is disabled until a row says otherwise.
pub(crate) fn own(text: &str) -> Result<LoadedDetector, oikos_desk::DetectorError> {
    let mut detector = Detector::parse("detector.md", text)?;
    detector.file = format!("{}.md", detector.name());
    let desk = oikos_desks::DESKS.iter().find(|desk| desk.name == detector.desk()).ok_or_else(|| {
        let known: Vec<&str> = oikos_desks::DESKS.iter().map(|desk| desk.name).collect();
        let problem = format!("id: there is no desk {:?}; there are {}", detector.desk(), known.join(", "));
        oikos_desk::DetectorError { file: detector.file.clone(), line: line_of_id(text), problem }
    })?;
    detector.check(desk)?;
    Ok(LoadedDetector { desk, detector, own: true, enabled: false, parameters: BTreeMap::new() })
}

fn line_of_id(text: &str) -> usize {
    text.lines().position(|line| line.starts_with("id:")).map_or(1, |line| line + 1)
}

/// A value that the head no longer allows is left out: the default stands again, which is what the manual page shows.
fn with_row(mut loaded: LoadedDetector, rows: &BTreeMap<DetectorId, DetectorRow>) -> Arc<LoadedDetector> {
    let Some(row) = rows.get(&loaded.detector.head.id) else { return Arc::new(loaded) };
    loaded.enabled = row.enabled;
    let values: BTreeMap<String, ParameterValue> = serde_json::from_value(row.parameters.clone()).unwrap_or_default();
    loaded.parameters = that_fit(&loaded.detector.head, values);
    Arc::new(loaded)
}

/// The values that a head allows.
pub(crate) fn that_fit(head: &oikos_desk::Head, values: BTreeMap<String, ParameterValue>) -> BTreeMap<String, ParameterValue> {
    let fits = |name: &String, value: &mut ParameterValue| {
        oikos_desk::parameters::resolve(head, &BTreeMap::from([(name.clone(), value.clone())])).is_ok()
    };
    let mut values = values;
    values.retain(fits);
    values
}

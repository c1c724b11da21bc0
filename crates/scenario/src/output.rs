//! Writes files below the scenario's folder and notes what was written.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ScenarioError;

/// The scenario's folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Creates a file and the folders above it.
    pub(crate) fn create(&self, path: &str) -> Result<OutputFile, ScenarioError> {
        let full = self.0.join(path);
        let failed = |source| ScenarioError::Write { path: full.clone(), source };
        if let Some(parent) = full.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = BufWriter::new(File::create(&full).map_err(failed)?);
        Ok(OutputFile { path: full, file, digest: Sha256::new() })
    }

    /// Writes a value as indented JSON.
    pub(crate) fn write_json(&self, path: &str, value: &impl Serialize) -> Result<(), ScenarioError> {
        let mut file = self.create(path)?;
        let problem = |error: serde_json::Error| ScenarioError::Write { path: file.path.clone(), source: error.into() };
        let text = serde_json::to_vec_pretty(value).map_err(problem)?;
        file.write(&text)?;
        file.finish().map(|_| ())
    }
}

/// A file being written, with a running hash of its bytes.
pub(crate) struct OutputFile {
    path: PathBuf,
    file: BufWriter<File>,
    digest: Sha256,
}

impl OutputFile {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ScenarioError> {
        self.digest.update(bytes);
        self.file.write_all(bytes).map_err(|source| ScenarioError::Write { path: self.path.clone(), source })
    }

    /// Writes everything out and returns the SHA-256 of the file in hexadecimal digits.
    pub(crate) fn finish(mut self) -> Result<String, ScenarioError> {
        self.file.flush().map_err(|source| ScenarioError::Write { path: self.path.clone(), source })?;
        Ok(hex::encode(self.digest.finalize()))
    }
}

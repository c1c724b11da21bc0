//! Sweeping: files that must go are removed from disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use oikos_registry::Catalogue;

use crate::staging::{is_data_path, remove_file, sync_folder};
use crate::{Lake, LakeError};

/// What a sweep removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweptFiles {
    /// Files the catalogue does not know: a process was stopped between writing and committing them.
    pub unknown: Vec<String>,
    /// Files that were erased from the catalogue.
    pub erased: Vec<String>,
}

impl Lake {
    /// Removes files that were erased and files the catalogue does not know. Run it when the node starts, and after each erasure.
    ///
    /// `catalogue` must be a transaction of its own that began after the erasing one committed: files do not come back with a
    /// rollback. What is being staged in this process is left alone.
    ///
    /// # Errors
    /// When the catalogue or the file system refuses; what is left is removed by the next sweep.
    pub fn sweep(&self, catalogue: &mut dyn Catalogue) -> Result<SweptFiles, LakeError> {
        let snapshot = catalogue.current_snapshot()?;
        let mut known = BTreeSet::new();
        for table in catalogue.tables()? {
            known.extend(catalogue.data_files(&table.name, snapshot)?.into_iter().map(|file| file.path));
        }
        let scheduled = catalogue.paths_to_delete()?;
        let erased: Vec<String> = scheduled.iter().filter(|path| is_data_path(path) && !known.contains(*path)).cloned().collect();
        let unknown = self.unknown_files(&known, &erased)?;
        self.remove(unknown.iter().chain(&erased))?;
        catalogue.forget_deleted_paths(&scheduled)?;
        Ok(SweptFiles { unknown, erased })
    }

    fn unknown_files(&self, known: &BTreeSet<String>, erased: &[String]) -> Result<Vec<String>, LakeError> {
        let found = files_below(&self.folders.data)?;
        let mut staged = self.folders.staged();
        staged.retain(|path| !known.contains(path));
        let is_unknown = |path: &String| !known.contains(path) && !staged.contains(path) && !erased.contains(path);
        Ok(found.into_iter().filter(is_unknown).collect())
    }

    fn remove<'a>(&self, paths: impl Iterator<Item = &'a String>) -> Result<(), LakeError> {
        let mut folders = BTreeSet::new();
        for path in paths {
            let full = self.folders.data_path(path);
            remove_file(&full)?;
            folders.extend(full.parent().map(Path::to_owned));
        }
        folders.iter().filter(|folder| folder.is_dir()).try_for_each(|folder| sync_folder(folder))
    }
}

/// Paths of the data files on disk, as the catalogue would name them. Anything else in the folder is not the lake's.
fn files_below(data: &Path) -> Result<Vec<String>, LakeError> {
    let mut paths = Vec::new();
    for table in entries(data)? {
        let folder = data.join(&table);
        if folder.is_symlink() || !folder.is_dir() {
            continue;
        }
        let files = entries(&folder)?.into_iter().map(|file| format!("{table}/{file}"));
        paths.extend(files.filter(|path| is_data_path(path)));
    }
    Ok(paths)
}

fn entries(folder: &Path) -> Result<Vec<String>, LakeError> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>();
    let names = read().map_err(|error| LakeError::file("listing", folder, error))?;
    Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
}

//! Folders on their way out of the node: the command that asked writes them, so that the node writes nothing outside its own folder.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

/// A file of a folder.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FileView {
    /// Its path below the folder, with `/`.
    pub path: String,
    /// Its bytes in base64.
    pub base64: String,
}

/// A folder's files.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct FolderView {
    /// Every file, by path.
    pub files: Vec<FileView>,
}

impl FolderView {
    /// A folder of these files.
    pub(crate) fn of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let view = |(path, bytes): (String, Vec<u8>)| FileView { path, base64: BASE64.encode(bytes) };
        let mut files: Vec<FileView> = files.into_iter().map(view).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Self { files }
    }
}

/// A file of text.
pub(crate) fn text_file(path: &str, text: impl Into<String>) -> (String, Vec<u8>) {
    (path.to_owned(), text.into().into_bytes())
}

//! Which files a source reads, and their bytes: lists, globs, gzip.

use crate::error::{Code, Error, Result, io_error};
use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One value, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "one string or a list of strings")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Any number.
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    /// The values as a list.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl From<&str> for OneOrMany {
    fn from(value: &str) -> Self {
        Self::One(value.into())
    }
}

/// Where the bytes of one file come from.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file of the file system.
    File(PathBuf),
    /// Bytes in memory, with a name for messages.
    Bytes {
        /// What messages call it.
        name: String,
        /// The content.
        bytes: Arc<[u8]>,
    },
}

impl Input {
    /// What messages call this input.
    pub fn place(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Bytes { name, .. } => name.clone(),
        }
    }

    /// The stored size in bytes.
    pub fn size(&self) -> Result<u64> {
        match self {
            Self::File(path) => std::fs::metadata(path).map(|m| m.len()).map_err(|e| io_error(&self.place(), &e)),
            Self::Bytes { bytes, .. } => Ok(bytes.len() as u64),
        }
    }

    /// The last part of the name: what stays the same when a folder moves.
    pub(crate) fn base_name(&self) -> String {
        match self {
            Self::File(path) => path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
            Self::Bytes { name, .. } => name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        }
    }

    /// The content from a byte on, unpacked when it starts as gzip does (whatever its name).
    pub(crate) fn open(&self, offset: u64) -> Result<Box<dyn Read + Send>> {
        let place = self.place();
        match self {
            Self::File(path) => {
                let file = File::open(path).map_err(|e| io_error(&place, &e))?;
                unpack(BufReader::with_capacity(1 << 16, file), &place, offset)
            }
            Self::Bytes { bytes, .. } => unpack(Cursor::new(bytes.clone()), &place, offset),
        }
    }
}

fn unpack(mut reader: impl BufRead + Seek + Send + 'static, place: &str, offset: u64) -> Result<Box<dyn Read + Send>> {
    let failed = |e| io_error(place, &e);
    if reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = MultiGzDecoder::new(reader);
        std::io::copy(&mut unpacked.by_ref().take(offset), &mut std::io::sink()).map_err(failed)?;
        return Ok(Box::new(unpacked));
    }
    reader.seek(SeekFrom::Start(offset)).map_err(failed)?;
    Ok(Box::new(reader))
}

/// The files that paths and patterns (`*`, `?`, `[a-z]`, `**`) name, each pattern's in order of name.
/// A path that exists is taken as it is, patterns that match nothing are errors.
pub fn expand(paths: &[String]) -> Result<Vec<Input>> {
    if paths.is_empty() {
        return Err(Error::option("paths: expected at least one file or pattern, received none"));
    }
    let mut inputs = Vec::new();
    for given in paths {
        let path = Path::new(given);
        if path.is_dir() {
            return Err(Error::new(Code::Io, format!("{given}: is a folder; name its files by a pattern such as {given}/*")));
        }
        if path.exists() || !given.contains(['*', '?', '[']) {
            let input = Input::File(path.to_path_buf());
            input.size()?;
            inputs.push(input);
            continue;
        }
        let found = glob::glob(given).map_err(|e| Error::option(format!("paths: '{given}' is not a pattern: {e}")))?;
        let before = inputs.len();
        for entry in found {
            let entry = entry.map_err(|e| io_error(given, e.error()))?;
            if entry.is_file() {
                inputs.push(Input::File(entry));
            }
        }
        if inputs.len() == before {
            return Err(Error::new(Code::Io, format!("{given}: no file matches this pattern")));
        }
    }
    Ok(inputs)
}

//! The manifest of a saved table.

use crate::options::TableOptions;
use crate::snapshot::Kind;
use serde::{Deserialize, Serialize};
use talray_core::{DType, Error, Result};

/// The form that this build writes, and the newest that it reads.
const VERSION: u32 = 1;
const FORMAT: &str = "talray-table";

/// One data file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name, beside the manifest.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// CRC-32 (IEEE) of its bytes.
    pub crc32: u32,
    /// Rows in it.
    pub rows: u64,
}

/// What a saved table consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// Open or closed.
    pub table: Kind,
    /// Element type: `f32` or `f64`.
    pub dtype: String,
    /// The options that the table was made with.
    pub options: TableOptions,
    /// Scalar slots, by slot number; entries of other slots are unused.
    pub scalars: Vec<f64>,
    /// Rows in all files.
    pub rows: u64,
    /// The files.
    pub files: Vec<FileEntry>,
}

/// The file around a manifest, which guards it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<M> {
    format: String,
    version: u32,
    crc32: u32,
    manifest: M,
}

impl Manifest {
    /// The bytes of `manifest.json`.
    ///
    /// # Errors
    /// `INTERNAL` when the options hold what JSON cannot say.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let internal = |e: serde_json::Error| Error::internal(format!("a table's manifest: {e}"));
        let crc32 = crc32fast::hash(&serde_json::to_vec(self).map_err(internal)?);
        let envelope = Envelope { format: FORMAT.into(), version: VERSION, crc32, manifest: self };
        serde_json::to_vec_pretty(&envelope).map_err(internal)
    }

    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// `FORMAT` when it is not one, was altered, or does not agree with itself; `UNSUPPORTED` when
    /// a newer build wrote it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Manifest> {
        let format = |e: serde_json::Error| Error::format(format!("not the manifest of a table: {e}"));
        let value: Envelope<serde_json::Value> = serde_json::from_slice(bytes).map_err(format)?;
        if value.format != FORMAT {
            return Err(Error::format(format!(
                "not the manifest of a table: expected format {FORMAT:?}, received {:?}",
                value.format
            )));
        }
        if value.version > VERSION {
            return Err(Error::unsupported(format!(
                "the table was saved in form {}, and this build reads up to {VERSION}; use a newer Talray",
                value.version
            )));
        }
        let manifest: Manifest = serde_json::from_value(value.manifest).map_err(format)?;
        if crc32fast::hash(&serde_json::to_vec(&manifest).map_err(format)?) != value.crc32 {
            return Err(Error::format("the manifest was altered: its checksum does not hold"));
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// Is `dtype` that of the files?
    pub(crate) fn expect_dtype(&self, dtype: DType) -> Result<()> {
        if self.dtype == dtype.name() {
            return Ok(());
        }
        Err(Error::dtype(format!("the saved table {:?} is of {}; expected {dtype}", self.options.name, self.dtype)))
    }

    fn check(&self) -> Result<()> {
        let layout = self.options.layout().map_err(|e| Error::format(e.message))?;
        let rows = self.files.iter().try_fold(0u64, |sum, f| sum.checked_add(f.rows));
        if rows != Some(self.rows) || self.scalars.len() != layout.slots().len() {
            return Err(Error::format(format!(
                "the manifest does not agree with itself: {} rows, {:?} in its files, {} scalars for {} slots",
                self.rows,
                rows,
                self.scalars.len(),
                layout.slots().len()
            )));
        }
        let plain = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
                && !name.starts_with('.')
        };
        match self.files.iter().find(|f| !plain(&f.name)) {
            Some(f) => {
                Err(Error::format(format!("the manifest names a file {:?}; names are of letters, digits, - and .", f.name)))
            }
            None => Ok(()),
        }
    }
}

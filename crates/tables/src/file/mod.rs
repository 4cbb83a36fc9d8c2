//! Tables as files: `manifest.json` and safetensors of keys, vectors, slots, frequencies and
//! versions, a bounded number of rows in each. `encode` and `decode` know bytes only; `folder`
//! knows the file system.

mod decode;
mod encode;
mod folder;
mod manifest;

pub use decode::{decode_array, decode_hash};
pub use encode::encode;
pub use folder::{load_array, load_hash, load_part, read_manifest, save, save_part};
pub use manifest::{FileEntry, Manifest};

/// Name of the file that names the others.
pub const MANIFEST: &str = "manifest.json";

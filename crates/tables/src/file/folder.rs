//! A saved table as a folder. The manifest is replaced last and at once: until then a reader finds
//! the older state, whole.

use super::manifest::{FileEntry, Manifest};
use super::{MANIFEST, decode_array, decode_hash, encode};
use crate::snapshot::Snapshot;
use crate::{ArrayTable, HashTable, Table};
use bytemuck::Pod;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use talray_core::rows::RowElement;
use talray_core::{Error, Result};

/// Manifests are small: a larger one is not read.
const MANIFEST_BYTES: u64 = 64 << 20;

/// Saves the table as `folder`, which is made where it is missing. A table saved there before stays
/// readable until the new one is whole, and is then removed.
///
/// # Errors
/// `IO` with the path; what was written is removed again.
#[expect(private_bounds, reason = "tables of this crate only")]
pub fn save<T: RowElement + Pod, S: Snapshot<T> + ?Sized>(table: &S, folder: &Path) -> Result<Manifest> {
    fs::create_dir_all(folder).map_err(|e| io(folder, &e))?;
    let old = read_manifest(folder).map(|m| m.files).unwrap_or_default();
    let is_old = |name: &str| old.iter().any(|f| f.name == name);
    let mut written: Vec<String> = Vec::new();
    let result = encode(table, &mut |name, bytes| {
        // A file of this name has this checksum; it is rewritten beside and renamed all the same,
        // because the one that lies there may be damaged.
        if !is_old(name) {
            written.push(name.into());
        }
        write_beside(&folder.join(name), bytes)
    })
    .and_then(|manifest| {
        write_beside(&folder.join(MANIFEST), &manifest.to_bytes()?)?;
        sync_folder(folder);
        Ok(manifest)
    });
    let (keep, drop): (&[FileEntry], Vec<String>) = match &result {
        Ok(manifest) => (&manifest.files, old.iter().map(|f| f.name.clone()).collect()),
        Err(_) => (&[], written),
    };
    for name in drop.iter().filter(|name| keep.iter().all(|f| f.name != **name)) {
        // What cannot be removed is named by no manifest and does no harm.
        let _ = fs::remove_file(folder.join(name));
    }
    result
}

/// Writes the table's data files into `folder`, which exists, under names that begin with `prefix`:
/// part of something larger, whose own manifest keeps the one that this gives.
///
/// # Errors
/// `IO` with the path; what was written is removed again.
pub fn save_part<T: RowElement + Pod, S: Table<T>>(table: &S, folder: &Path, prefix: &str) -> Result<Manifest> {
    let mut written: Vec<PathBuf> = Vec::new();
    let result = table.to_files(&mut |name, bytes| {
        let path = folder.join(format!("{prefix}{name}"));
        if !path.exists() {
            written.push(path.clone());
        }
        write_beside(&path, bytes)
    });
    match result {
        Ok(mut manifest) => {
            manifest.files.iter_mut().for_each(|f| f.name = format!("{prefix}{}", f.name));
            sync_folder(folder);
            Ok(manifest)
        }
        Err(e) => {
            for path in written {
                let _ = fs::remove_file(path);
            }
            Err(e)
        }
    }
}

/// The table that [`save_part`] wrote into `folder`.
///
/// # Errors
/// `IO`, `FORMAT`, `DTYPE` or `UNSUPPORTED`, with the file's path.
pub fn load_part<T: RowElement + Pod, S: Table<T>>(folder: &Path, manifest: &Manifest) -> Result<S> {
    S::from_files(manifest, &mut |entry| read_file(folder, entry)).map_err(|e| in_folder(folder, &e))
}

/// Reads the manifest of a saved table.
///
/// # Errors
/// `IO` or `FORMAT`, with the path.
pub fn read_manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let bytes = read_at_most(&path, MANIFEST_BYTES)?;
    Manifest::from_bytes(&bytes).map_err(|e| Error::new(e.code, format!("{}: {}", path.display(), e.message)))
}

/// Loads an open table.
///
/// # Errors
/// `IO`, `FORMAT`, `DTYPE` or `UNSUPPORTED`, with the file's path.
pub fn load_hash<T: RowElement + Pod>(folder: &Path) -> Result<HashTable<T>> {
    let manifest = read_manifest(folder)?;
    decode_hash(&manifest, &mut |entry| read_file(folder, entry)).map_err(|e| in_folder(folder, &e))
}

/// Loads a closed table.
///
/// # Errors
/// As [`load_hash`].
pub fn load_array<T: RowElement + Pod>(folder: &Path) -> Result<ArrayTable<T>> {
    let manifest = read_manifest(folder)?;
    decode_array(&manifest, &mut |entry| read_file(folder, entry)).map_err(|e| in_folder(folder, &e))
}

fn in_folder(folder: &Path, e: &Error) -> Error {
    Error::new(e.code, format!("{}: {}", folder.display(), e.message))
}

/// The bytes of a file of exactly the size that the manifest says.
fn read_file(folder: &Path, entry: &FileEntry) -> Result<Vec<u8>> {
    let path = folder.join(&entry.name);
    let size = fs::metadata(&path).map_err(|e| io(&path, &e))?.len();
    if size != entry.bytes {
        return Err(Error::format(format!(
            "{}: expected {} bytes, the file has {size}: it is cut off or another one",
            entry.name, entry.bytes
        )));
    }
    read_at_most(&path, entry.bytes)
}

fn read_at_most(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| io(path, &e))?;
    let size = file.metadata().map_err(|e| io(path, &e))?.len();
    if size > limit {
        return Err(Error::format(format!("{}: {size} bytes are more than the {limit} it can have", path.display())));
    }
    bytes.try_reserve_exact(size as usize).map_err(|e| Error::memory(format!("{}: {e}", path.display())))?;
    file.take(limit).read_to_end(&mut bytes).map_err(|e| io(path, &e))?;
    Ok(bytes)
}

/// Writes beside, syncs, and renames; a failure leaves nothing of the new bytes.
fn write_beside(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|e| {
        let _ = fs::remove_file(&beside);
        io(path, &e)
    })
}

/// Makes renames last through a power failure, where the system lets folders be synced.
fn sync_folder(folder: &Path) {
    if let Ok(handle) = File::open(folder) {
        let _ = handle.sync_all();
    }
}

fn io(path: &Path, e: &std::io::Error) -> Error {
    Error::io(format!("{}: {e}", path.display()))
}

//! Bytes as a table. Nothing that a file says is believed before it was compared with its size.

use super::encode::dtype_of;
use super::manifest::{FileEntry, Manifest};
use crate::snapshot::{Kind, Snapshot};
use crate::{ArrayTable, HashTable};
use bytemuck::{Pod, pod_collect_to_vec};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use talray_core::rows::{RowElement, RowSlot, SlotWidth};
use talray_core::{Error, Result};

/// Rows that are moved at a time.
const BLOCK: usize = 1024;

/// The open table of a manifest; `read(entry)` gives the bytes of a file that it names.
///
/// # Errors
/// `FORMAT` with the file's name for bytes that do not check, `DTYPE` for another element type,
/// and those of `read`.
pub fn decode_hash<T: RowElement + Pod>(
    manifest: &Manifest,
    read: &mut dyn FnMut(&FileEntry) -> Result<Vec<u8>>,
) -> Result<HashTable<T>> {
    manifest.expect_dtype(T::DTYPE)?;
    if manifest.table != Kind::Open {
        return Err(Error::format(format!("table {:?} is of a closed vocabulary; load it as one", manifest.options.name)));
    }
    let mut table = HashTable::new(manifest.options.clone())?;
    fill(&mut table, manifest, read)?;
    Ok(table)
}

/// The closed table of a manifest, as [`decode_hash`].
///
/// # Errors
/// As [`decode_hash`]; also when a key of the vocabulary is missing.
pub fn decode_array<T: RowElement + Pod>(
    manifest: &Manifest,
    read: &mut dyn FnMut(&FileEntry) -> Result<Vec<u8>>,
) -> Result<ArrayTable<T>> {
    manifest.expect_dtype(T::DTYPE)?;
    let Kind::Closed { vocabulary } = manifest.table else {
        return Err(Error::format(format!("table {:?} is an open one; load it as one", manifest.options.name)));
    };
    // The vocabulary is memory: files must hold that many rows before it is made.
    let least = (vocabulary as u64).checked_mul(8 + (manifest.options.width * size_of::<T>()) as u64);
    let bytes = manifest.files.iter().try_fold(0u64, |sum, f| sum.checked_add(f.bytes));
    if manifest.rows != vocabulary as u64 || least.is_none_or(|n| bytes.is_none_or(|b| b < n)) {
        return Err(Error::format(format!("the manifest says {vocabulary} keys, but its files hold {} rows", manifest.rows)));
    }
    let mut first = Vec::new();
    if let Some(entry) = manifest.files.first() {
        first.push(read(entry)?);
    }
    let mut table = ArrayTable::unfilled(manifest.options.clone(), vocabulary)?;
    fill(&mut table, manifest, &mut |entry| first.pop().map_or_else(|| read(entry), Ok))?;
    Ok(table)
}

fn fill<T: RowElement + Pod, S: Snapshot<T>>(
    table: &mut S,
    manifest: &Manifest,
    read: &mut dyn FnMut(&FileEntry) -> Result<Vec<u8>>,
) -> Result<()> {
    for entry in &manifest.files {
        let bytes = read(entry)?;
        decode_rows(table, entry, &bytes).map_err(|e| Error::new(e.code, format!("{}: {}", entry.name, e.message)))?;
    }
    table.complete()?;
    for (slot, value) in table.scalar_slots_mut().iter_mut().zip(&manifest.scalars) {
        *slot = T::from_f64(*value);
    }
    Ok(())
}

fn decode_rows<T: RowElement + Pod, S: Snapshot<T>>(table: &mut S, entry: &FileEntry, bytes: &[u8]) -> Result<()> {
    if bytes.len() as u64 != entry.bytes {
        return Err(Error::format(format!(
            "expected {} bytes, received {}: the file is cut off or another one",
            entry.bytes,
            bytes.len()
        )));
    }
    let crc32 = crc32fast::hash(bytes);
    if crc32 != entry.crc32 {
        return Err(Error::format(format!("expected checksum {:08x}, received {crc32:08x}: the file was altered", entry.crc32)));
    }
    let file = SafeTensors::deserialize(bytes).map_err(|e| Error::format(format!("not a safetensors file: {e}")))?;
    let n =
        usize::try_from(entry.rows).ok().filter(|n| *n <= bytes.len()).ok_or_else(|| Error::format("more rows than bytes"))?;
    let layout = table.layout().clone();
    let keys: Vec<u64> = pod_collect_to_vec(tensor(&file, "keys", Dtype::U64, &[n])?);
    let mut fields: Vec<&[u8]> = Vec::new();
    for field in 0..layout.fields() {
        let width = layout.field_width(field);
        fields.push(match field.checked_sub(1).map(|i| &layout.slots()[i]) {
            None => tensor(&file, "vectors", dtype_of::<T>(), &[n, width])?,
            Some(slot) if slot.width == SlotWidth::Param => {
                tensor(&file, &format!("slot.{}", slot.name), dtype_of::<T>(), &[n, width])?
            }
            Some(slot) if slot.width == SlotWidth::Row => tensor(&file, &format!("slot.{}", slot.name), dtype_of::<T>(), &[n])?,
            Some(_) => &[],
        });
    }
    let meta: Option<(Vec<u32>, Vec<u32>)> = if layout.tracked() {
        let frequencies = tensor(&file, "frequencies", Dtype::U32, &[n])?;
        Some((pod_collect_to_vec(frequencies), pod_collect_to_vec(tensor(&file, "versions", Dtype::U32, &[n])?)))
    } else {
        None
    };
    for start in (0..n).step_by(BLOCK) {
        let end = n.min(start + BLOCK);
        let slots: Vec<RowSlot> = keys[start..end].iter().map(|key| table.claim(*key)).collect::<Result<_>>()?;
        for (field, bytes) in fields.iter().enumerate() {
            let row = layout.field_width(field) * size_of::<T>();
            if row > 0 {
                let values: Vec<T> = pod_collect_to_vec(&bytes[start * row..end * row]);
                scatter(table, field, &slots, &values);
            }
        }
        if let Some((frequencies, versions)) = &meta {
            for (i, slot) in slots.iter().enumerate() {
                table.set_meta(*slot, (frequencies[start + i], versions[start + i]));
            }
        }
    }
    Ok(())
}

fn scatter<T: RowElement, S: Snapshot<T>>(table: &mut S, field: usize, slots: &[RowSlot], values: &[T]) {
    let width = table.layout().field_width(field);
    let mut shards = table.shards_mut();
    let mut start = 0;
    for group in slots.chunk_by(|a, b| a.shard() == b.shard()) {
        let rows: Vec<u32> = group.iter().map(|slot| slot.row()).collect();
        let end = start + group.len() * width;
        shards[group[0].shard()].store(field, &rows, &values[start..end]);
        start = end;
    }
}

fn tensor<'a>(file: &SafeTensors<'a>, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'a [u8]> {
    let view = file.tensor(name).map_err(|_| Error::format(format!("there is no tensor {name:?}")))?;
    if view.dtype() != dtype || view.shape() != shape {
        return Err(Error::format(format!(
            "tensor {name:?}: expected {dtype:?} {shape:?}, received {:?} {:?}",
            view.dtype(),
            view.shape()
        )));
    }
    Ok(view.data())
}

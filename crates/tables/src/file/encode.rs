//! A table as bytes.

use super::manifest::{FileEntry, Manifest};
use crate::snapshot::Snapshot;
use bytemuck::{Pod, cast_slice};
use safetensors::tensor::{Dtype, TensorView};
use talray_core::rows::{RowElement, RowSlot, SlotWidth};
use talray_core::{DType, Error, Result};

/// Bytes of rows in one file, about; a whole number of rows, and at least one.
const FILE_BYTES: usize = 64 << 20;

/// Writes the table's data files one after another through `write(name, bytes)`, and gives the
/// manifest that names them. Names start with the checksum of the content, so that files of an
/// older state are never overwritten by a newer one.
///
/// # Errors
/// Those of `write`.
#[expect(private_bounds, reason = "tables of this crate only")]
pub fn encode<T: RowElement + Pod, S: Snapshot<T> + ?Sized>(
    table: &S,
    write: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
) -> Result<Manifest> {
    let layout = table.layout();
    let row_bytes = layout.elements() * size_of::<T>() + 16;
    let limit = (FILE_BYTES / row_bytes).max(1);
    let mut files = Vec::new();
    let mut pending: Vec<(RowSlot, u64)> = Vec::new();
    let mut flush = |pending: &[(RowSlot, u64)]| -> Result<()> {
        let bytes = encode_rows(table, pending)?;
        let crc32 = crc32fast::hash(&bytes);
        let name = format!("rows-{:04}-{crc32:08x}.safetensors", files.len());
        write(&name, &bytes)?;
        files.push(FileEntry { name, bytes: bytes.len() as u64, crc32, rows: pending.len() as u64 });
        Ok(())
    };
    for shard in 0..table.shards() {
        for (row, key) in table.shard_rows(shard) {
            pending.push((RowSlot::new(shard, row), key));
            if pending.len() == limit {
                flush(&pending)?;
                pending.clear();
            }
        }
    }
    if !pending.is_empty() {
        flush(&pending)?;
    }
    Ok(Manifest {
        table: table.kind(),
        dtype: T::DTYPE.name().into(),
        options: table.table_options().clone(),
        scalars: table.scalar_slots().iter().map(|s| s.to_f64()).collect(),
        rows: table.len() as u64,
        files,
    })
}

fn encode_rows<T: RowElement + Pod, S: Snapshot<T> + ?Sized>(table: &S, rows: &[(RowSlot, u64)]) -> Result<Vec<u8>> {
    let layout = table.layout();
    let keys: Vec<u64> = rows.iter().map(|(_, key)| *key).collect();
    let (frequencies, versions): (Vec<u32>, Vec<u32>) = rows.iter().map(|(slot, _)| table.meta(*slot)).unzip();
    let fields: Vec<Vec<T>> = (0..layout.fields()).map(|field| field_of(table, field, rows)).collect();
    let n = rows.len();
    let mut tensors = vec![("keys".to_string(), view(Dtype::U64, vec![n], cast_slice(&keys))?)];
    for (field, values) in fields.iter().enumerate() {
        let width = layout.field_width(field);
        let (name, shape) = match field.checked_sub(1).map(|i| &layout.slots()[i]) {
            None => ("vectors".to_string(), vec![n, width]),
            Some(slot) if slot.width == SlotWidth::Param => (format!("slot.{}", slot.name), vec![n, width]),
            Some(slot) if slot.width == SlotWidth::Row => (format!("slot.{}", slot.name), vec![n]),
            Some(_) => continue,
        };
        tensors.push((name, view(dtype_of::<T>(), shape, cast_slice(values))?));
    }
    if layout.tracked() {
        tensors.push(("frequencies".into(), view(Dtype::U32, vec![n], cast_slice(&frequencies))?));
        tensors.push(("versions".into(), view(Dtype::U32, vec![n], cast_slice(&versions))?));
    }
    safetensors::serialize(tensors, None).map_err(|e| Error::internal(format!("a table's rows: {e}")))
}

/// One field of these rows, which are grouped by shard.
fn field_of<T: RowElement, S: Snapshot<T> + ?Sized>(table: &S, field: usize, rows: &[(RowSlot, u64)]) -> Vec<T> {
    let width = table.layout().field_width(field);
    let mut values = vec![T::default(); rows.len() * width];
    let mut start = 0;
    for group in rows.chunk_by(|a, b| a.0.shard() == b.0.shard()) {
        let numbers: Vec<u32> = group.iter().map(|(slot, _)| slot.row()).collect();
        let end = start + group.len() * width;
        table.shard(group[0].0.shard()).load(field, &numbers, &mut values[start..end]);
        start = end;
    }
    values
}

fn view(dtype: Dtype, shape: Vec<usize>, bytes: &[u8]) -> Result<TensorView<'_>> {
    TensorView::new(dtype, shape, bytes).map_err(|e| Error::internal(format!("a table's rows: {e}")))
}

/// The safetensors dtype of rows.
pub(super) fn dtype_of<T: RowElement>() -> Dtype {
    if T::DTYPE == DType::F64 { Dtype::F64 } else { Dtype::F32 }
}

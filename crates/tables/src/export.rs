//! Rows as plain arrays.

use crate::snapshot::Snapshot;
use talray_core::rows::RowElement;

/// One row with all that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<T> {
    /// Its key.
    pub key: u64,
    /// Vector, then slots, as the layout orders them.
    pub values: Vec<T>,
    /// How often the key was seen in training; 0 where rows are not tracked.
    pub frequency: u32,
    /// The step that last changed it; 0 where rows are not tracked.
    pub version: u32,
}

/// All keys and their vectors (`[keys, width]`), in the order in which rows were made within each
/// shard.
#[expect(private_bounds, reason = "tables of this crate only")]
pub fn export<T: RowElement, S: Snapshot<T> + ?Sized>(table: &S) -> (Vec<u64>, Vec<T>) {
    let width = table.layout().width();
    let mut keys = Vec::with_capacity(table.len());
    let mut vectors = vec![T::default(); table.len() * width];
    for shard in 0..table.shards() {
        let (rows, of): (Vec<u32>, Vec<u64>) = table.shard_rows(shard).into_iter().unzip();
        let start = keys.len() * width;
        table.shard(shard).load(0, &rows, &mut vectors[start..start + rows.len() * width]);
        keys.extend(of);
    }
    (keys, vectors)
}

/// Every row, in the order of [`export`].
#[expect(private_bounds, reason = "tables of this crate only")]
pub fn rows<T: RowElement, S: Snapshot<T> + ?Sized>(table: &S) -> impl Iterator<Item = Row<T>> + '_ {
    let layout = table.layout();
    (0..table.shards()).flat_map(move |shard| {
        table.shard_rows(shard).into_iter().map(move |(row, key)| {
            let mut values = vec![T::default(); layout.elements()];
            for field in 0..layout.fields() {
                let start = layout.field_offset(field);
                table.shard(shard).load(field, &[row], &mut values[start..start + layout.field_width(field)]);
            }
            let (frequency, version) = table.meta(talray_core::rows::RowSlot::new(shard, row));
            Row { key, values, frequency, version }
        })
    })
}

//! Records of one shard: `[vector | slots | frequency | version]` in slabs, each one contiguous.

use crate::init::table_seed;
use crate::options::{Absent, TableOptions};
use crate::store::{Slabs, prefetch_slice};
use bytemuck::{Pod, cast_slice, cast_slice_mut};
use std::ops::Range;
use std::sync::Arc;
use talray_core::Result;
use talray_core::rows::{RowElement, RowLayout, SlotWidth};

/// What all shards of a table know.
pub(crate) struct Format<T> {
    pub(crate) options: TableOptions,
    pub(crate) layout: RowLayout,
    seed: u64,
    /// Elements of each field.
    fields: Vec<Range<usize>>,
    /// What follows the vector in a new row.
    initial: Vec<T>,
    /// 8-byte words of vector and slots.
    value_words: usize,
}

impl<T: RowElement + Pod> Format<T> {
    pub(crate) fn new(options: TableOptions) -> Result<Arc<Format<T>>> {
        let layout = options.layout()?;
        let fields =
            (0..layout.fields()).map(|f| layout.field_offset(f)..layout.field_offset(f) + layout.field_width(f)).collect();
        let mut initial = Vec::new();
        for (i, slot) in layout.slots().iter().enumerate() {
            initial.resize(initial.len() + layout.field_width(i + 1), T::from_f64(slot.initial));
        }
        let value_words = (layout.elements() * size_of::<T>()).div_ceil(8);
        let seed = table_seed(options.seed, &options.name);
        Ok(Arc::new(Format { options, layout, seed, fields, initial, value_words }))
    }

    /// First values of the scalar slots, by slot; others are 0 and unused.
    pub(crate) fn initial_scalars(&self) -> Vec<T> {
        let scalar = |s: &talray_core::rows::SlotSpec| if s.width == SlotWidth::Scalar { s.initial } else { 0.0 };
        self.layout.slots().iter().map(|s| T::from_f64(scalar(s))).collect()
    }

    /// The vectors of keys that have no row.
    pub(crate) fn absent(&self, keys: &[u64], vectors: &mut [T]) {
        match self.options.absent {
            Absent::Initial => self.first(keys, vectors),
            Absent::Zeros => vectors.fill(T::from_f64(0.0)),
        }
    }

    /// The first vectors of keys.
    pub(crate) fn first(&self, keys: &[u64], vectors: &mut [T]) {
        for (key, vector) in keys.iter().zip(vectors.chunks_exact_mut(self.layout.width())) {
            self.options.initializer.fill(self.seed, *key, vector);
        }
    }
}

pub(crate) struct Records<T> {
    format: Arc<Format<T>>,
    slabs: Slabs,
}

impl<T: RowElement + Pod> Records<T> {
    pub(crate) fn new(format: Arc<Format<T>>) -> Records<T> {
        let slabs = Slabs::new(format.value_words + usize::from(format.layout.tracked()));
        Records { format, slabs }
    }

    /// A new record with the initial values of `key`.
    pub(crate) fn add(&mut self, key: u64) -> Result<u32> {
        self.add_with(|format, vector| format.options.initializer.fill(format.seed, key, vector))
    }

    /// A new record whose vector is still to be stored; its slots have their initial values.
    pub(crate) fn add_unfilled(&mut self) -> Result<u32> {
        self.add_with(|_, _| ())
    }

    fn add_with(&mut self, fill: impl FnOnce(&Format<T>, &mut [T])) -> Result<u32> {
        let row = self.slabs.add()?;
        let format = &self.format;
        let words = self.slabs.row_mut(row);
        let (values, meta) = words.split_at_mut(format.value_words);
        let (vector, rest) = cast_slice_mut::<u64, T>(values).split_at_mut(format.layout.width());
        fill(format, vector);
        rest[..format.initial.len()].copy_from_slice(&format.initial);
        meta.fill(0);
        Ok(row)
    }

    /// Gives records back.
    pub(crate) fn remove(&mut self, row: u32) {
        self.slabs.remove(row);
    }

    #[inline(always)]
    fn values(&self, row: u32) -> &[T] {
        cast_slice(&self.slabs.row(row)[..self.format.value_words])
    }

    #[inline(always)]
    pub(crate) fn vector(&self, row: u32) -> &[T] {
        &self.values(row)[..self.format.layout.width()]
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, row: u32) {
        prefetch_slice(self.slabs.row(row));
    }

    pub(crate) fn load(&self, field: usize, rows: &[u32], values: &mut [T]) {
        let range = self.format.fields[field].clone();
        if !range.is_empty() {
            for (row, out) in rows.iter().zip(values.chunks_exact_mut(range.len())) {
                out.copy_from_slice(&self.values(*row)[range.clone()]);
            }
        }
    }

    pub(crate) fn store(&mut self, field: usize, rows: &[u32], values: &[T]) {
        let range = self.format.fields[field].clone();
        if !range.is_empty() {
            for (row, new) in rows.iter().zip(values.chunks_exact(range.len())) {
                let words = &mut self.slabs.row_mut(*row)[..self.format.value_words];
                cast_slice_mut::<u64, T>(words)[range.clone()].copy_from_slice(new);
            }
        }
    }

    pub(crate) fn touch(&mut self, rows: &[u32], counts: &[u32], step: u32) {
        if self.format.layout.tracked() {
            for (row, count) in rows.iter().zip(counts) {
                let (frequency, _) = self.meta(*row);
                self.set_meta(*row, (frequency.saturating_add(*count), step));
            }
        }
    }

    /// Frequency and version; zeros where they are not tracked.
    pub(crate) fn meta(&self, row: u32) -> (u32, u32) {
        let meta = self.slabs.row(row).get(self.format.value_words).copied().unwrap_or(0);
        (meta as u32, (meta >> 32) as u32)
    }

    /// Sets frequency and version, where they are tracked.
    pub(crate) fn set_meta(&mut self, row: u32, (frequency, version): (u32, u32)) {
        if let Some(meta) = self.slabs.row_mut(row).get_mut(self.format.value_words) {
            *meta = u64::from(frequency) | u64::from(version) << 32;
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slabs.bytes()
    }
}

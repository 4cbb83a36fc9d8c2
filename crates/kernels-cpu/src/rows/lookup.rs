//! A grouped lookup: what one batch needs from several tables, kept for the update.

use super::RowFloat;
use super::feature::{Feature, Span};
use super::unique::Unique;
use crate::Pool;
use std::sync::atomic::{AtomicU32, Ordering};
use talray_core::rows::{MISSING_ROW, RowSlot, RowStore, RowView};
use talray_core::{Error, Result};

/// The rows of one batch in the tables of a call. Its buffers are used again when it is filled
/// again, so keep one per model. Slots stay valid until rows are removed from a table.
#[derive(Debug, Default)]
pub struct Lookup<T> {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) spans: Vec<Span<T>>,
    pub(super) tables: Vec<TableRows<T>>,
    /// May an update make rows that are missing?
    pub(super) training: bool,
}

/// What a batch needs from one table.
#[derive(Debug, Default)]
pub(super) struct TableRows<T> {
    /// The key of each position.
    pub keys: Vec<u64>,
    /// The distinct keys; found at the first update where `direct`.
    pub unique: Unique,
    pub is_unique: bool,
    /// Are `slots` by position, rather than by distinct key?
    pub direct: bool,
    pub slots: Vec<RowSlot>,
    /// Number of the distinct key of each position, unless `direct`.
    of: Vec<AtomicU32>,
    /// Where the vector of a distinct key without a row starts in `absent`.
    absent_at: Vec<usize>,
    absent: Vec<T>,
}

impl<T: RowFloat> Lookup<T> {
    /// An empty one.
    pub fn new() -> Lookup<T> {
        Lookup { rows: 0, columns: 0, spans: Vec::new(), tables: Vec::new(), training: false }
    }

    /// Rows of the output.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of the output: those of all features, in their order.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many distinct keys the batch has in table `table`. After [`Lookup::find`] over a table
    /// that needs no finding these are not known, and it is `None`.
    pub fn distinct(&self, table: usize) -> Option<usize> {
        let t = self.tables.get(table).filter(|t| t.is_unique)?;
        Some(t.unique.groups.iter().map(|g| g.keys.len()).sum())
    }

    /// Finds the rows of a batch of `rows` rows, and makes those that are missing.
    ///
    /// # Errors
    /// `SHAPE` or `OPTION`, with the feature's number, before any table is changed; `MEMORY` when
    /// rows cannot be made: those already made stay, with initial values.
    pub fn train(
        &mut self,
        rows: usize,
        features: &[Feature<'_, T>],
        tables: &mut [&mut dyn RowStore<T>],
        pool: &Pool,
    ) -> Result<()> {
        let views: Vec<&dyn RowView<T>> = tables.iter().map(|t| &**t as &dyn RowView<T>).collect();
        self.prepare(rows, features, &views, pool)?;
        self.training = true;
        let mut jobs: Vec<_> = self.tables.iter_mut().zip(tables.iter_mut()).map(|(t, store)| (t, store, Ok(()))).collect();
        pool.for_each_chunk(&mut jobs, 1, |_, jobs| {
            for (table, store, result) in jobs {
                if !table.direct {
                    *result = table.insert(&mut ***store, pool);
                }
            }
        });
        jobs.into_iter().try_for_each(|(_, _, result)| result)
    }

    /// Finds the rows of a batch without making, counting or changing any.
    ///
    /// # Errors
    /// `SHAPE` or `OPTION`, with the feature's number.
    pub fn find(&mut self, rows: usize, features: &[Feature<'_, T>], tables: &[&dyn RowView<T>], pool: &Pool) -> Result<()> {
        self.prepare(rows, features, tables, pool)?;
        self.training = false;
        self.find_rows(tables, pool);
        Ok(())
    }

    /// As [`Lookup::train`], but makes no row yet: keys without one have the vector that they start
    /// with, and [`Lookup::update`] makes their rows. So a step that fails before its update
    /// leaves its tables as they were.
    ///
    /// # Errors
    /// `SHAPE` or `OPTION`, with the feature's number.
    pub fn foresee(&mut self, rows: usize, features: &[Feature<'_, T>], tables: &[&dyn RowView<T>], pool: &Pool) -> Result<()> {
        self.prepare(rows, features, tables, pool)?;
        self.training = true;
        self.find_rows(tables, pool);
        Ok(())
    }

    fn find_rows(&mut self, tables: &[&dyn RowView<T>], pool: &Pool) {
        let training = self.training;
        pool.for_each_chunk(&mut self.tables, 1, |i, t| {
            for table in t {
                if !table.direct {
                    table.find(tables[i], training, pool);
                }
            }
        });
    }

    /// Checks features, collects keys by table, and finds distinct ones; looks at no row.
    fn prepare(&mut self, rows: usize, features: &[Feature<'_, T>], tables: &[&dyn RowView<T>], pool: &Pool) -> Result<()> {
        self.rows = rows;
        self.columns = 0;
        self.spans.clear();
        self.tables.resize_with(tables.len(), TableRows::default);
        self.tables.iter_mut().for_each(|t| t.keys.clear());
        for (i, feature) in features.iter().enumerate() {
            let in_feature = |e: Error| Error::new(e.code, format!("feature {i} of a lookup: {}", e.message));
            let table = tables
                .get(feature.table)
                .ok_or_else(|| in_feature(Error::option(format!("it names table {} of {}", feature.table, tables.len()))))?;
            let keys = &mut self.tables[feature.table].keys;
            let span = Span::new(feature, rows, self.columns, table.layout().width(), keys).map_err(in_feature)?;
            self.columns += span.columns();
            self.spans.push(span);
        }
        let mut jobs: Vec<_> = self.tables.iter_mut().zip(tables).map(|(t, view)| (t, view, Ok(()))).collect();
        pool.for_each_chunk(&mut jobs, 1, |_, jobs| {
            for (table, view, result) in jobs {
                *result = table.prepare(**view, pool);
            }
        });
        jobs.into_iter().try_for_each(|(_, _, result)| result)
    }
}

impl<T: RowFloat> TableRows<T> {
    fn prepare(&mut self, view: &dyn RowView<T>, pool: &Pool) -> Result<()> {
        if self.keys.len() >= u32::MAX as usize {
            return Err(Error::shape(format!("a batch has at most 4294967294 keys in one table; received {}", self.keys.len())));
        }
        self.is_unique = false;
        self.slots.clear();
        self.slots.resize(self.keys.len(), RowSlot::MISSING);
        self.direct = view.address(&self.keys, &mut self.slots)?;
        if !self.direct {
            self.distinct(view, pool)?;
        }
        Ok(())
    }

    /// Finds the distinct keys, unless they are known.
    pub fn distinct(&mut self, view: &dyn RowView<T>, pool: &Pool) -> Result<()> {
        if self.is_unique {
            return Ok(());
        }
        self.unique.route.resize(self.keys.len(), 0);
        view.route(&self.keys, &mut self.unique.route)?;
        self.unique.split(view.shards());
        self.unique.distinct(&self.keys, pool);
        self.is_unique = true;
        Ok(())
    }

    fn find(&mut self, view: &dyn RowView<T>, training: bool, pool: &Pool) {
        pool.for_each_chunk(&mut self.unique.groups, 1, |shard, groups| {
            for group in groups {
                group.rows.resize(group.keys.len(), 0);
                view.find(shard, &group.keys, &mut group.rows);
            }
        });
        self.place(pool);
        self.absent.clear();
        self.absent_at.clear();
        if self.slots.iter().any(|s| s.is_missing()) {
            let all = self.unique.groups.iter().flat_map(|g| g.keys.iter().zip(&g.rows));
            let missing: Vec<u64> = all.clone().filter(|(_, row)| **row == MISSING_ROW).map(|(key, _)| *key).collect();
            let width = view.layout().width();
            let mut next = 0;
            self.absent_at.extend(all.map(|(_, row)| {
                let at = next;
                next += if *row == MISSING_ROW { width } else { 0 };
                at
            }));
            self.absent.resize(missing.len() * width, T::ZERO);
            if training {
                view.initial(&missing, &mut self.absent);
            } else {
                view.absent(&missing, &mut self.absent);
            }
        }
    }

    /// Makes the rows that are missing.
    pub(super) fn insert(&mut self, store: &mut dyn RowStore<T>, pool: &Pool) -> Result<()> {
        let mut jobs: Vec<_> = store.shards_mut().into_iter().zip(&mut self.unique.groups).map(|(s, g)| (s, g, Ok(()))).collect();
        pool.for_each_chunk(&mut jobs, 1, |_, jobs| {
            for (shard, group, result) in jobs {
                group.rows.resize(group.keys.len(), 0);
                *result = shard.find_or_insert(&group.keys, &mut group.rows);
            }
        });
        jobs.into_iter().try_for_each(|(_, _, result)| result)?;
        self.place(pool);
        self.absent_at.clear();
        Ok(())
    }

    /// From rows by shard to slots by distinct key, and from positions to distinct keys.
    fn place(&mut self, pool: &Pool) {
        self.slots.clear();
        self.of.resize_with(self.keys.len(), AtomicU32::default);
        let mut starts = Vec::with_capacity(self.unique.groups.len());
        for (shard, group) in self.unique.groups.iter().enumerate() {
            starts.push(self.slots.len() as u32);
            self.slots.extend(group.rows.iter().map(|row| RowSlot::new(shard, *row)));
        }
        // Shards write to disjoint positions, in any order.
        pool.for_each(self.unique.groups.len(), |shard| {
            let group = &self.unique.groups[shard];
            for (position, number) in group.positions.iter().zip(&group.of) {
                self.of[*position as usize].store(starts[shard] + number, Ordering::Relaxed);
            }
        });
    }

    /// The vectors of a range of positions.
    #[inline(always)]
    pub fn vectors<'a>(
        &'a self,
        view: &'a dyn RowView<T>,
        range: std::ops::Range<usize>,
        slots: &mut Vec<RowSlot>,
        vectors: &mut Vec<&'a [T]>,
    ) {
        vectors.clear();
        vectors.resize(range.len(), &[]);
        if self.direct {
            view.vectors(&self.slots[range], vectors);
            return;
        }
        let of = &self.of[range];
        slots.clear();
        slots.extend(of.iter().map(|n| self.slots[n.load(Ordering::Relaxed) as usize]));
        view.vectors(slots, vectors);
        if !self.absent_at.is_empty() {
            let width = view.layout().width();
            for ((slot, n), vector) in slots.iter().zip(of).zip(vectors) {
                if slot.is_missing() {
                    let at = self.absent_at[n.load(Ordering::Relaxed) as usize];
                    *vector = &self.absent[at..at + width];
                }
            }
        }
    }
}

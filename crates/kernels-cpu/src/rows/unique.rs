//! The distinct keys of a batch in one table, by shard, and where each of them occurs.

use crate::Pool;
use talray_core::rows::RowSlot;

/// The distinct keys of a table's positions.
#[derive(Debug, Default)]
pub(super) struct Unique {
    /// One for each shard of the store.
    pub groups: Vec<Group>,
    /// Shard of each position.
    pub route: Vec<u16>,
}

/// The distinct keys of one shard, in order of their first position.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Positions in this shard, rising.
    pub positions: Vec<u32>,
    /// For each of these, the number of its key within `keys`.
    pub of: Vec<u32>,
    /// The distinct keys.
    pub keys: Vec<u64>,
    /// How often each occurs.
    pub counts: Vec<u32>,
    /// How often each counts as seen, where that is not how often it occurs.
    pub seen: Option<Vec<u32>>,
    /// The row of each.
    pub rows: Vec<u32>,
    /// Open addressing over `keys`: 0 is empty, `n + 1` is key `n`.
    index: Vec<u32>,
}

impl Unique {
    /// Sorts positions by shard; `route` was filled. The order within a shard is that of positions.
    pub fn split(&mut self, shards: usize) {
        self.groups.resize_with(shards, Group::default);
        self.groups.truncate(shards);
        let mut counts = vec![0usize; shards];
        self.route.iter().for_each(|s| counts[usize::from(*s)] += 1);
        for (group, count) in self.groups.iter_mut().zip(counts) {
            group.positions.clear();
            group.positions.reserve(count);
        }
        for (position, shard) in self.route.iter().enumerate() {
            self.groups[usize::from(*shard)].positions.push(position as u32);
        }
    }

    /// Finds the distinct keys of every shard.
    pub fn distinct(&mut self, keys: &[u64], pool: &Pool) {
        pool.for_each_chunk(&mut self.groups, 1, |_, groups| groups.iter_mut().for_each(|g| g.distinct(keys)));
    }

    /// Takes every row of every shard, whether positions name it or not. `slots` are by position.
    pub fn every(&mut self, lens: &[usize], slots: &[RowSlot]) {
        self.groups.resize_with(lens.len(), Group::default);
        for (group, len) in self.groups.iter_mut().zip(lens) {
            group.positions.clear();
            group.of.clear();
            group.keys.clear();
            group.rows.clear();
            group.rows.extend(0..*len as u32);
            group.seen = None;
            group.counts.clear();
            group.counts.resize(*len, 0);
        }
        for (position, slot) in slots.iter().enumerate() {
            let group = &mut self.groups[slot.shard()];
            group.positions.push(position as u32);
            group.of.push(slot.row());
            group.counts[slot.row() as usize] += 1;
        }
    }
}

impl Group {
    fn distinct(&mut self, keys: &[u64]) {
        self.keys.clear();
        self.counts.clear();
        self.seen = None;
        self.of.clear();
        let size = (self.positions.len() * 2).next_power_of_two();
        self.index.clear();
        self.index.resize(size, 0);
        let shift = 64 - size.trailing_zeros();
        for position in &self.positions {
            let key = keys[*position as usize];
            // Multiplicative hashing: the product's high bits. `shift` is 64 for an empty group only.
            let mut at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (shift & 63)) as usize;
            let number = loop {
                match self.index[at] {
                    0 => {
                        self.keys.push(key);
                        self.counts.push(0);
                        self.index[at] = self.keys.len() as u32;
                        break self.keys.len() - 1;
                    }
                    n if self.keys[n as usize - 1] == key => break n as usize - 1,
                    _ => at = (at + 1) & (size - 1),
                }
            };
            self.counts[number] += 1;
            self.of.push(number as u32);
        }
    }

    /// Where the positions of each row start, and the positions of row after row, each row's rising.
    pub fn by_row(&self) -> (Vec<u32>, Vec<u32>) {
        let mut starts = Vec::with_capacity(self.counts.len() + 1);
        let mut sum = 0;
        starts.push(0);
        for count in &self.counts {
            sum += count;
            starts.push(sum);
        }
        let mut cursor = starts.clone();
        let mut positions = vec![0; self.positions.len()];
        for (position, number) in self.positions.iter().zip(&self.of) {
            let at = &mut cursor[*number as usize];
            positions[*at as usize] = *position;
            *at += 1;
        }
        (starts, positions)
    }
}

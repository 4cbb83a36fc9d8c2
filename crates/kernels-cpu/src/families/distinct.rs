//! The distinct ids of each column of a batch of ids.

use super::gather::{Index, check, position};
use crate::Pool;
use talray_core::Result;

/// The distinct ids of one column. What `of`, `starts` and `places` hold is within bounds by construction.
#[derive(Debug, Default)]
pub(crate) struct Column {
    /// The rows of the table that the ids name, each once, rising.
    rows: Vec<usize>,
    /// For each row of the batch the number of its id among `rows`.
    of: Vec<u32>,
    /// Where the places of each distinct id start in `places`, and the end.
    starts: Vec<u32>,
    /// The rows of the batch, those of the first distinct id first, each id's rising.
    places: Vec<u32>,
}

impl Column {
    /// The rows of the table that the ids name, each once, rising.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// For each row of the batch the number of its id among [`Column::rows`].
    pub(crate) fn of(&self) -> &[u32] {
        &self.of
    }

    /// The rows of the batch that have distinct id `number`, rising.
    #[inline(always)]
    pub(crate) fn places(&self, number: usize) -> &[u32] {
        &self.places[self.starts[number] as usize..self.starts[number + 1] as usize]
    }

    fn find<I: Index>(&mut self, ids: impl ExactSizeIterator<Item = I>, rows: usize) {
        // Open addressing by multiplicative hashing; a slot holds a number plus one.
        let size = (ids.len() * 2).next_power_of_two().max(2);
        let shift = 64 - size.trailing_zeros();
        let mut slots = vec![0u32; size];
        self.of.reserve_exact(ids.len());
        for id in ids {
            let row = position(id, rows);
            let mut at = ((row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize;
            let number = loop {
                match slots[at] {
                    0 => {
                        self.rows.push(row);
                        slots[at] = self.rows.len() as u32;
                        break self.rows.len() - 1;
                    }
                    n if self.rows[n as usize - 1] == row => break n as usize - 1,
                    _ => at = (at + 1) & (size - 1),
                }
            };
            self.of.push(number as u32);
        }
        self.sort();
        self.list();
    }

    /// Numbers the rows anew, so that they rise.
    fn sort(&mut self) {
        let mut order: Vec<(usize, u32)> = self.rows.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let mut new = vec![0; order.len()];
        for (number, (row, old)) in order.into_iter().enumerate() {
            self.rows[number] = row;
            new[old as usize] = number as u32;
        }
        self.of.iter_mut().for_each(|number| *number = new[*number as usize]);
    }

    fn list(&mut self) {
        let mut ends = vec![0; self.rows.len() + 1];
        self.of.iter().for_each(|number| ends[*number as usize + 1] += 1);
        for number in 0..self.rows.len() {
            ends[number + 1] += ends[number];
        }
        self.starts = ends.clone();
        self.places = vec![0; self.of.len()];
        for (place, number) in self.of.iter().enumerate() {
            let at = &mut ends[*number as usize];
            self.places[*at as usize] = place as u32;
            *at += 1;
        }
    }
}

/// The columns of `ids`, `[batch, n]`, which name rows of a table of `rows`.
///
/// # Errors
/// `SHAPE` for an id outside the table.
pub(crate) fn columns<I: Index>(ids: &[I], n: usize, rows: usize, pool: &Pool) -> Result<Vec<Column>> {
    check(ids, rows, "a table's rows")?;
    let mut columns: Vec<Column> = (0..n).map(|_| Column::default()).collect();
    pool.for_each_chunk(&mut columns, 1, |c, columns| {
        for column in columns {
            column.find(ids.iter().skip(c).step_by(n).copied(), rows);
        }
    });
    Ok(columns)
}

//! Keeps the training or the validation rows.

use super::cursor::{Cursor, Stage};
use super::steps::{Part, Split};
use crate::batch::Batch;
use crate::column::{Column, Values};
use crate::error::Result;
use crate::hash::{MISSING_KEY, combine, key_of_text, unit};

pub(crate) struct SplitStage {
    up: Box<dyn Stage>,
    options: Split,
    /// How many rows have passed, of either part.
    row: u64,
}

impl SplitStage {
    pub(crate) fn new(up: Box<dyn Stage>, options: Split, row: u64) -> Self {
        Self { up, options, row }
    }

    fn kept(&self, batch: &Batch) -> Result<Vec<u32>> {
        let rows = batch.rows();
        let mut hashes: Vec<u64> = match self.options.by.as_slice() {
            [] => (self.row..self.row + rows as u64).collect(),
            _ => vec![0; rows],
        };
        for name in &self.options.by {
            let column = batch.column(name)?;
            for (i, hash) in hashes.iter_mut().enumerate() {
                *hash = combine(*hash, hash_of(column, i));
            }
        }
        let Split { fraction, seed, part, .. } = self.options;
        let keep = |h: u64| (unit(combine(seed, h)) < fraction) == (part == Part::Validation);
        Ok(hashes.iter().enumerate().filter(|(_, h)| keep(**h)).map(|(i, _)| i as u32).collect())
    }
}

fn hash_of(column: &Column, row: usize) -> u64 {
    if !column.is_valid(row) {
        return MISSING_KEY as u64;
    }
    match column.values() {
        Values::F32(v) => f64::from(v[row]).to_bits(),
        Values::F64(v) => v[row].to_bits(),
        Values::I64(v) => v[row] as u64,
        Values::Bool(v) => u64::from(v[row]),
        Values::Text(t) => key_of_text(t.get(row)) as u64,
        Values::List(l) => (l.offsets[row]..l.offsets[row + 1]).fold(0, |hash, e| combine(hash, hash_of(&l.elements, e))),
    }
}

impl Stage for SplitStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        while let Some(batch) = self.up.next(want)? {
            let kept = self.kept(&batch)?;
            self.row += batch.rows() as u64;
            if kept.len() == batch.rows() {
                return Ok(Some(batch));
            }
            if !kept.is_empty() {
                return Ok(Some(batch.gather(&kept)));
            }
        }
        Ok(None)
    }

    fn cursor(&self) -> Cursor {
        Cursor::counted(self.up.cursor(), self.row)
    }
}

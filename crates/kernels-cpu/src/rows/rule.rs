//! Update rules made ready to run, and the tiles of rows that they run over.

use super::RowFloat;
use super::gather::sum;
use crate::elementwise::{Evaluator, Source};
use crate::{Input, Pool};
use bytemuck::{cast_slice, cast_slice_mut};
use smallvec::SmallVec;
use talray_core::rows::{RowLayout, RowRule, RowSink, RowSource, RowStage, SlotWidth};
use talray_core::{DType, Error, Result};

/// Elements of a tile's field, about: a few fields fit the first-level cache together.
const TILE: usize = 1024;

/// A rule made ready; building costs microseconds, so keep it as long as the rule stays the same.
pub struct RowKernel {
    rule: RowRule,
    stages: Vec<Evaluator>,
    layout: RowLayout,
    dtype: DType,
}

impl RowKernel {
    /// Makes `rule` ready for rows of `layout`.
    ///
    /// # Errors
    /// `UNSUPPORTED` for a primitive that is not defined for the rule's dtype, `OPTION` for a rule
    /// of no stage.
    pub fn new(rule: RowRule, layout: &RowLayout) -> Result<RowKernel> {
        let stages = rule.stages().iter().map(|s| Evaluator::new(&s.program)).collect::<Result<Vec<_>>>()?;
        let first = rule.stages().first().and_then(|s| s.program.outputs.first());
        let dtype = first.ok_or_else(|| Error::option("an update rule needs a stage with an output"))?.1;
        Ok(RowKernel { rule, stages, layout: layout.clone(), dtype })
    }

    /// # Errors
    /// `DTYPE`, `OPTION` or `SHAPE` when rows of `layout` are not those of the rule, or a scalar is
    /// missing.
    pub(super) fn check<T: RowFloat>(&self, layout: &RowLayout, scalars: &[T]) -> Result<()> {
        let dtype = <T as talray_core::rows::RowElement>::DTYPE;
        if self.dtype != dtype {
            return Err(Error::dtype(format!("an update rule of {} was given rows of {dtype}", self.dtype)));
        }
        let same = |a: &RowLayout, b: &RowLayout| {
            a.width() == b.width() && a.slots().iter().map(|s| s.width).eq(b.slots().iter().map(|s| s.width))
        };
        if !same(&self.layout, layout) {
            return Err(Error::option(format!(
                "an update rule for rows of width {} with {} slots was given rows of width {} with {}",
                self.layout.width(),
                self.layout.slots().len(),
                layout.width(),
                layout.slots().len()
            )));
        }
        if scalars.len() < self.rule.scalars() {
            return Err(Error::option(format!(
                "an update rule takes {} scalars; received {}",
                self.rule.scalars(),
                scalars.len()
            )));
        }
        Ok(())
    }

    /// Number of row sums.
    pub(super) fn sums(&self) -> usize {
        self.rule.sums()
    }

    /// Rows of a tile: a number that depends on the width only.
    pub(super) fn tile_rows(&self) -> usize {
        (TILE / self.layout.width()).clamp(4, 64)
    }

    /// What the rule writes: field, and the output of the tile that holds its new values.
    pub(super) fn results(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let sinks = self.rule.stages().iter().flat_map(|s| &s.outputs).enumerate();
        sinks.filter_map(|(i, sink)| match *sink {
            RowSink::Param => Some((0, i)),
            RowSink::Slot(slot) => Some((slot + 1, i)),
            RowSink::RowSum(_) => None,
        })
    }

    /// Runs the rule over the first `n` rows of the tile, whose fields and gradients are loaded.
    pub(super) fn run<T: RowFloat>(&self, n: usize, tile: &mut Tile<T>, scalars: &[T]) -> Result<()> {
        let mut first = 0;
        for (stage, evaluator) in self.rule.stages().iter().zip(&self.stages) {
            self.stage(stage, evaluator, first, n, tile, scalars)?;
            first += stage.outputs.len();
        }
        Ok(())
    }

    fn stage<T: RowFloat>(
        &self,
        stage: &RowStage,
        evaluator: &Evaluator,
        first: usize,
        n: usize,
        tile: &mut Tile<T>,
        scalars: &[T],
    ) -> Result<()> {
        let width = self.layout.width();
        let (full, column, one) = ([n, width], [n, 1], [1, 1]);
        let (rows, ones) = ([width as isize, 1], [1, 1]);
        let Tile { fields, gradient, sums, outputs, .. } = tile;
        let inputs: SmallVec<[Source<'_>; 8]> = stage
            .inputs
            .iter()
            .map(|source| match *source {
                RowSource::Param => view(&fields[0], &full, &rows),
                RowSource::Grad => view(gradient, &full, &rows),
                RowSource::Slot(i) if self.is_row_slot(i) => view(&fields[i + 1], &column, &ones),
                RowSource::Slot(i) => view(&fields[i + 1], &full, &rows),
                RowSource::RowSum(i) => view(&sums[i], &column, &ones),
                RowSource::Scalar(i) => view(&scalars[i..=i], &one, &ones),
            })
            .collect();
        let outputs = &mut outputs[first..first + stage.outputs.len()];
        let mut bytes: SmallVec<[&mut [u8]; 4]> = outputs.iter_mut().map(|o| cast_slice_mut(&mut o[..n * width])).collect();
        evaluator.run(&full, &inputs, &mut bytes, &Pool::serial())?;
        drop((inputs, bytes));
        for (output, sink) in outputs.iter_mut().zip(&stage.outputs) {
            match *sink {
                // All elements of the row are the same.
                RowSink::Slot(i) if self.is_row_slot(i) => (0..n).for_each(|row| output[row] = output[row * width]),
                RowSink::RowSum(i) => {
                    let rows = output.chunks_exact(width).take(n);
                    sums[i].iter_mut().zip(rows).for_each(|(s, row)| *s = sum(row));
                }
                RowSink::Param | RowSink::Slot(_) => {}
            }
        }
        Ok(())
    }

    fn is_row_slot(&self, slot: usize) -> bool {
        self.layout.slots()[slot].width == SlotWidth::Row
    }
}

fn view<'a, T: RowFloat>(data: &'a [T], shape: &'a [usize], strides: &'a [isize]) -> Source<'a> {
    Source::View(Input { dtype: <T as talray_core::rows::RowElement>::DTYPE, shape, strides, offset: 0, bytes: cast_slice(data) })
}

/// A block of rows taken apart into fields, so that a rule sees plain arrays.
pub(super) struct Tile<T> {
    /// Width of each field.
    pub widths: Vec<usize>,
    /// `[rows, width of the field]` each.
    pub fields: Vec<Vec<T>>,
    /// `[rows, width]`
    pub gradient: Vec<T>,
    /// `[sums, rows]`
    pub sums: Vec<Vec<T>>,
    /// One for each output of each stage.
    pub outputs: Vec<Vec<T>>,
}

impl<T: RowFloat> Tile<T> {
    /// A tile of at most `rows` rows for `kernel`.
    pub fn new(kernel: &RowKernel, rows: usize) -> Tile<T> {
        let (layout, width) = (&kernel.layout, kernel.layout.width());
        let outputs: usize = kernel.rule.stages().iter().map(|s| s.outputs.len()).sum();
        Tile {
            widths: (0..layout.fields()).map(|f| layout.field_width(f)).collect(),
            fields: (0..layout.fields()).map(|f| vec![T::ZERO; rows * layout.field_width(f)]).collect(),
            gradient: vec![T::ZERO; rows * width],
            sums: vec![vec![T::ZERO; rows]; kernel.rule.sums()],
            outputs: vec![vec![T::ZERO; rows * width]; outputs],
        }
    }
}

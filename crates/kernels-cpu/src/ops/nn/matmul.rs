//! Matrix products with broadcast leading axes: one large product where the operands allow it, else one for each
//! matrix of the batch. Floats go to [`crate::matmul`] (f16 and bf16 as f32), integers to the plain kernel.

use super::work::Stored;
use crate::families::copy::copy;
use crate::matmul::{Gemm, Matrix, matmul};
use crate::{Call, Input, KernelDef, Pool};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::Mutex;
use talray_core::{DType, Result};

pub static MATMUL: KernelDef = KernelDef { op: "matmul", run, strided: true };

/// Below this many multiplications a matrix of a batch is left to one thread.
const SMALL: usize = 1 << 20;

fn run(call: &mut Call<'_>) -> Result<()> {
    match call.input(0)?.dtype {
        DType::F32 => floats::<f32>(call),
        DType::F64 => floats::<f64>(call),
        DType::F16 => floats::<half::f16>(call),
        DType::BF16 => floats::<half::bf16>(call),
        _ => (crate::reference::nn::matmul::MATMUL.run)(call),
    }
}

fn floats<T: Stored<Work: Gemm>>(call: &mut Call<'_>) -> Result<()> {
    let (a, b, pool) = (call.input(0)?, call.input(1)?, call.pool);
    let a = Operand::<T>::new(&a, call.attrs.bool("transpose_a")?, true, pool)?;
    let b = Operand::<T>::new(&b, call.attrs.bool("transpose_b")?, false, pool)?;
    let (m, n) = (a.rows, b.columns);
    let mut out = call.output(0);
    let lead = out.shape.len() - usize::from(!a.vector) - usize::from(!b.vector);
    let batch: SmallVec<[usize; 4]> = out.shape[..lead].into();
    let count: usize = batch.iter().product();
    if out.is_empty() {
        return Ok(());
    }
    let mut failure = Ok(());
    T::fill_later(out.slice::<T>()?, |out| {
        failure = if let Some(tall) = a.merged(count)
            && b.matrices() == 1
        {
            tall.and_then(|tall| matmul(pool, tall, b.matrix(0)?, out, n, false))
        } else if count > 1 && m * n * a.columns <= SMALL {
            let first = Mutex::new(Ok(()));
            let group = (SMALL / (m * n * a.columns).max(1)).clamp(1, count.div_ceil(8).max(1));
            pool.for_each_chunk(out, group * m * n, |i, out| {
                for (k, out) in out.chunks_mut(m * n).enumerate() {
                    let (at_a, at_b) = (a.place(&batch, i * group + k), b.place(&batch, i * group + k));
                    let product = a.matrix(at_a).and_then(|x| matmul(&Pool::serial(), x, b.matrix(at_b)?, out, n, false));
                    if let (Err(e), Ok(mut first)) = (product, first.lock()) {
                        *first = Err(e);
                    }
                }
            });
            first.into_inner().unwrap_or(Ok(()))
        } else {
            out.chunks_mut(m * n).enumerate().try_for_each(|(i, out)| {
                matmul(pool, a.matrix(a.place(&batch, i))?, b.matrix(b.place(&batch, i))?, out, n, false)
            })
        };
    });
    failure
}

/// An operand as matrices `rows` × `columns` with leading axes.
struct Operand<'a, T: Stored> {
    data: Cow<'a, [T::Work]>,
    offset: usize,
    lead: SmallVec<[(usize, isize); 4]>,
    rows: usize,
    columns: usize,
    strides: [isize; 2],
    vector: bool,
}

impl<'a, T: Stored<Work: Gemm>> Operand<'a, T> {
    fn new(x: &Input<'a>, transpose: bool, left: bool, pool: &Pool) -> Result<Self> {
        let buffer = x.buffer::<T>()?;
        let rank = x.shape.len();
        let half = std::mem::size_of::<T>() == 2;
        // Halves become contiguous f32; the others are read where they are.
        let (data, offset, strides) = if half {
            let mut packed = vec![T::from_f64(0.0); x.len()];
            copy(buffer, x.shape, x.strides, x.offset, &mut packed, pool);
            let strides = talray_core::graph::view::Layout::contiguous(x.shape).strides;
            (Cow::Owned(T::wide(&packed).into_owned()), 0, strides)
        } else {
            (T::wide(buffer), x.offset, x.strides.into())
        };
        let vector = rank == 1;
        let (mut shape, mut steps) = match (vector, left) {
            (true, true) => ([1, x.shape[0]], [0, strides[0]]),
            (true, false) => ([x.shape[0], 1], [strides[0], 0]),
            _ => ([x.shape[rank - 2], x.shape[rank - 1]], [strides[rank - 2], strides[rank - 1]]),
        };
        if transpose && !vector {
            shape.reverse();
            steps.reverse();
        }
        let lead = x.shape.iter().copied().zip(strides.iter().copied()).take(rank.saturating_sub(2)).collect();
        Ok(Operand { data, offset, lead, rows: shape[0], columns: shape[1], strides: steps, vector })
    }

    fn matrices(&self) -> usize {
        self.lead.iter().map(|(n, _)| n).product()
    }

    fn matrix(&self, place: isize) -> Result<Matrix<'_, T::Work>> {
        let offset = (self.offset as isize + place) as usize;
        Matrix::new(&self.data, offset, [self.rows, self.columns], self.strides)
    }

    /// All `count` matrices under one another as one, where they lie so.
    fn merged(&self, count: usize) -> Option<Result<Matrix<'_, T::Work>>> {
        let mut step = self.strides[0] * self.rows as isize;
        for &(n, stride) in self.lead.iter().rev() {
            if n != 1 && stride != step {
                return None;
            }
            step *= n as isize;
        }
        (self.matrices() == count).then(|| Matrix::new(&self.data, self.offset, [self.rows * count, self.columns], self.strides))
    }

    /// Where matrix `i` of the broadcast `batch` begins, from the offset.
    fn place(&self, batch: &[usize], mut i: usize) -> isize {
        let mut at = 0;
        for (d, &size) in batch.iter().enumerate().rev() {
            let index = i % size;
            i /= size;
            if let Some((n, stride)) = (d + self.lead.len()).checked_sub(batch.len()).map(|d| self.lead[d])
                && n != 1
            {
                at += index as isize * stride;
            }
        }
        at
    }
}

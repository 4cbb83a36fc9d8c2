//! Convolutions as matrix products over columns: the taps of a block of windows are laid side by side
//! (im2col), blocks are cut by sizes only. A group with one channel goes tap by tap over all filters.

use super::work::{Stored, Work};
use crate::families::windows::Geometry;
use crate::matmul::{Gemm, Matrix, matmul};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, KernelDef, Pool};
use std::sync::Mutex;
use talray_core::rules::convolution::windows_of;
use talray_core::{DType, Error, Result};

pub static CONV: KernelDef = KernelDef { op: "conv", run: |call| by_float(call, Which::Output), strided: false };

pub static INPUT_GRAD: KernelDef = KernelDef { op: "conv_input_grad", run: |call| by_float(call, Which::Input), strided: false };

pub static KERNEL_GRAD: KernelDef =
    KernelDef { op: "conv_kernel_grad", run: |call| by_float(call, Which::Kernel), strided: false };

/// Elements of a block of columns.
const BLOCK: usize = 1 << 15;
/// Parts into which the examples are cut where each sums a kernel gradient of its own.
const PARTS: usize = 4;

/// Which of the three tensors of a convolution is asked for.
#[derive(Clone, Copy)]
enum Which {
    Output,
    Input,
    Kernel,
}

fn by_float(call: &mut Call<'_>, which: Which) -> Result<()> {
    match call.input(0)?.dtype {
        DType::F32 => run::<f32>(call, which),
        DType::F64 => run::<f64>(call, which),
        DType::F16 => run::<half::f16>(call, which),
        DType::BF16 => run::<half::bf16>(call, which),
        other => Err(Error::dtype(format!("expected a float type, received {other}"))),
    }
}

fn run<T: Stored<Work: Gemm>>(call: &mut Call<'_>, which: Which) -> Result<()> {
    let (a, b, pool) = (call.input(0)?, call.input(1)?, call.pool);
    let mut out = call.output(0);
    let own = out.shape.clone();
    let [x, kernel, y] = match which {
        Which::Output => [a.shape, b.shape, &own],
        Which::Input => [&own, b.shape, a.shape],
        Which::Kernel => [a.shape, &own, b.shape],
    };
    let rank = x.len();
    let geometry = Geometry::new(&x[1..rank - 1], &windows_of(call.attrs, kernel)?)?;
    if geometry.outputs() != y[1..rank - 1].iter().product::<usize>() {
        return Err(Error::shape(format!("{y:?} is not the shape of the convolution of {x:?} by {kernel:?}")));
    }
    let conv = Conv {
        geometry,
        batch: x[0],
        channels: x[rank - 1],
        per_group: kernel[rank - 2],
        filters: kernel[rank - 1],
        groups: x[rank - 1].checked_div(kernel[rank - 2]).unwrap_or(1).max(1),
        pool,
    };
    let (a, b) = (T::wide(a.slice::<T>()?), T::wide(b.slice::<T>()?));
    let mut result = Ok(());
    T::fill(out.slice::<T>()?, |out| {
        if !out.is_empty() && !a.is_empty() && !b.is_empty() {
            result = match which {
                Which::Output => conv.output(&a, &b, out),
                Which::Input => conv.input_grad(&a, &b, out),
                Which::Kernel => conv.kernel_grad(&a, &b, out),
            };
        }
    });
    result
}

struct Conv<'a> {
    geometry: Geometry,
    batch: usize,
    channels: usize,
    per_group: usize,
    filters: usize,
    groups: usize,
    pool: &'a Pool,
}

impl Conv<'_> {
    /// Columns of a group's matrix: taps by channels.
    fn depth(&self) -> usize {
        self.geometry.window() * self.per_group
    }

    /// Windows in a block.
    fn block(&self) -> usize {
        (BLOCK / self.depth().max(1)).clamp(8, 1024)
    }

    fn is_plain(&self) -> bool {
        self.groups == 1 && self.geometry.is_pointwise()
    }

    /// Filters of a group as a matrix [depth, filters / groups].
    fn kernel_of<'k, W>(&self, kernel: &'k [W], group: usize) -> Result<Matrix<'k, W>> {
        let each = self.filters / self.groups;
        Matrix::new(kernel, group * each, [self.depth(), each], [self.filters as isize, 1])
    }

    /// The rows of y from window `first` on, of one group's filters.
    fn rows_of<'y, W>(&self, y: &'y [W], first: usize, count: usize, group: usize) -> Result<Matrix<'y, W>> {
        let each = self.filters / self.groups;
        Matrix::new(y, first * self.filters + group * each, [count, each], [self.filters as isize, 1])
    }

    /// Lays the taps of `count` windows from number `first` (over the whole batch) side by side.
    fn columns<W: Work>(&self, x: &[W], first: usize, count: usize, group: usize, into: &mut Vec<W>) {
        let (per, outputs, size) = (self.per_group, self.geometry.outputs(), self.geometry.inputs() * self.channels);
        into.clear();
        into.resize(count * self.depth(), W::ZERO);
        for (k, row) in into.chunks_exact_mut(self.depth()).enumerate() {
            let (b, o) = ((first + k) / outputs, (first + k) % outputs);
            let x = &x[b * size..(b + 1) * size];
            self.geometry.each_tap(o, |tap, source| {
                let at = source * self.channels + group * per;
                row[tap * per..(tap + 1) * per].copy_from_slice(&x[at..at + per]);
            });
        }
    }

    fn output<W: Work + Gemm>(&self, x: &[W], kernel: &[W], y: &mut [W]) -> Result<()> {
        if self.is_plain() {
            let x = Matrix::rows(x, self.batch * self.geometry.inputs(), self.channels)?;
            return matmul(self.pool, x, Matrix::rows(kernel, self.channels, self.filters)?, y, self.filters, false);
        }
        let block = self.block();
        let errors = Errors::default();
        self.pool.for_each_chunk(y, block * self.filters, |i, y| {
            let (first, count) = (i * block, y.len() / self.filters);
            if self.per_group == 1 {
                self.depthwise(x, kernel, first, y);
                return;
            }
            let mut columns = Vec::new();
            for g in 0..self.groups {
                self.columns(x, first, count, g, &mut columns);
                errors.note(|| {
                    let columns = Matrix::rows(&columns, count, self.depth())?;
                    let at = g * (self.filters / self.groups);
                    matmul(&Pool::serial(), columns, self.kernel_of(kernel, g)?, &mut y[at..], self.filters, false)
                });
            }
        });
        errors.into_result()
    }

    /// One channel a group: `y[f] += x[f / multiplier]·kernel[tap, f]`.
    fn depthwise<W: Work>(&self, x: &[W], kernel: &[W], first: usize, y: &mut [W]) {
        let (outputs, size) = (self.geometry.outputs(), self.geometry.inputs() * self.channels);
        for (k, row) in y.chunks_exact_mut(self.filters).enumerate() {
            let (b, o) = ((first + k) / outputs, (first + k) % outputs);
            let x = &x[b * size..(b + 1) * size];
            self.geometry.each_tap(o, |tap, source| {
                let x = &x[source * self.channels..(source + 1) * self.channels];
                let kernel = &kernel[tap * self.filters..(tap + 1) * self.filters];
                dispatch(AddProducts { into: row, x, y: kernel });
            });
        }
    }

    fn input_grad<W: Work + Gemm>(&self, dy: &[W], kernel: &[W], dx: &mut [W]) -> Result<()> {
        if self.is_plain() {
            let dy = Matrix::rows(dy, self.batch * self.geometry.outputs(), self.filters)?;
            return matmul(self.pool, dy, Matrix::rows(kernel, self.channels, self.filters)?.t(), dx, self.channels, false);
        }
        let errors = Errors::default();
        let (block, outputs, per) = (self.block(), self.geometry.outputs(), self.per_group);
        self.pool.for_each_chunk(dx, self.geometry.inputs() * self.channels, |b, dx| {
            if per == 1 {
                self.depthwise_input(&dy[b * outputs * self.filters..(b + 1) * outputs * self.filters], kernel, dx);
                return;
            }
            let mut columns = vec![W::ZERO; block * self.depth()];
            for first in (0..outputs).step_by(block) {
                let count = block.min(outputs - first);
                for g in 0..self.groups {
                    errors.note(|| {
                        let dy = self.rows_of(dy, b * outputs + first, count, g)?;
                        matmul(&Pool::serial(), dy, self.kernel_of(kernel, g)?.t(), &mut columns, self.depth(), false)
                    });
                    for (k, row) in columns.chunks_exact(self.depth()).take(count).enumerate() {
                        self.geometry.each_tap(first + k, |tap, source| {
                            let at = source * self.channels + g * per;
                            let from = &row[tap * per..(tap + 1) * per];
                            dx[at..at + per].iter_mut().zip(from).for_each(|(d, &v)| *d += v);
                        });
                    }
                }
            }
        });
        errors.into_result()
    }

    /// `dx[f / multiplier] += dy[f]·kernel[tap, f]`.
    fn depthwise_input<W: Work>(&self, dy: &[W], kernel: &[W], dx: &mut [W]) {
        let multiplier = self.filters / self.channels;
        for (o, dy) in dy.chunks_exact(self.filters).enumerate() {
            self.geometry.each_tap(o, |tap, source| {
                let into = &mut dx[source * self.channels..(source + 1) * self.channels];
                let kernel = &kernel[tap * self.filters..(tap + 1) * self.filters];
                if multiplier == 1 {
                    dispatch(AddProducts { into, x: dy, y: kernel });
                } else {
                    dy.iter().zip(kernel).enumerate().for_each(|(f, (&d, &k))| into[f / multiplier] += d * k);
                }
            });
        }
    }

    fn kernel_grad<W: Work + Gemm>(&self, x: &[W], dy: &[W], dk: &mut [W]) -> Result<()> {
        let windows = self.batch * self.geometry.outputs();
        if self.is_plain() {
            let x = Matrix::rows(x, windows, self.channels)?;
            return matmul(self.pool, x.t(), Matrix::rows(dy, windows, self.filters)?, dk, self.filters, false);
        }
        let errors = Errors::default();
        let parts = PARTS.min(windows);
        let each = windows.div_ceil(parts);
        let mut sums = vec![W::ZERO; parts * dk.len()];
        self.pool.for_each_chunk(&mut sums, dk.len(), |part, sum| {
            let end = windows.min((part + 1) * each);
            let mut columns = Vec::new();
            for first in (part * each..end).step_by(self.block()) {
                let count = self.block().min(end - first);
                if self.per_group == 1 {
                    self.depthwise_kernel(x, &dy[first * self.filters..(first + count) * self.filters], first, sum);
                    continue;
                }
                for g in 0..self.groups {
                    self.columns(x, first, count, g, &mut columns);
                    errors.note(|| {
                        let columns = Matrix::rows(&columns, count, self.depth())?.t();
                        let at = g * (self.filters / self.groups);
                        let dy = self.rows_of(dy, first, count, g)?;
                        matmul(&Pool::serial(), columns, dy, &mut sum[at..], self.filters, true)
                    });
                }
            }
        });
        for part in sums.chunks_exact(dk.len()) {
            dk.iter_mut().zip(part).for_each(|(d, &v)| *d += v);
        }
        errors.into_result()
    }

    /// `dk[tap, f] += x[f / multiplier]·dy[f]`.
    fn depthwise_kernel<W: Work>(&self, x: &[W], dy: &[W], first: usize, dk: &mut [W]) {
        let (outputs, size) = (self.geometry.outputs(), self.geometry.inputs() * self.channels);
        for (k, dy) in dy.chunks_exact(self.filters).enumerate() {
            let (b, o) = ((first + k) / outputs, (first + k) % outputs);
            let x = &x[b * size..(b + 1) * size];
            self.geometry.each_tap(o, |tap, source| {
                let x = &x[source * self.channels..(source + 1) * self.channels];
                dispatch(AddProducts { into: &mut dk[tap * self.filters..(tap + 1) * self.filters], x, y: dy });
            });
        }
    }
}

/// `into[f] += x[f / multiplier]·y[f]`, the multiplier being how much longer `into` is than `x`.
struct AddProducts<'a, W> {
    into: &'a mut [W],
    x: &'a [W],
    y: &'a [W],
}

impl<W: Work> Kernel for AddProducts<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let AddProducts { into, x, y } = self;
        if into.len() == x.len() {
            into.iter_mut().zip(x.iter().zip(y)).for_each(|(i, (&x, &y))| *i += x * y);
        } else {
            let multiplier = into.len() / x.len();
            for ((into, y), &x) in into.chunks_exact_mut(multiplier).zip(y.chunks_exact(multiplier)).zip(x) {
                into.iter_mut().zip(y).for_each(|(i, &y)| *i += x * y);
            }
        }
    }
}

/// The first error of work that runs in chunks.
#[derive(Default)]
struct Errors(Mutex<Option<Error>>);

impl Errors {
    fn note(&self, work: impl FnOnce() -> Result<()>) {
        if let (Err(e), Ok(mut first)) = (work(), self.0.lock()) {
            first.get_or_insert(e);
        }
    }

    fn into_result(self) -> Result<()> {
        self.0.into_inner().ok().flatten().map_or(Ok(()), Err)
    }
}

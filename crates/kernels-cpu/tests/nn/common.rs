//! Runs one kernel on an op's sample, in any float dtype, on either implementation.

use smallvec::SmallVec;
use talray_core::graph::Kind;
use talray_core::op::{SampleData, SampleInput};
use talray_core::{AttrsRef, DType, Graph, OpDef, Result, Sample, Shape, Type};
use talray_kernels_cpu::{Call, Implementation, Input, Output, Pool, dispatch, kernel};

/// A tensor in memory aligned for every element type.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub dtype: DType,
    pub shape: Vec<usize>,
    words: Vec<u64>,
}

impl Tensor {
    pub fn zeros(dtype: DType, shape: &[usize]) -> Tensor {
        let bytes = shape.iter().product::<usize>() * dtype.size();
        // Poisoned, so that an element that a kernel leaves out is seen.
        Tensor { dtype, shape: shape.to_vec(), words: vec![0xABAB_ABAB_ABAB_ABAB; bytes.div_ceil(8)] }
    }

    pub fn of(values: &[f64], dtype: DType, shape: &[usize]) -> Tensor {
        let mut t = Tensor::zeros(dtype, shape);
        let bytes = talray_core::graph::encode(values, dtype);
        t.bytes_mut().copy_from_slice(&bytes);
        t
    }

    pub fn from_bytes(bytes: &[u8], dtype: DType, shape: &[usize]) -> Tensor {
        let mut t = Tensor::zeros(dtype, shape);
        t.bytes_mut().copy_from_slice(bytes);
        t
    }

    pub fn bytes(&self) -> &[u8] {
        let n = self.shape.iter().product::<usize>() * self.dtype.size();
        &bytemuck::cast_slice(&self.words)[..n]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        let n = self.shape.iter().product::<usize>() * self.dtype.size();
        &mut bytemuck::cast_slice_mut(&mut self.words)[..n]
    }

    pub fn values(&self) -> Vec<f64> {
        use talray_kernels_cpu::Element;
        dispatch!(self.dtype, T => bytemuck::cast_slice::<u8, T>(self.bytes()).iter().map(|x| x.to_f64()).collect())
    }
}

/// The sample's input, its f32 replaced by `dtype`.
pub fn tensor(input: &SampleInput, dtype: DType) -> Tensor {
    let dtype = if input.dtype == DType::F32 { dtype } else { input.dtype };
    let n: usize = input.shape.iter().product();
    let values: Vec<f64> = match &input.data {
        SampleData::Values(v) => v.clone(),
        SampleData::Range(lo, hi) => {
            (0..n).map(|i| lo + (hi - lo) * ((i as f64 + 0.5) * 0.618_033_988_749_894_9).fract()).collect()
        }
    };
    Tensor::of(&values, dtype, &input.shape)
}

/// The outputs of `op` on `inputs` by the kernel of `implementation`.
pub fn run(
    op: &'static OpDef,
    inputs: &[Option<Tensor>],
    sample: &Sample,
    implementation: Implementation,
    pool: &Pool,
) -> Result<Vec<Tensor>> {
    let id = talray_core::ops::find(op.name).expect("listed");
    let mut graph = Graph::new();
    let values: Vec<_> =
        inputs.iter().map(|t| t.as_ref().map(|t| graph.input(Type::new(t.dtype, Shape::of(&t.shape))))).collect();
    let mut attrs: SmallVec<_> = op.attrs.iter().map(talray_core::Attr::default_value).collect();
    for (name, value) in &sample.attrs {
        let at = op.attrs.iter().position(|a| a.name == *name).unwrap_or_else(|| panic!("{}: attribute {name}", op.name));
        attrs[at] = value.clone();
    }
    graph.apply(id, &values, attrs, &[])?;
    let node = graph.nodes.last().expect("a node");
    assert!(matches!(node.kind, Kind::Op(_)));
    let layouts: Vec<_> =
        inputs.iter().map(|t| t.as_ref().map(|t| talray_core::graph::view::Layout::contiguous(&t.shape))).collect();
    let mut outputs: Vec<Tensor> =
        node.types.iter().map(|t| Tensor::zeros(t.dtype, &t.shape.known().expect("known sizes"))).collect();
    let mut call = Call {
        attrs: AttrsRef { op, values: &node.attrs },
        inputs: inputs
            .iter()
            .zip(&layouts)
            .map(|(t, l)| {
                t.as_ref().zip(l.as_ref()).map(|(t, l)| Input {
                    dtype: t.dtype,
                    shape: &t.shape,
                    strides: &l.strides,
                    offset: 0,
                    bytes: t.bytes(),
                })
            })
            .collect(),
        outputs: outputs
            .iter_mut()
            .map(|t| Output { dtype: t.dtype, shape: t.shape.clone().into(), bytes: t.bytes_mut() })
            .collect(),
        programs: &[],
        pool,
        lens: SmallVec::new(),
    };
    let found = kernel(op.name, implementation).unwrap_or_else(|| panic!("{} has no kernel", op.name));
    (found.run)(&mut call)?;
    drop(call);
    Ok(outputs)
}

/// Relative and absolute error allowed in a dtype: small floats are rounded between the steps of these kernels too.
pub fn tolerance(dtype: DType) -> f64 {
    let steps = if dtype.size() == 2 { 2.0 } else { 1.0 };
    steps * talray_kernels_cpu::tolerance(dtype)
}

/// Panics where two outputs differ by more than `tolerance`, relative to the larger of 1 and the value.
pub fn assert_close(got: &Tensor, want: &Tensor, tolerance: f64, what: &str) {
    assert_eq!((got.dtype, &got.shape), (want.dtype, &want.shape), "{what}");
    for (i, (a, b)) in got.values().into_iter().zip(want.values()).enumerate() {
        let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0);
        assert!(same, "{what}: element {i} is {a}, expected {b}");
    }
}

/// Fast = plain for every sample of `names` in each of `dtypes`; the same bits with one thread and with many.
pub fn fast_equals_plain(names: &[&str], dtypes: &[DType]) {
    for name in names {
        let op = talray_core::ops::id(name).def();
        for (s, sample) in (op.samples)().iter().enumerate().filter(|(_, s)| s.refuses.is_none()) {
            for &dtype in dtypes {
                let inputs: Vec<_> = sample.inputs.iter().map(|i| i.as_ref().map(|i| tensor(i, dtype))).collect();
                agree(op, &inputs, sample, dtype, &format!("{name} sample {s} in {dtype}"));
            }
        }
    }
}

/// Fast = plain on these inputs; the same bits with one thread and with many.
pub fn agree(op: &'static OpDef, inputs: &[Option<Tensor>], sample: &Sample, dtype: DType, what: &str) {
    let go =
        |implementation, pool: &Pool| run(op, inputs, sample, implementation, pool).unwrap_or_else(|e| panic!("{what}: {e}"));
    let fast = go(Implementation::Simd, &Pool::serial());
    let plain = go(Implementation::Reference, &Pool::serial());
    let many = go(Implementation::Simd, &Pool::current());
    for (i, (fast, plain)) in fast.iter().zip(&plain).enumerate() {
        assert_close(fast, plain, tolerance(dtype), &format!("{what}, output {i}"));
        assert_eq!(fast.bytes(), many[i].bytes(), "{what}, output {i}: bits depend on the threads");
    }
}

/// The float dtypes.
pub const FLOATS: [DType; 4] = [DType::F32, DType::F64, DType::F16, DType::BF16];

//! The elementwise ops, their samples as graph nodes, and evaluation of graphs of such ops.

use std::collections::HashMap;
use talray_core::expr::eval::{self, Scalar};
use talray_core::graph::{Kind, OpId};
use talray_core::op::{SampleData, SampleInput};
use talray_core::ops::OPS;
use talray_core::{AttrValue, Attrs, AttrsRef, DType, Graph, Lower, OpDef, Result, Sample, Shape, Type, Value};

/// Every elementwise op.
pub fn ops() -> impl Iterator<Item = (OpId, &'static OpDef)> {
    let numbered = OPS.iter().enumerate().map(|(i, d)| (OpId(i as u16), *d));
    numbered.filter(|(_, d)| matches!(d.lower, Lower::Elementwise(_)))
}

/// The attributes of a sample, completed with defaults.
pub fn attrs(def: &OpDef, sample: &Sample) -> Attrs {
    let given: HashMap<&str, &AttrValue> = sample.attrs.iter().map(|(n, v)| (*n, v)).collect();
    def.attrs.iter().map(|a| given.get(a.name).map_or_else(|| a.default_value(), |v| (*v).clone())).collect()
}

/// A node of op `id` over inputs of these dtypes and shapes: its output, after promotion.
pub fn apply(g: &mut Graph, id: OpId, types: &[(DType, Vec<usize>)], attrs: &Attrs) -> Result<Value> {
    let inputs: Vec<_> = types.iter().map(|(d, s)| Some(g.input(Type::new(*d, Shape::of(s))))).collect();
    Ok(g.apply(id, &inputs, attrs.clone(), &[])?[0])
}

/// Dtypes of a node's inputs.
pub fn dtypes(g: &Graph, v: Value) -> Vec<DType> {
    g.node(v).inputs.iter().flatten().map(|v| g.ty(*v).dtype).collect()
}

/// Values of a sample input: given, or spread over the range in a scrambled order.
pub fn data(input: &SampleInput) -> Vec<f64> {
    match &input.data {
        SampleData::Values(v) => v.clone(),
        SampleData::Range(lo, hi) => {
            let n = input.shape.iter().product::<usize>();
            (0..n).map(|i| lo + (hi - lo) * (((i * 7 + 3) % n.max(1)) as f64 + 0.37) / n as f64).collect()
        }
    }
}

/// The scalars at each position of a sample's broadcast inputs, paired by cycling.
pub fn points(sample: &Sample) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = sample.inputs.iter().flatten().map(data).collect();
    let n = columns.iter().map(Vec::len).max().unwrap_or(0);
    (0..n).map(|i| columns.iter().map(|c| c[i % c.len()]).collect()).collect()
}

/// The value of `v` where graph input `n` is the scalar `inputs[n]`.
pub fn evaluate(g: &Graph, v: Value, inputs: &[Scalar]) -> Scalar {
    let node = g.node(v);
    match &node.kind {
        Kind::Input(n) | Kind::Leaf(n) => inputs[*n as usize],
        Kind::Constant(c) => decode(&c.bytes, c.dtype),
        Kind::Fused(program) => {
            let args: Vec<Scalar> = node.inputs.iter().flatten().map(|v| evaluate(g, *v, inputs)).collect();
            eval::run(program, &args)[v.out as usize]
        }
        Kind::Op(id) => {
            let args: Vec<Scalar> = node.inputs.iter().flatten().map(|v| evaluate(g, *v, inputs)).collect();
            let attrs = AttrsRef { op: id.def(), values: &node.attrs };
            let exprs = talray_core::expr::op_exprs(attrs, &dtypes(g, v)).expect("elementwise");
            eval::eval(&exprs[v.out as usize], &args)
        }
    }
}

fn decode(bytes: &[u8], dtype: DType) -> Scalar {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let unsigned = match bytes.len() {
        1 => DType::U8,
        2 => DType::U16,
        4 => DType::U32,
        _ => DType::U64,
    };
    let bits = Scalar::Int(i128::from(u64::from_le_bytes(wide)));
    if dtype == DType::Bool { bits } else { eval::apply(talray_core::expr::Prim::Bitcast, dtype, &[(bits, unsigned)]) }
}

/// Same value: NaN equals NaN, zeros differ by sign.
pub fn same(a: Scalar, b: Scalar) -> bool {
    match (a, b) {
        (Scalar::Float(x), Scalar::Float(y)) => x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan()),
        _ => a == b,
    }
}

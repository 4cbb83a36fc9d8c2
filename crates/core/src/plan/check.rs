//! Is a graph that came as bytes one that a recorder could have made? What runs plans indexes by it without looking.

use crate::expr::{Operand, Program};
use crate::graph::{Graph, Kind, Node, OpId, Value};
use crate::infer::Infer;
use crate::op::{Arity, Lower, Promote};
use crate::shape::DimExpr;
use crate::{AttrKind, AttrValue, AttrsRef, Dim, Error, Result, Shape, Type, ops};
use smallvec::SmallVec;

/// Most symbols of a graph.
const MAX_SYMBOLS: u32 = 1 << 20;

/// Checks every index, count and type of `graph`.
///
/// # Errors
/// `FORMAT`, naming the node.
pub(super) fn check(graph: &Graph) -> Result<()> {
    need(graph.symbols <= MAX_SYMBOLS, "it has too many symbols")?;
    for (i, v) in graph.inputs.iter().enumerate() {
        let is_input = graph.nodes.get(v.node as usize).is_some_and(|n| matches!(n.kind, Kind::Input(m) if m as usize == i));
        need(is_input && v.out == 0, "an input is none")?;
    }
    let bound = |d: &Dim| symbols(d, graph.symbols);
    need(graph.equal.iter().all(|(a, b)| bound(a) && bound(b)), "an equality names a symbol that there is not")?;
    for (i, node) in graph.nodes.iter().enumerate() {
        check_node(graph, i, node).map_err(|e| Error::format(format!("{}, at node {i}", e.message)))?;
    }
    need(graph.outputs.iter().all(|v| is_value(graph, *v, graph.nodes.len())), "an output is no value")
}

fn need(holds: bool, what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::format(format!("these bytes are not a plan of this build: {what}"))) }
}

/// Is `v` an output of a node before number `end`?
fn is_value(graph: &Graph, v: Value, end: usize) -> bool {
    (v.node as usize) < end && graph.nodes.get(v.node as usize).is_some_and(|n| usize::from(v.out) < n.types.len())
}

/// Are all symbols of `d` among the first `count`?
fn symbols(d: &Dim, count: u32) -> bool {
    let Dim::Expr(e) = d else { return true };
    match &**e {
        DimExpr::Sym(s) => *s < count,
        DimExpr::Add(a, b) | DimExpr::Sub(a, b) | DimExpr::Mul(a, b) | DimExpr::Div(a, b) => {
            symbols(a, count) && symbols(b, count)
        }
    }
}

/// Do the known sizes make no more bytes than memory can have?
fn addressable(ty: &Type) -> bool {
    let mut sizes = ty.shape.dims().iter().filter_map(Dim::known).map(|n| n.max(1));
    let bytes = sizes.try_fold(ty.dtype.size(), |all, n| all.checked_mul(n));
    bytes.is_some_and(|bytes| bytes <= isize::MAX.cast_unsigned())
}

fn check_node(graph: &Graph, i: usize, node: &Node) -> Result<()> {
    need(node.inputs.iter().flatten().all(|v| is_value(graph, *v, i)), "an argument is no earlier value")?;
    let sound = |ty: &Type| addressable(ty) && ty.shape.dims().iter().all(|d| symbols(d, graph.symbols));
    need(node.types.len() <= usize::from(u16::MAX) && node.types.iter().all(sound), "a type is none")?;
    let one = node.inputs.is_empty() && node.types.len() == 1;
    match &node.kind {
        Kind::Input(n) => {
            let listed = graph.inputs.get(*n as usize) == Some(&Value { node: i as u32, out: 0 });
            need(one && listed, "an input is not listed")
        }
        Kind::Leaf(_) => need(false, "it holds a leaf"),
        Kind::Constant(literal) => {
            let ty = Type::new(literal.dtype, Shape::of(&literal.shape));
            let size = literal.shape.iter().try_fold(ty.dtype.size(), |all, n| all.checked_mul(*n));
            need(one && node.types[0] == ty && size == Some(literal.bytes.len()), "a constant is not of its type")
        }
        Kind::Fused(program) => check_fused(graph, node, program),
        Kind::Op(id) => check_op(graph, node, *id),
    }
}

fn check_fused(graph: &Graph, node: &Node, program: &Program) -> Result<()> {
    check_program(program)?;
    let inputs: Option<Vec<_>> = node.inputs.iter().map(|v| v.map(|v| graph.ty(v).dtype)).collect();
    need(inputs.as_ref() == Some(&program.inputs), "a program is given other inputs than it has")?;
    let alike =
        node.types.iter().zip(&program.outputs).all(|(ty, (_, dtype))| ty.dtype == *dtype && ty.shape == node.types[0].shape);
    need(
        !node.types.is_empty() && node.types.len() == program.outputs.len() && alike,
        "a program gives other outputs than it has",
    )
}

fn check_program(program: &Program) -> Result<()> {
    let reaches = |operand: &Operand, insts: usize| match *operand {
        Operand::Input(n) => usize::from(n) < program.inputs.len(),
        Operand::Const(n) => usize::from(n) < program.consts.len(),
        Operand::Inst(n) => usize::from(n) < insts,
    };
    for (k, inst) in program.insts.iter().enumerate() {
        let sound = inst.args.len() == inst.prim.arity() && inst.args.iter().all(|a| reaches(a, k));
        need(sound, "an instruction reads what is not there")?;
    }
    let gives = |(operand, dtype): &(Operand, _)| reaches(operand, program.insts.len()) && program.dtype(*operand) == *dtype;
    need(program.outputs.iter().all(gives), "a program gives what it has not")
}

fn check_op(graph: &Graph, node: &Node, id: OpId) -> Result<()> {
    let Some(def) = ops::OPS.get(usize::from(id.0)) else { return need(false, "there is no such op") };
    let kinds = def.attrs.iter().zip(&node.attrs).all(|(attr, value)| of_kind(attr.kind, value));
    need(def.attrs.len() == node.attrs.len() && kinds, "attributes are not those of the op")?;
    let bound = |a: &AttrValue| !matches!(a, AttrValue::Dims(dims) if !dims.iter().all(|d| symbols(d, graph.symbols)));
    need(node.attrs.iter().all(bound), "an attribute names a symbol that there is not")?;
    for region in &node.regions {
        check(region)?;
    }
    // What passes have joined to a kernel changes its inputs and outputs; the kernel looks at them itself.
    if !node.regions.is_empty() && !matches!(def.lower, Lower::Control) {
        return Ok(());
    }
    let fixed = def.args.iter().filter(|a| a.arity != Arity::Variadic).count();
    let fits = if fixed == def.args.len() { node.inputs.len() == fixed } else { node.inputs.len() >= fixed };
    let given = def.args.iter().zip(&node.inputs).all(|(arg, v)| v.is_some() || arg.arity != Arity::One);
    need(fits && given, "arguments are not those of the op")?;
    let inputs: SmallVec<[Option<&Type>; 4]> = node.inputs.iter().map(|v| v.map(|v| graph.ty(v))).collect();
    let promotes = |i: usize| def.args[i.min(def.args.len() - 1)].promote != Promote::No;
    let mut common = inputs.iter().enumerate().filter(|(i, _)| promotes(*i)).filter_map(|(_, t)| t.map(|t| t.dtype));
    let first = common.next();
    need(common.all(|dtype| Some(dtype) == first), "arguments of several dtypes were not cast to one")?;
    let (mut equal, mut symbols) = (Vec::new(), graph.symbols);
    let attrs = AttrsRef { op: def, values: &node.attrs };
    let mut cx = Infer { op: def, inputs: &inputs, attrs, regions: &node.regions, equal: &mut equal, symbols: &mut symbols };
    let types = (def.infer)(&mut cx)?;
    need(types.len() == node.types.len() && types.iter().zip(&node.types).all(agree), "outputs are not those of the op")
}

fn of_kind(kind: AttrKind, value: &AttrValue) -> bool {
    match (kind, value) {
        (AttrKind::Enum(names), AttrValue::Enum(n)) => usize::from(*n) < names.len(),
        (_, AttrValue::Absent)
        | (AttrKind::F64, AttrValue::F64(_) | AttrValue::I64(_))
        | (AttrKind::I64, AttrValue::I64(_))
        | (AttrKind::Bool, AttrValue::Bool(_))
        | (AttrKind::DType, AttrValue::DType(_))
        | (AttrKind::Text, AttrValue::Text(_))
        | (AttrKind::F64s, AttrValue::F64s(_))
        | (AttrKind::I64s, AttrValue::I64s(_))
        | (AttrKind::Bools, AttrValue::Bools(_))
        | (AttrKind::Dims, AttrValue::Dims(_)) => true,
        _ => false,
    }
}

/// Can two types be that of one value? Symbols may be spelled in several ways.
fn agree((a, b): (&Type, &Type)) -> bool {
    let sizes = a.shape.dims().iter().zip(b.shape.dims());
    a.dtype == b.dtype
        && a.shape.rank() == b.shape.rank()
        && sizes.filter_map(|(a, b)| a.known().zip(b.known())).all(|(a, b)| a == b)
}

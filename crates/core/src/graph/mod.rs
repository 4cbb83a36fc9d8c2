//! Graphs: an append-only list of nodes in SSA form.
//!
//! Values are (node, output) pairs; a node's inputs are always earlier nodes, so the order of the
//! list is a valid order of execution.

mod apply;
mod builder;
mod inline;
pub mod view;

pub use builder::{Builder, NamedAttrs, complete, dims};

use crate::{Attrs, DType, Dim, OpDef, Shape, Type};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::Arc;

/// One output of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value {
    /// Index of the node.
    pub node: u32,
    /// Which of its outputs.
    pub out: u16,
}

/// Index of an op in [`crate::ops::OPS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpId(pub u16);

impl OpId {
    /// The op's record.
    #[inline]
    pub fn def(self) -> &'static OpDef {
        crate::ops::OPS[self.0 as usize]
    }
}

/// What a node is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// Input `n` of the graph.
    Input(u32),
    /// A tensor that lives outside, known by its number there (a recorder's slot).
    Leaf(u32),
    /// Data held in the graph.
    Constant(Literal),
    /// An op.
    Op(OpId),
    /// Several elementwise ops in one scalar program (made by the fusion pass).
    Fused(Arc<crate::expr::Program>),
}

/// A node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Attributes of the op.
    pub attrs: Attrs,
    /// Tensor inputs, flattened; `None` for an absent optional.
    pub inputs: SmallVec<[Option<Value>; 3]>,
    /// Region arguments.
    #[serde(deserialize_with = "crate::depth::nested")]
    pub regions: SmallVec<[Region; 0]>,
    /// Types of the outputs.
    pub types: SmallVec<[Type; 1]>,
}

impl Default for Node {
    /// A node of nothing: the rest of one that is spelled out in part.
    fn default() -> Node {
        Node {
            kind: Kind::Input(0),
            attrs: Attrs::new(),
            inputs: SmallVec::new(),
            regions: SmallVec::new(),
            types: SmallVec::new(),
        }
    }
}

/// A graph that is an argument of an op: the body of a loop, a branch, an update rule.
pub type Region = Arc<Graph>;

/// Tensor data held in a graph: little-endian elements in row-major order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Literal {
    /// Element type.
    pub dtype: DType,
    /// Sizes.
    pub shape: SmallVec<[usize; 4]>,
    /// Elements; `Arc`, as constants are shared by graphs and plans.
    pub bytes: Arc<[u8]>,
}

/// A graph.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    /// Nodes in order of execution.
    pub nodes: Vec<Node>,
    /// The input nodes, in order.
    pub inputs: Vec<Value>,
    /// The results, in order.
    pub outputs: Vec<Value>,
    /// Pairs of dimensions that must be equal once symbols are bound.
    pub equal: Vec<(Dim, Dim)>,
    /// Number of symbols used.
    pub symbols: u32,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// Type of a value.
    #[inline]
    pub fn ty(&self, v: Value) -> &Type {
        &self.nodes[v.node as usize].types[v.out as usize]
    }

    /// The node of a value.
    #[inline]
    pub fn node(&self, v: Value) -> &Node {
        &self.nodes[v.node as usize]
    }

    /// Adds an input of type `ty`.
    pub fn input(&mut self, ty: Type) -> Value {
        let n = self.inputs.len() as u32;
        let v = self.push_source(Kind::Input(n), ty);
        self.inputs.push(v);
        v
    }

    /// Adds a reference to tensor `slot` that lives outside.
    pub fn leaf(&mut self, slot: u32, ty: Type) -> Value {
        self.push_source(Kind::Leaf(slot), ty)
    }

    /// Adds data.
    pub fn constant(&mut self, literal: Literal) -> Value {
        let ty = Type::new(literal.dtype, Shape::of(&literal.shape));
        self.push_source(Kind::Constant(literal), ty)
    }

    fn push_source(&mut self, kind: Kind, ty: Type) -> Value {
        let mut types = SmallVec::new();
        types.push(ty);
        self.nodes.push(Node { kind, attrs: Attrs::new(), inputs: SmallVec::new(), regions: SmallVec::new(), types });
        Value { node: self.nodes.len() as u32 - 1, out: 0 }
    }

    /// A builder that appends to this graph.
    pub fn build(&mut self) -> Builder<'_> {
        Builder::new(self)
    }

    /// The nodes on which `roots` depend, as one flag a node.
    pub fn ancestors(&self, roots: impl IntoIterator<Item = Value>) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        let mut last = 0;
        for v in roots {
            needed[v.node as usize] = true;
            last = last.max(v.node as usize + 1);
        }
        for i in (0..last).rev() {
            if needed[i] {
                for v in self.nodes[i].inputs.iter().flatten() {
                    needed[v.node as usize] = true;
                }
            }
        }
        needed
    }
}

impl Literal {
    /// A scalar of `dtype` with the value `x` (converted as [`crate::expr::Prim::Cast`] does).
    pub fn scalar(x: f64, dtype: DType) -> Literal {
        Literal { dtype, shape: SmallVec::new(), bytes: encode(&[x], dtype).into() }
    }

    /// A tensor of `dtype` with these values.
    pub fn of(values: &[f64], shape: &[usize], dtype: DType) -> Literal {
        Literal { dtype, shape: shape.iter().copied().collect(), bytes: encode(values, dtype).into() }
    }
}

/// Numbers as little-endian elements of `dtype`; floats round, integers truncate and saturate.
pub fn encode(values: &[f64], dtype: DType) -> Vec<u8> {
    use half::{bf16, f16};
    let mut out = Vec::with_capacity(values.len() * dtype.size());
    for &x in values {
        match dtype {
            DType::F32 => out.extend((x as f32).to_le_bytes()),
            DType::F64 => out.extend(x.to_le_bytes()),
            DType::F16 => out.extend(f16::from_f64(x).to_le_bytes()),
            DType::BF16 => out.extend(bf16::from_f64(x).to_le_bytes()),
            DType::I8 => out.extend((x as i8).to_le_bytes()),
            DType::I16 => out.extend((x as i16).to_le_bytes()),
            DType::I32 => out.extend((x as i32).to_le_bytes()),
            DType::I64 => out.extend((x as i64).to_le_bytes()),
            DType::U8 => out.extend((x as u8).to_le_bytes()),
            DType::U16 => out.extend((x as u16).to_le_bytes()),
            DType::U32 => out.extend((x as u32).to_le_bytes()),
            DType::U64 => out.extend((x as u64).to_le_bytes()),
            DType::Bool => out.push((x != 0.0) as u8),
        }
    }
    out
}

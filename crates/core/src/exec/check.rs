//! Checking mode: a graph is run again as it was recorded, one op at a time, to say where a failure began.
//!
//! Nothing outside is written: inputs are only read, and ops with effects are left out.

use super::Run;
use super::shapes::Symbols;
use crate::backend::{Backend, Tensor};
use crate::graph::{Graph, Kind, Node, Value};
use crate::passes::{Passes, has_effect};
use crate::plan::Plan;
use crate::{AttrValue, AttrsRef, Code, DType, Error, Result, Shape, Type};
use smallvec::SmallVec;
use std::fmt::Write;
use std::sync::Arc;

/// Where a failure began.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The node, in the graph as it was recorded.
    pub node: u32,
    /// What it is: an op, or where values came from outside.
    pub kind: Kind,
    /// What happened there, for people.
    pub what: String,
}

/// The worst element of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Health {
    #[default]
    Finite,
    Infinite,
    NotANumber,
}

impl Health {
    fn name(self) -> &'static str {
        match self {
            Health::Finite => "finite values",
            Health::Infinite => "an infinity",
            Health::NotANumber => "NaN",
        }
    }
}

/// Finds the first failure of `graph` on the tensors that `source` gives for its input and leaf nodes.
///
/// `roots` are what the failed run computed. With `guards` only what leads to guards (`check_finite`) is run.
/// For a failed guard that is the op that made the first NaN or infinity on the way to it, or the
/// input that held one; for any other error it is the op that refuses its inputs. `None` when nothing fails.
///
/// # Errors
/// `INTERNAL` where the graph cannot be run again.
pub fn first_fault<B: Backend>(
    backend: &B,
    graph: &Graph,
    roots: &[Value],
    guards: bool,
    source: &mut dyn FnMut(&Kind) -> Option<Tensor<B::Buffer>>,
) -> Result<Option<Fault>> {
    let mut needed = graph.ancestors(roots.iter().copied());
    if guards {
        let guard = |node: &Node| matches!(node.kind, Kind::Op(op) if op.def().name == "check_finite");
        let found = (0..graph.nodes.len()).filter(|&i| needed[i] && guard(&graph.nodes[i]));
        needed = graph.ancestors(found.map(|i| Value { node: i as u32, out: 0 }));
    }
    let mut last = vec![0usize; graph.nodes.len()];
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| needed[*i]) {
        node.inputs.iter().flatten().for_each(|v| last[v.node as usize] = i);
    }
    let mut check = Check {
        backend,
        graph,
        values: vec![SmallVec::new(); graph.nodes.len()],
        health: vec![SmallVec::new(); graph.nodes.len()],
        symbols: Symbols::new(graph.symbols),
    };
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| needed[*i]) {
        let ready = node.inputs.iter().flatten().all(|v| !check.values[v.node as usize].is_empty());
        if has_effect(node) || !ready {
            continue;
        }
        match check.step(node, source) {
            Ok(made) => check.keep(i, made)?,
            Err(e) if e.code == Code::Numeric => return Ok(Some(check.origin(i))),
            Err(e) => return Ok(Some(check.fault(i, e.message.into()))),
        }
        for v in node.inputs.iter().flatten().filter(|v| last[v.node as usize] == i) {
            // Emptied places would read as values that were left out.
            check.values[v.node as usize].iter_mut().for_each(|t| *t = None);
        }
    }
    Ok(None)
}

struct Check<'a, B: Backend> {
    backend: &'a B,
    graph: &'a Graph,
    values: Vec<SmallVec<[Option<Tensor<B::Buffer>>; 1]>>,
    health: Vec<SmallVec<[Health; 1]>>,
    symbols: Symbols,
}

impl<B: Backend> Check<'_, B> {
    /// Runs one node by itself.
    fn step(
        &self,
        node: &Node,
        source: &mut dyn FnMut(&Kind) -> Option<Tensor<B::Buffer>>,
    ) -> Result<SmallVec<[Tensor<B::Buffer>; 1]>> {
        let op = match &node.kind {
            Kind::Op(op) => *op,
            Kind::Constant(c) => return Ok(SmallVec::from_iter([self.backend.upload(&c.bytes, c.dtype, &c.shape)?])),
            kind => {
                let tensor = source(kind).ok_or_else(|| Error::internal("an input is not there any more"))?;
                return Ok(SmallVec::from_iter([tensor]));
            }
        };
        let mut graph = Graph::new();
        let (mut inputs, mut args): (Vec<_>, SmallVec<[Option<Value>; 4]>) = Default::default();
        for v in &node.inputs {
            args.push(match v {
                None => None,
                Some(v) => {
                    let tensor = self.get(*v)?;
                    inputs.push(tensor.clone());
                    Some(graph.input(Type::new(tensor.dtype, Shape::of(tensor.shape()))))
                }
            });
        }
        let attrs = self.symbols.attrs(&node.attrs)?.unwrap_or_else(|| node.attrs.clone());
        graph.outputs = graph.apply(op, &args, attrs, &node.regions)?.to_vec();
        let outputs = graph.outputs.len();
        let plan = Plan::new(&graph, outputs, &Passes::NONE, &|op| self.backend.supports(op))?;
        let mut run = Run::new(Arc::new(plan), inputs)?;
        loop {
            if let super::Progress::Done(results) = run.advance(self.backend)? {
                return Ok(results.into_iter().collect());
            }
            std::hint::spin_loop();
        }
    }

    fn get(&self, v: Value) -> Result<&Tensor<B::Buffer>> {
        let place = self.values[v.node as usize].get(v.out as usize);
        place.and_then(Option::as_ref).ok_or_else(|| Error::internal("a value was dropped while checking"))
    }

    fn keep(&mut self, i: usize, made: SmallVec<[Tensor<B::Buffer>; 1]>) -> Result<()> {
        let node = &self.graph.nodes[i];
        for (ty, t) in node.types.iter().zip(&made) {
            self.symbols.bind(&ty.shape, t.shape(), "checking")?;
            let health = self.health_of(t)?;
            self.health[i].push(health);
        }
        self.symbols.check(self.graph)?;
        self.values[i] = made.into_iter().map(Some).collect();
        Ok(())
    }

    fn health_of(&self, t: &Tensor<B::Buffer>) -> Result<Health> {
        if !t.dtype.is_float() {
            return Ok(Health::Finite);
        }
        let mut read = self.backend.read(t)?;
        loop {
            match self.backend.poll(&mut read) {
                Some(bytes) => return Ok(worst(&bytes?, t.dtype)),
                None => std::hint::spin_loop(),
            }
        }
    }

    /// From a guard that failed back along the values that are not finite.
    fn origin(&self, guard: usize) -> Fault {
        let health = |v: &Value| self.health[v.node as usize].get(v.out as usize).copied().unwrap_or_default();
        let worst =
            |node: &Node| node.inputs.iter().flatten().copied().max_by_key(|v| health(v)).filter(|v| health(v) != Health::Finite);
        let (mut at, mut made) = (guard, Health::NotANumber);
        let mut turned = None;
        while let Some(v) = worst(&self.graph.nodes[at]) {
            if at != guard && made == Health::NotANumber && health(&v) == Health::Infinite {
                // An infinity became NaN here: it came from further up, unless it was given from outside.
                turned = Some(at);
            }
            (at, made) = (v.node as usize, health(&v));
        }
        match (&self.graph.nodes[at].kind, turned) {
            (Kind::Op(_), None) => self.fault(at, format!("gave {} from finite inputs", made.name())),
            (Kind::Op(_), Some(later)) => {
                let what = format!("gave {} from finite inputs, which became NaN in {}", made.name(), self.spell(later));
                self.fault(at, what)
            }
            (_, Some(later)) => self.fault(later, "gave NaN from an infinity that it was given".into()),
            (_, None) => self.fault(at, format!("held {} itself", made.name())),
        }
    }

    fn fault(&self, node: usize, what: String) -> Fault {
        Fault { node: node as u32, kind: self.graph.nodes[node].kind.clone(), what: format!("{} {what}", self.spell(node)) }
    }

    fn spell(&self, node: usize) -> String {
        spell(self.graph, node)
    }
}

/// An error with the node that gave it. A failed guard is left for [`first_fault`] to explain.
#[cold]
pub fn located(mut error: Error, graph: &Graph, node: usize) -> Error {
    if error.code != Code::Numeric {
        error.message = format!("{}; at {}", error.message, spell(graph, node)).into();
    }
    error
}

/// A node for people: `node 12, sum(f32[4,3]) axis=[1]`.
pub fn spell(graph: &Graph, at: usize) -> String {
    let node = &graph.nodes[at];
    let name = match &node.kind {
        Kind::Op(op) => op.def().name,
        Kind::Fused(_) => "fused",
        Kind::Constant(_) => "constant",
        Kind::Input(_) | Kind::Leaf(_) => "input",
    };
    let types: Vec<String> = node.inputs.iter().map(|v| v.map_or("-".into(), |v| graph.ty(v).to_string())).collect();
    let mut text = format!("{name} (node {at}, of {}", types.join(", "));
    if types.is_empty() {
        text = format!("{name} (node {at}, {}", node.types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    if let Kind::Op(op) = node.kind {
        let _ = write!(text, "{}", attributes(AttrsRef { op: op.def(), values: &node.attrs }));
    }
    text.push(')');
    text
}

/// Attributes for people, those that were left out not named: `; axis=[1], keepdims=true`.
pub fn attributes(attrs: AttrsRef<'_>) -> String {
    let mut text = String::new();
    for (attr, value) in attrs.op.attrs.iter().zip(attrs.values) {
        let spelled = match value {
            AttrValue::Absent => continue,
            AttrValue::Enum(_) => attrs.choice(attr.name).unwrap_or("?").to_owned(),
            AttrValue::Dims(dims) => Shape(dims.iter().cloned().collect()).to_string(),
            AttrValue::DType(d) => d.to_string(),
            AttrValue::Text(t) => format!("{t:?}"),
            AttrValue::F64(x) => x.to_string(),
            AttrValue::I64(x) => x.to_string(),
            AttrValue::Bool(x) => x.to_string(),
            AttrValue::F64s(xs) => format!("{xs:?}"),
            AttrValue::I64s(xs) => format!("{xs:?}"),
            AttrValue::Bools(xs) => format!("{xs:?}"),
        };
        let _ = write!(text, "{}{}={spelled}", if text.is_empty() { "; " } else { ", " }, attr.name);
    }
    text
}

fn worst(bytes: &[u8], dtype: DType) -> Health {
    let mut worst = Health::Finite;
    let size = dtype.size();
    for element in bytes.chunks_exact(size) {
        // The exponent is all ones for what is not finite; the fraction tells NaN from infinity.
        let mut bits = [0u8; 8];
        bits[..size].copy_from_slice(element);
        let bits = u64::from_le_bytes(bits);
        let (exponent, fraction) = match dtype {
            DType::F64 => (0x7ff << 52, (1 << 52) - 1),
            DType::F32 => (0xff << 23, (1 << 23) - 1),
            DType::BF16 => (0xff << 7, (1 << 7) - 1),
            _ => (0x1f << 10, (1 << 10) - 1),
        };
        if bits & exponent == exponent {
            if bits & fraction != 0 {
                return Health::NotANumber;
            }
            worst = Health::Infinite;
        }
    }
    worst
}

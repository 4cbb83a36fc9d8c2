//! Copying a region into a graph.

use super::{Graph, Kind, Value};
use crate::shape::DimExpr;
use crate::{AttrValue, Dim, Error, Result, Shape};

impl Graph {
    /// Appends the nodes of `region` with `inputs` in place of its inputs; gives its outputs.
    ///
    /// # Errors
    /// `INTERNAL` for a wrong number of inputs.
    pub fn inline(&mut self, region: &Graph, inputs: &[Value]) -> Result<Vec<Value>> {
        if inputs.len() != region.inputs.len() {
            return Err(Error::internal(format!("a region of {} inputs was given {}", region.inputs.len(), inputs.len())));
        }
        // The region's symbols become new ones here.
        let first = self.symbols;
        self.symbols += region.symbols;
        for (a, b) in &region.equal {
            self.equal.push((shifted(a, first), shifted(b, first)));
        }
        let mut at: Vec<u32> = Vec::with_capacity(region.nodes.len());
        for node in &region.nodes {
            if let Kind::Input(n) = node.kind {
                // Inputs of a graph are whole nodes, so an input that is output 1 of a node needs its own entry.
                at.push(u32::MAX - n);
                continue;
            }
            let mut copy = node.clone();
            for v in copy.inputs.iter_mut().flatten() {
                *v = renamed(*v, &at, inputs);
            }
            for ty in &mut copy.types {
                ty.shape = shifted_shape(&ty.shape, first);
            }
            for attr in &mut copy.attrs {
                if let AttrValue::Dims(dims) = attr {
                    dims.iter_mut().for_each(|d| *d = shifted(d, first));
                }
            }
            at.push(self.nodes.len() as u32);
            self.nodes.push(copy);
        }
        Ok(region.outputs.iter().map(|v| renamed(*v, &at, inputs)).collect())
    }
}

fn renamed(v: Value, at: &[u32], inputs: &[Value]) -> Value {
    let node = at[v.node as usize];
    match inputs.get((u32::MAX - node) as usize) {
        Some(input) => *input,
        None => Value { node, out: v.out },
    }
}

fn shifted_shape(shape: &Shape, by: u32) -> Shape {
    shape.dims().iter().map(|d| shifted(d, by)).collect()
}

/// A size with its symbols renumbered.
fn shifted(d: &Dim, by: u32) -> Dim {
    let Dim::Expr(e) = d else { return d.clone() };
    let e = match &**e {
        DimExpr::Sym(s) => DimExpr::Sym(s + by),
        DimExpr::Add(a, b) => DimExpr::Add(shifted(a, by), shifted(b, by)),
        DimExpr::Sub(a, b) => DimExpr::Sub(shifted(a, by), shifted(b, by)),
        DimExpr::Mul(a, b) => DimExpr::Mul(shifted(a, by), shifted(b, by)),
        DimExpr::Div(a, b) => DimExpr::Div(shifted(a, by), shifted(b, by)),
    };
    Dim::Expr(std::sync::Arc::new(e))
}

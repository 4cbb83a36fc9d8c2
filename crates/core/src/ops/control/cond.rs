//! `cond`

use super::region::{backward, wanted};
use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Vjp};
use crate::vjp::{Grad, VjpCx};
use crate::{Code, Graph, Region, Result, Type, Value};
use std::sync::Arc;

pub static DEF: OpDef = OpDef {
    name: "cond",
    version: 1,
    group: "control",
    doc: "Runs one of two regions, chosen by a scalar. The first `first` captures belong to the region for true, the others to that \
          for false; both give results of the same types.",
    args: &[Arg::one("pred"), Arg::one("captures").variadic()],
    attrs: &[Attr::required("first", AttrKind::I64)],
    outputs: Outputs::List("results"),
    infer,
    lower: Lower::Control,
    vjp: Vjp::Rule(vjp),
    samples: Vec::new,
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let [yes, no] = cx.regions else { return Err(cx.error(Code::Internal, "two regions are wanted")) };
    if cx.input(0)?.shape.rank() != 0 {
        return Err(cx.error(Code::Shape, format!("the condition must be a scalar; it has shape {}", cx.input(0)?.shape)));
    }
    let types = |region: &Region| region.outputs.iter().map(|v| region.ty(*v).clone()).collect::<Vec<_>>();
    let (yes, no) = (types(yes), types(no));
    if yes != no {
        let spell = |types: &[Type]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let message =
            format!("both branches must give the same types; true gives ({}), false gives ({})", spell(&yes), spell(&no));
        return Err(cx.error(Code::Shape, message));
    }
    Ok(yes)
}

/// A cond over the gradients of the branches; each branch gives zeros for what it does not use.
fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let first = cx.attrs.usize("first")?;
    let n = cx.inputs.len();
    let captures: Vec<Value> = (1..n).map(|i| cx.x(i)).collect();
    let wants = wanted(cx.wants, 1..n);
    let mut cotangents = Vec::new();
    for i in 0..cx.outputs.len() {
        cotangents.push(if cx.ty(cx.outputs[i]).dtype.is_float() { Some(cx.dy(i)?) } else { None });
    }
    let flowing: Vec<Value> = cotangents.iter().flatten().copied().collect();
    let mut regions = Vec::new();
    for (branch, range) in [(0, 0..first), (1, first..n - 1)] {
        let mut graph = Graph::new();
        let inputs: Vec<Value> = captures.iter().map(|v| graph.input(cx.ty(*v).clone())).collect();
        let dys: Vec<Value> = flowing.iter().map(|v| graph.input(cx.ty(*v).clone())).collect();
        let mut next = dys.iter().copied();
        let seeds: Vec<Option<Value>> = cotangents.iter().map(|c| c.and_then(|_| next.next())).collect();
        let own: Vec<usize> = wants.iter().map(|i| i - 1).filter(|i| range.contains(i)).map(|i| i - range.start).collect();
        let mut grads = backward(&mut graph, &cx.regions[branch], &inputs[range.clone()], &seeds, &own)?.into_iter();
        for i in &wants {
            let g = if range.contains(&(i - 1)) { grads.next() } else { None };
            let g = match g {
                Some(g) => g,
                None => graph.build().full_like(0.0, inputs[i - 1])?,
            };
            graph.outputs.push(g);
        }
        regions.push(Arc::new(graph));
    }
    // Both regions take all captures and cotangents: the same list twice.
    let all: Vec<Value> = captures.iter().chain(&flowing).copied().collect();
    let inputs: Vec<Option<Value>> =
        std::iter::once(cx.x(0)).chain(all.iter().copied()).chain(all.iter().copied()).map(Some).collect();
    let grads = cx.apply_all("cond", &inputs, &[("first", (all.len() as i64).into())], &regions)?;
    let mut result = vec![None; n];
    for (i, g) in wants.into_iter().zip(grads) {
        result[i] = Some(Grad::Dense(g));
    }
    Ok(result)
}

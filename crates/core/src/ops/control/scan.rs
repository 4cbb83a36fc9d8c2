//! `scan`

use super::region::{backward, wanted};
use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp};
use crate::vjp::{Grad, VjpCx};
use crate::{AttrValue, Code, Dim, Graph, Result, Shape, Type, Value};
use std::sync::Arc;

pub static DEF: OpDef = OpDef {
    name: "scan",
    version: 1,
    group: "control",
    doc: "Runs a region once for each entry along the first axis of the sequences, carrying state along: inputs are `carries` states, \
          `sequences` sequences, then captures; the region takes states, one entry of each sequence, captures, and gives new states, \
          then one entry of each result. `reverse` starts at the end. Without sequences `length` says how often.",
    args: &[Arg::one("inputs").variadic()],
    attrs: &[
        Attr::required("carries", AttrKind::I64),
        Attr::required("sequences", AttrKind::I64),
        Attr::optional("length", AttrKind::I64, Default::I64(0)),
        Attr::optional("reverse", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: Outputs::List("results"),
    infer,
    lower: Lower::Control,
    vjp: Vjp::Rule(vjp),
    samples: Vec::new,
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let (carries, sequences) = (cx.attrs.usize("carries")?, cx.attrs.usize("sequences")?);
    let [body] = cx.regions else { return Err(cx.error(Code::Internal, "one region is wanted")) };
    let mut length = Dim::Known(cx.attrs.usize("length")?);
    for i in 0..sequences {
        let x = cx.input(carries + i)?;
        let Some(n) = x.shape.dims().first() else {
            return Err(cx.error(Code::Shape, "a sequence must have at least one axis"));
        };
        length = if i == 0 { n.clone() } else { cx.same_dim(&length, n, "sequence lengths")? };
    }
    let mut types = Vec::new();
    for (i, v) in body.outputs.iter().enumerate() {
        let ty = body.ty(*v);
        if i < carries {
            let start = cx.input(i)?;
            if start != ty {
                return Err(cx.error(Code::Shape, format!("state {i} starts as {start}, but the body gives {ty}")));
            }
            types.push(ty.clone());
        } else {
            let dims = std::iter::once(length.clone()).chain(ty.shape.dims().iter().cloned());
            types.push(Type::new(ty.dtype, dims.collect()));
        }
    }
    Ok(types)
}

fn entry(ty: &Type) -> Type {
    Type::new(ty.dtype, Shape(ty.shape.dims()[1..].into()))
}

/// Runs the scan again keeping the state before each turn, then a scan the other way whose state
/// is the gradients of states and captures.
fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let (carries, sequences) = (cx.attrs.usize("carries")?, cx.attrs.usize("sequences")?);
    let reverse = cx.attrs.bool("reverse")?;
    let body = cx.regions[0].clone();
    let n = cx.inputs.len();
    let inputs: Vec<Value> = (0..n).map(|i| cx.x(i)).collect();
    let types: Vec<Type> = inputs.iter().map(|v| cx.ty(*v).clone()).collect();
    let attrs = |carries: usize, sequences: usize, reverse: bool, length: i64| {
        let named: [(&str, AttrValue); 4] = [
            ("carries", (carries as i64).into()),
            ("sequences", (sequences as i64).into()),
            ("length", length.into()),
            ("reverse", reverse.into()),
        ];
        named
    };
    let length = cx.attrs.i64("length")?;

    // Forward: the same turns, whose results are the states they began with.
    let mut forward = Graph::new();
    let entries: Vec<Value> = (0..n)
        .map(|i| forward.input(if (carries..carries + sequences).contains(&i) { entry(&types[i]) } else { types[i].clone() }))
        .collect();
    let outs = forward.inline(&body, &entries)?;
    forward.outputs = outs[..carries].iter().chain(&entries[..carries]).copied().collect();
    let some: Vec<Option<Value>> = inputs.iter().copied().map(Some).collect();
    let kept = cx.apply_all("scan", &some, &attrs(carries, sequences, reverse, length), &[Arc::new(forward)])?;
    let states = &kept[carries..];

    // Backward: states are gradients of carries and of wanted captures; sequences are the
    // original ones, the kept states, and the cotangents of results.
    let float_carries: Vec<usize> = (0..carries).filter(|&i| types[i].dtype.is_float()).collect();
    let wanted_xs = wanted(cx.wants, carries..carries + sequences);
    let wanted_captures = wanted(cx.wants, carries + sequences..n);
    let results = cx.outputs.len() - carries;
    let float_results: Vec<usize> = (0..results).filter(|&i| cx.ty(cx.outputs[carries + i]).dtype.is_float()).collect();
    let mut graph = Graph::new();
    let mut begin: Vec<Value> = Vec::new();
    for &i in &float_carries {
        begin.push(cx.dy(i)?);
    }
    for &i in &wanted_captures {
        begin.push(cx.full_like(0.0, inputs[i])?);
    }
    let grads_in: Vec<Value> = begin.iter().map(|v| graph.input(cx.ty(*v).clone())).collect();
    let mut columns: Vec<Value> = inputs[carries..carries + sequences].to_vec();
    columns.extend(states);
    for &i in &float_results {
        columns.push(cx.dy(carries + i)?);
    }
    let rows: Vec<Value> = columns.iter().map(|v| graph.input(entry(cx.ty(*v)))).collect();
    let captures: Vec<Value> = (carries + sequences..n).map(|i| graph.input(types[i].clone())).collect();
    let body_inputs: Vec<Value> =
        rows[sequences..sequences + carries].iter().chain(&rows[..sequences]).chain(&captures).copied().collect();
    let mut seeds: Vec<Option<Value>> = vec![None; body.outputs.len()];
    for (k, &i) in float_carries.iter().enumerate() {
        seeds[i] = Some(grads_in[k]);
    }
    for (k, &i) in float_results.iter().enumerate() {
        seeds[carries + i] = Some(rows[sequences + carries + k]);
    }
    let wants: Vec<usize> = float_carries.iter().chain(&wanted_captures).chain(&wanted_xs).copied().collect();
    let grads = backward(&mut graph, &body, &body_inputs, &seeds, &wants)?;
    let (f, c) = (float_carries.len(), wanted_captures.len());
    let mut outputs = grads[..f].to_vec();
    for k in 0..c {
        outputs.push(graph.build().add(grads_in[f + k], grads[f + k])?);
    }
    outputs.extend(&grads[f + c..]);
    graph.outputs = outputs;
    let all: Vec<Option<Value>> = begin.iter().chain(&columns).chain(&inputs[carries + sequences..]).copied().map(Some).collect();
    let back = cx.apply_all("scan", &all, &attrs(f + c, columns.len(), !reverse, length), &[Arc::new(graph)])?;
    let mut result = vec![None; n];
    for (k, &i) in float_carries.iter().enumerate() {
        result[i] = Some(Grad::Dense(back[k]));
    }
    for (k, &i) in wanted_captures.iter().enumerate() {
        result[i] = Some(Grad::Dense(back[f + k]));
    }
    for (k, &i) in wanted_xs.iter().enumerate() {
        result[i] = Some(Grad::Dense(back[f + c + k]));
    }
    Ok(result)
}

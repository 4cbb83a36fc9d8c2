//! `custom_gradient`

use crate::op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Vjp};
use crate::vjp::Grad;
use crate::{Error, Value};

pub static DEF: OpDef = OpDef {
    name: "custom_gradient",
    version: 1,
    group: "control",
    doc: "Gives `ys` as they are; the gradient of `xs` is what the region makes of the cotangents of `ys`. Inputs are `xs` tensors, `ys` \
          results, then the region's captures. As `tf.custom_gradient`.",
    args: &[Arg::one("inputs").variadic()],
    attrs: &[Attr::required("xs", AttrKind::I64), Attr::required("ys", AttrKind::I64)],
    outputs: Outputs::List("ys"),
    infer: |cx| {
        let (xs, ys) = (cx.attrs.usize("xs")?, cx.attrs.usize("ys")?);
        (xs..xs + ys).map(|i| cx.input(i).cloned()).collect()
    },
    lower: Lower::Composite(|_, inputs, attrs| {
        let (xs, ys) = (attrs.usize("xs")?, attrs.usize("ys")?);
        inputs[xs..xs + ys].iter().map(|v| v.ok_or_else(|| Error::internal("a result is absent"))).collect()
    }),
    vjp: Vjp::Rule(|cx| {
        let (xs, ys) = (cx.attrs.usize("xs")?, cx.attrs.usize("ys")?);
        let mut inputs: Vec<Value> = Vec::new();
        for i in 0..ys {
            inputs.push(cx.dy(i)?);
        }
        inputs.extend((xs + ys..cx.inputs.len()).map(|i| cx.x(i)));
        let region = cx.regions[0].clone();
        let grads = cx.graph.inline(&region, &inputs)?;
        let mut result = vec![None; cx.inputs.len()];
        for (i, g) in grads.into_iter().enumerate().take(xs) {
            let (want, got) = (cx.x_type(i), cx.ty(g).clone());
            if want != got {
                return Err(Error::shape(format!("the gradient of input {i} must be {want}, but the function gives {got}")));
            }
            result[i] = Some(Grad::Dense(g));
        }
        Ok(result)
    }),
    samples: Vec::new,
    method: false,
};

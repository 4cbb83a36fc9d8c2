//! `softmax_cross_entropy`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::cross_entropy::{log_sum, logits_grad, probabilities};
use crate::{Code, DType, Error, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "softmax_cross_entropy",
    version: 1,
    group: "loss",
    doc: "Cross-entropy of the distributions `labels` with softmax(`logits`) along `axis` (the last), one `loss` for each \
          other position: `sum(labels·(ln(sum(exp(x − max))) − (x − max)))`, where a label of 0 counts 0. Outputs `max` and \
          `logSum = ln(sum(exp(x − max)))` (kept dimensions) serve the gradient `softmax(x)·sum(labels) − labels`. Integers \
          become `f32`.",
    args: &[Arg::float("logits"), Arg::float("labels")],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(-1))],
    outputs: Outputs::Named(&["loss", "max", "log_sum"]),
    infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(x), Some(labels)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let axis = normalize_axis(attrs.i64("axis")?, b.rank(x))?;
        let (max, log) = log_sum(b, x, axis)?;
        let shifted = b.sub(x, max)?;
        let nll = b.sub(log, shifted)?;
        let weighted = b.mul(labels, nll)?;
        let zero = b.scalar_like(0.0, x);
        let none = b.equal(labels, zero)?;
        let terms = b.select(none, zero, weighted)?;
        Ok(vec![b.sum(terms, &[axis], false)?, max, log])
    }),
    vjp: Vjp::Rule(|cx| {
        let axis = normalize_axis(cx.attrs.i64("axis")?, cx.x_type(0).shape.rank())?;
        let (x, labels) = (cx.x(0), cx.x(1));
        let kept = cx.shape(cx.y(1));
        let dy = cx.dy(0)?;
        let dy = cx.reshape(dy, &kept)?;
        let mut grads = [None, None];
        if cx.wants[0] {
            let p = probabilities(cx, x)?;
            let total = cx.sum(labels, &[axis], true)?;
            let target = cx.mul(p, total)?;
            let d = cx.sub(target, labels)?;
            let d = cx.mul(d, dy)?;
            grads[0] = Some(logits_grad(cx, x, p, axis, d)?);
        }
        if cx.wants[1] {
            let (max, log) = (cx.y(1), cx.y(2));
            let shifted = cx.sub(x, max)?;
            let nll = cx.sub(log, shifted)?;
            grads[1] = Some(cx.mul(nll, dy)?);
        }
        Ok(cx.dense(&grads))
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3, 5], -3.0, 3.0), floats(&[3, 5], 0.0, 1.0)]),
            sample(vec![floats(&[2, 3, 4], -60.0, 60.0), floats(&[2, 3, 4], 0.0, 1.0)]).attr("axis", 1i64.into()),
            sample(vec![floats(&[3, 5], -3.0, 3.0), floats(&[3, 4], 0.0, 1.0)]).refused(Code::Shape),
            sample(vec![floats(&[3, 5], -3.0, 3.0), floats(&[5], 0.0, 1.0)]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let (x, labels) = (cx.input(0)?, cx.input(1)?);
    let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
    if x.shape.rank() != labels.shape.rank() {
        return Err(cx.error(
            Code::Shape,
            format!(
                "expected labels of the shape of logits, received {} and {}; use sparseSoftmaxCrossEntropy for class numbers",
                labels.shape, x.shape
            ),
        ));
    }
    for (a, b) in x.shape.dims().iter().zip(labels.shape.dims()) {
        cx.same_dim(a, b, "logits and labels")?;
    }
    let (mut loss, mut kept) = (x.clone(), x.clone());
    loss.shape.0.remove(axis);
    kept.shape.0[axis] = 1usize.into();
    Ok(vec![loss, kept.clone(), kept])
}

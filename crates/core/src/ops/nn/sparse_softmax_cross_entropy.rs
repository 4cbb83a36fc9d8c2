//! `sparse_softmax_cross_entropy`

use crate::infer::Infer;
use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, floats, sample, values};
use crate::rules::cross_entropy::{log_sum, logits_grad, probabilities};
use crate::rules::index::iota;
use crate::{Builder, Code, DType, Error, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "sparse_softmax_cross_entropy",
    version: 1,
    group: "loss",
    doc: "Cross-entropy of class numbers `labels` `[…]` with softmax(`logits` `[…, classes]`), one `loss` for each label: \
          `ln(sum(exp(x − max))) − (x[label] − max)`. Outputs `max` and `logSum` `[…, 1]` serve the gradient \
          `softmax(x) − oneHot(label)`. A label outside 0 to classes − 1 is an error on the CPU.",
    args: &[Arg::float("logits"), Arg::one("labels")],
    attrs: &[],
    outputs: Outputs::Named(&["loss", "max", "log_sum"]),
    infer,
    lower: Lower::Composite(|b, inputs, _| {
        let [Some(x), Some(labels)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let axis = b.rank(x) - 1;
        let (max, log) = log_sum(b, x, axis)?;
        let column = b.shape(max);
        let index = b.reshape(labels, &column)?;
        let chosen = b.op("take_along_axis", &[x, index], &[("axis", (axis as i64).into())])?;
        let shifted = b.sub(chosen, max)?;
        let loss = b.sub(log, shifted)?;
        let shape = b.shape(labels);
        Ok(vec![b.reshape(loss, &shape)?, max, log])
    }),
    vjp: Vjp::Rule(|cx| {
        let (x, labels) = (cx.x(0), cx.x(1));
        let axis = cx.rank(x) - 1;
        let kept = cx.shape(cx.y(1));
        let dy = cx.dy(0)?;
        let dy = cx.reshape(dy, &kept)?;
        let p = probabilities(cx, x)?;
        let hot = one_hot(cx, x, labels)?;
        let d = cx.sub(p, hot)?;
        let d = cx.mul(d, dy)?;
        let dx = logits_grad(cx, x, p, axis, d)?;
        Ok(cx.dense(&[Some(dx), None]))
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3, 5], -3.0, 3.0), values(DType::I32, &[3], &[4.0, 0.0, 2.0])]),
            sample(vec![floats(&[2, 2, 3], -60.0, 60.0), values(DType::I64, &[2, 2], &[0.0, 1.0, 2.0, 1.0])]),
            sample(vec![floats(&[3, 5], -3.0, 3.0), values(DType::F32, &[3], &[4.0, 0.0, 2.0])]).refused(Code::Dtype),
            sample(vec![floats(&[3, 5], -3.0, 3.0), values(DType::I32, &[2], &[4.0, 0.0])]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    cx.need_dtype(1, DType::is_int, "integers")?;
    let (x, labels) = (cx.input(0)?, cx.input(1)?);
    if x.shape.rank() != labels.shape.rank() + 1 {
        return Err(cx.error(
            Code::Shape,
            format!(
                "expected labels of rank {}, one less than logits {}, received {}",
                x.shape.rank().saturating_sub(1),
                x.shape,
                labels.shape
            ),
        ));
    }
    let mut loss = x.clone();
    for (i, d) in labels.shape.dims().iter().enumerate() {
        loss.shape.0[i] = cx.same_dim(&x.shape[i], d, "logits and labels")?;
    }
    let axis = labels.shape.rank();
    let mut kept = loss.clone();
    loss.shape.0.pop();
    kept.shape.0[axis] = 1usize.into();
    Ok(vec![loss, kept.clone(), kept])
}

/// 1 at each label's class, compared with the class numbers rather than scattered, so that it fuses.
fn one_hot(b: &mut Builder<'_>, x: Value, labels: Value) -> Result<Value> {
    let Type { dtype, shape } = b.ty(x).clone();
    let classes = Shape(shape.dims()[shape.rank() - 1..].into());
    let int = b.dtype(labels);
    let numbers = iota(b, &classes, 0, int)?;
    let mut column = b.shape(labels);
    column.0.push(1usize.into());
    let labels = b.reshape(labels, &column)?;
    let hot = b.equal(labels, numbers)?;
    b.cast(hot, dtype)
}

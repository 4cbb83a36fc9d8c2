//! `table_vectors`

use crate::graph::Literal;
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp};
use crate::vjp::{Grad, RowGrad};
use crate::{AttrValue, Code, DType, Error};
use smallvec::smallvec;
use std::sync::Arc;

pub static DEF: OpDef = OpDef {
    name: "table_vectors",
    version: 1,
    group: "tables",
    doc: "`out` as it is, the output of `lookup_rows` with `train` and the same `lookup`. Its gradient goes to `anchors`, which stand \
          for the tables and are numbers of the same dtype: a row gradient of ids `[lookup]` and, flat, the whole gradient of \
          `out`. Gradients of several lookups follow one another.",
    args: &[Arg::one("out"), Arg::one("anchors").variadic()],
    attrs: &[Attr::required("lookup", AttrKind::I64)],
    outputs: ONE,
    infer: |cx| {
        let out = cx.input(0)?.clone();
        for i in 1..cx.inputs.len() {
            if cx.input(i)?.dtype != out.dtype {
                return Err(
                    cx.error(Code::Dtype, format!("an anchor is of {}, the vectors of {}", cx.input(i)?.dtype, out.dtype))
                );
            }
        }
        Ok(vec![out])
    },
    lower: Lower::Composite(|_, inputs, _| Ok(vec![inputs[0].ok_or_else(|| Error::internal("the vectors are absent"))?])),
    vjp: Vjp::Rule(|cx| {
        let number = cx.attrs.i64("lookup")?;
        let literal = Literal { dtype: DType::I64, shape: smallvec![1], bytes: Arc::from(number.to_le_bytes().as_slice()) };
        let ids = cx.graph.constant(literal);
        let dy = cx.dy(0)?;
        let size = cx.ty(dy).shape.size();
        let rows = cx.op("reshape", &[dy], &[("shape", AttrValue::Dims(vec![size]))])?;
        let mut grads = vec![Some(Grad::Rows(RowGrad { ids, rows, coalesced: false })); cx.inputs.len()];
        grads[0] = Some(Grad::Dense(dy));
        Ok(grads)
    }),
    samples: Vec::new,
    method: false,
};

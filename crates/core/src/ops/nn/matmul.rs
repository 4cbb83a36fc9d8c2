//! `matmul`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Code, DType, Error, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "matmul",
    version: 1,
    group: "linear algebra",
    doc: "Matrix product of the last two axes; earlier axes broadcast. `transposeA` and `transposeB` swap an operand's last two \
          axes first. An operand of rank 1 is a row (first) or a column (second), and that axis is dropped from the result.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[
        Attr::optional("transpose_a", AttrKind::Bool, Default::Bool(false)),
        Attr::optional("transpose_b", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        let (ta, tb) = (cx.attrs.bool("transpose_a")?, cx.attrs.bool("transpose_b")?);
        let (sa, sb) = (cx.shape(a), cx.shape(b));
        // Vectors take part as matrices.
        let ma = if sa.rank() == 1 { Shape([&[1usize.into()], sa.dims()].concat().into()) } else { sa.clone() };
        let mb = if sb.rank() == 1 { Shape([sb.dims(), &[1usize.into()]].concat().into()) } else { sb.clone() };
        let (ta, tb) = (ta && sa.rank() > 1, tb && sb.rank() > 1);
        let (am, bm) = (cx.reshape(a, &ma)?, cx.reshape(b, &mb)?);
        let mut dy = cx.dy(0)?;
        if sa.rank() == 1 || sb.rank() == 1 {
            let mut dims = cx.shape(dy).0;
            if sa.rank() == 1 {
                let at = dims.len() - usize::from(sb.rank() > 1);
                dims.insert(at, 1usize.into());
            }
            if sb.rank() == 1 {
                dims.push(1usize.into());
            }
            dy = cx.reshape(dy, &Shape(dims))?;
        }
        let mut grads = [None, None];
        if cx.wants[0] {
            let g = if ta { cx.matmul(bm, dy, tb, true)? } else { cx.matmul(dy, bm, false, !tb)? };
            let g = cx.sum_to(g, &ma)?;
            grads[0] = Some(cx.reshape(g, &sa)?);
        }
        if cx.wants[1] {
            let g = if tb { cx.matmul(dy, am, true, ta)? } else { cx.matmul(am, dy, !ta, false)? };
            let g = cx.sum_to(g, &mb)?;
            grads[1] = Some(cx.reshape(g, &sb)?);
        }
        Ok(cx.dense(&grads))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 3]), f(&[3, 4])]),
            sample(vec![f(&[3, 2]), f(&[4, 3])]).attr("transpose_a", true.into()).attr("transpose_b", true.into()),
            sample(vec![f(&[5, 2, 3]), f(&[3, 4])]),
            sample(vec![f(&[2, 1, 2, 3]), f(&[5, 3, 2])]),
            sample(vec![f(&[3]), f(&[3, 4])]),
            sample(vec![f(&[2, 3]), f(&[3])]),
            sample(vec![f(&[3]), f(&[3])]),
            sample(vec![f(&[2, 3]), f(&[4, 3])]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let (a, b) = (cx.input(0)?, cx.input(1)?);
    if a.dtype == DType::Bool {
        return Err(cx.error(Code::Dtype, "expected numbers, received bool; cast first"));
    }
    if a.shape.rank() == 0 || b.shape.rank() == 0 {
        return Err(cx.error(
            Code::Shape,
            format!("expected tensors of rank 1 or more, received {} and {}; use mul for scalars", a.shape, b.shape),
        ));
    }
    let (va, vb) = (a.shape.rank() == 1, b.shape.rank() == 1);
    let (ra, rb) = (a.shape.rank(), b.shape.rank());
    let ta = cx.attrs.bool("transpose_a")? && !va;
    let tb = cx.attrs.bool("transpose_b")? && !vb;
    let (rows, inner_a) = match (va, ta) {
        (true, _) => (None, &a.shape[0]),
        (_, true) => (Some(&a.shape[ra - 1]), &a.shape[ra - 2]),
        _ => (Some(&a.shape[ra - 2]), &a.shape[ra - 1]),
    };
    let (inner_b, columns) = match (vb, tb) {
        (true, _) => (&b.shape[0], None),
        (_, true) => (&b.shape[rb - 1], Some(&b.shape[rb - 2])),
        _ => (&b.shape[rb - 2], Some(&b.shape[rb - 1])),
    };
    cx.same_dim(inner_a, inner_b, "inner").map_err(|_| {
        Error::shape(format!("inner sizes {inner_a} and {inner_b} differ: shapes {} and {}", a.shape, b.shape)).in_op("matmul")
    })?;
    let batch = |s: &Shape| Shape(s.dims()[..s.rank().saturating_sub(2)].into());
    let mut shape = cx.broadcast(&batch(&a.shape), &batch(&b.shape))?;
    shape.0.extend(rows.cloned());
    shape.0.extend(columns.cloned());
    Ok(vec![Type::new(a.dtype, shape)])
}

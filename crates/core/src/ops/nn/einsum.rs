//! `einsum`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Sample, Vjp, floats, sample};
use crate::rules::einsum::{infer, lower};
use crate::{AttrValue, Code, Value};

pub static DEF: OpDef = OpDef {
    name: "einsum",
    version: 1,
    group: "linear algebra",
    doc: "Einstein summation over the operands `xs`: `equation` names their axes by letters, `,` between operands and `->` before \
          the result's axes (`bij,bjk->bik`); axes that the result leaves out are summed. `...` stands for leading axes that \
          broadcast, a letter twice in one operand for its diagonal. Without `->` the result has the letters that occur once, \
          in alphabetical order. Operands are contracted from left to right.",
    args: &[Arg::common("xs").variadic()],
    attrs: &[Attr::required("equation", AttrKind::Text)],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let values: Vec<Value> = inputs.iter().flatten().copied().collect();
        Ok(vec![lower(b, &values, attrs.text("equation")?)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let case = |equation: &str, shapes: &[&[usize]]| -> Sample {
            let inputs = shapes.iter().map(|s| floats(s, -1.0, 1.0)).collect();
            sample(inputs).attr("equation", AttrValue::Text(equation.into()))
        };
        vec![
            case("ij,jk->ik", &[&[2, 3], &[3, 4]]),
            case("bij,bkj->bik", &[&[2, 3, 4], &[2, 5, 4]]),
            case("ji,jk", &[&[3, 2], &[3, 4]]),
            case("ii->i", &[&[3, 3]]),
            case("ii", &[&[3, 3]]),
            case("ijk->kj", &[&[2, 3, 4]]),
            case("...ij,...jk->...ik", &[&[2, 1, 2, 3], &[5, 3, 4]]),
            case("i,j->ij", &[&[3], &[4]]),
            case("i,i->", &[&[3], &[3]]),
            case("ab,bc,cd->ad", &[&[2, 3], &[3, 4], &[4, 2]]),
            case("bhqd,bhkd->bhqk", &[&[2, 2, 3, 4], &[2, 2, 5, 4]]),
            case("ab,cb->", &[&[2, 3], &[4, 3]]),
            case("ij,jk->ik", &[&[2, 3], &[4, 4]]).refused(Code::Shape),
            case("ij->ik", &[&[2, 3]]).refused(Code::Option),
            case("ij,jk->ik", &[&[2, 3]]).refused(Code::Option),
            case("ijk->i", &[&[2, 3]]).refused(Code::Option),
            case("i?->i", &[&[2, 3]]).refused(Code::Option),
            case("ij->ii", &[&[2, 3]]).refused(Code::Option),
        ]
    },
    method: false,
};

//! `while_loop`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Vjp};
use crate::{Code, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "while_loop",
    version: 1,
    group: "control",
    doc: "Runs the second region on the state as long as the first gives true. After the `state` values come `tests` captures of the \
          first region, then those of the second.",
    args: &[Arg::one("state").variadic()],
    attrs: &[Attr::required("state", AttrKind::I64), Attr::required("tests", AttrKind::I64)],
    outputs: Outputs::List("state"),
    infer,
    lower: Lower::Control,
    vjp: Vjp::None("the number of turns is not known; use scan, whose gradient is"),
    samples: Vec::new,
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let n = cx.attrs.usize("state")?;
    let [_, body] = cx.regions else { return Err(cx.error(Code::Internal, "two regions are wanted")) };
    let mut types = Vec::new();
    for i in 0..n {
        let ty = cx.input(i)?;
        let out = body.outputs.get(i).map(|v| body.ty(*v));
        if out != Some(ty) {
            let got = out.map_or("nothing".into(), ToString::to_string);
            return Err(cx.error(Code::Shape, format!("state {i} is {ty}, but the body gives {got}")));
        }
        types.push(ty.clone());
    }
    Ok(types)
}

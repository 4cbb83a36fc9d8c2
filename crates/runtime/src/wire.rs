//! The words in which TypeScript asks for an op and gets its outputs back: one shared array of f64.
//!
//! Request: `op, inputs, (kind, value…)…, attributes (tag, payload…)…, regions, ids…`. A bigint is
//! two words, high and low 32 bits. Answer: `outputs, (handle, dtype, rank, sizes…)…`; an unknown
//! size is −1.

use crate::{Gradient, Handle};
use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::graph::OpId;
use talray_core::{AttrKind, AttrValue, Attrs, DType, Dim, Error, Result, Shape, Type, ops};

/// Words in the shared array.
pub const WORDS: usize = 1 << 16;

/// One tensor argument as it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// A tensor.
    Tensor(Handle),
    /// Left out.
    Absent,
    /// A JavaScript number.
    Number(f64),
    /// A JavaScript boolean.
    Bool(bool),
    /// A BigInt.
    Int(i64),
    /// The state of a cell.
    Cell(u32),
}

/// A request for one op.
#[derive(Debug)]
pub struct Request {
    /// The op.
    pub op: OpId,
    /// Its tensor arguments.
    pub inputs: SmallVec<[Argument; 4]>,
    /// Its attributes, complete.
    pub attrs: Attrs,
    /// Numbers of its regions.
    pub regions: SmallVec<[u32; 2]>,
}

struct Reader<'a> {
    words: &'a [f64],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<f64> {
        let w = self.words.get(self.at).copied().ok_or_else(|| Error::internal("a request ends too early"))?;
        self.at += 1;
        Ok(w)
    }

    fn count(&mut self) -> Result<usize> {
        let n = self.next()?;
        if n >= 0.0 && n <= self.words.len() as f64 {
            Ok(n as usize)
        } else {
            Err(Error::internal(format!("a request counts {n}")))
        }
    }

    fn int(&mut self) -> Result<i64> {
        let (high, low) = (self.next()?, self.next()?);
        Ok(((high as i64) << 32) | (low as u32 as i64))
    }
}

/// Decodes a request.
///
/// # Errors
/// `INTERNAL` for words that no wrapper writes; `OPTION` for a required attribute that is missing
/// or an enum name that is not one.
pub fn decode(words: &[f64]) -> Result<Request> {
    let mut r = Reader { words, at: 0 };
    let op = r.count()?;
    if op >= ops::OPS.len() {
        return Err(Error::internal(format!("op number {op} is not known")));
    }
    let op = OpId(op as u16);
    let mut inputs = SmallVec::new();
    for _ in 0..r.count()? {
        inputs.push(match r.next()? as u8 {
            0 => Argument::Tensor(r.next()? as u64),
            1 => Argument::Absent,
            2 => Argument::Number(r.next()?),
            3 => Argument::Bool(r.next()? != 0.0),
            4 => Argument::Int(r.int()?),
            5 => Argument::Cell(r.next()? as u32),
            kind => return Err(Error::internal(format!("argument kind {kind} is not known"))),
        });
    }
    let def = op.def();
    let mut attrs = Attrs::new();
    for attr in def.attrs {
        let value = attribute(&mut r, attr.kind).map_err(|e| e.in_op(def.name))?;
        attrs.push(match value {
            Some(value) => value,
            None if attr.default.is_none() => {
                return Err(Error::option(format!("attribute {} is required", attr.name)).in_op(def.name));
            }
            None => attr.default_value(),
        });
    }
    let mut regions = SmallVec::new();
    for _ in 0..r.count()? {
        regions.push(r.next()? as u32);
    }
    Ok(Request { op, inputs, attrs, regions })
}

fn attribute(r: &mut Reader<'_>, kind: AttrKind) -> Result<Option<AttrValue>> {
    let tag = r.next()?;
    if tag == 0.0 {
        return Ok(None);
    }
    Ok(Some(match kind {
        AttrKind::F64 => AttrValue::F64(r.next()?),
        AttrKind::I64 => AttrValue::I64(r.int()?),
        AttrKind::Bool => AttrValue::Bool(r.next()? != 0.0),
        AttrKind::DType => AttrValue::DType(DType::from_wire(r.next()? as u8)?),
        AttrKind::Enum(names) => {
            let i = r.next()?;
            if i < 0.0 || i >= names.len() as f64 {
                return Err(Error::option(format!("expected one of {}", names.join(", "))));
            }
            AttrValue::Enum(i as u16)
        }
        AttrKind::Text => {
            let n = r.count()?;
            let units = (0..n).map(|_| Ok(r.next()? as u16)).collect::<Result<Vec<u16>>>()?;
            AttrValue::Text(Arc::from(String::from_utf16_lossy(&units)))
        }
        AttrKind::F64s => {
            let n = r.count()?;
            AttrValue::F64s((0..n).map(|_| r.next()).collect::<Result<_>>()?)
        }
        AttrKind::I64s => {
            let n = r.count()?;
            AttrValue::I64s((0..n).map(|_| Ok(r.next()? as i64)).collect::<Result<_>>()?)
        }
        AttrKind::Bools => {
            let n = r.count()?;
            AttrValue::Bools((0..n).map(|_| Ok(r.next()? != 0.0)).collect::<Result<_>>()?)
        }
        AttrKind::Dims => {
            let n = r.count()?;
            AttrValue::Dims((0..n).map(|_| dim(r.next()?)).collect::<Result<_>>()?)
        }
    }))
}

/// A size; −1 stands for "what is left" and is resolved by the session.
fn dim(word: f64) -> Result<Dim> {
    if word == -1.0 {
        return Ok(Dim::Known(usize::MAX));
    }
    if word >= 0.0 && word.fract() == 0.0 && word <= 9e15 {
        return Ok(Dim::Known(word as usize));
    }
    Err(Error::shape(format!("a size must be an integer of at least 0 (or -1 where it can be worked out), received {word}")))
}

/// Writes one output of an answer at `at`; gives where the next one goes.
pub fn encode(words: &mut [f64], at: usize, handle: Handle, ty: &talray_core::Type) -> Result<usize> {
    let end = at + 3 + ty.shape.rank();
    let Some(out) = words.get_mut(at..end) else { return Err(Error::internal("an answer is too long")) };
    out[0] = handle as f64;
    out[1] = f64::from(ty.dtype as u8);
    out[2] = ty.shape.rank() as f64;
    for (w, d) in out[3..].iter_mut().zip(ty.shape.dims()) {
        *w = d.known().map_or(-1.0, |n| n as f64);
    }
    Ok(end)
}

/// Writes outputs from the first word on; gives their number.
///
/// # Errors
/// `INTERNAL` when they do not fit.
pub fn encode_all(words: &mut [f64], outputs: &[(Handle, Type)]) -> Result<u32> {
    outputs.iter().try_fold(0, |at, (handle, ty)| encode(words, at, *handle, ty))?;
    Ok(outputs.len() as u32)
}

/// Writes, for each gradient: 0 where there is none; 1 and a tensor; or 2 (3: coalesced), ids and rows.
///
/// # Errors
/// `INTERNAL` when they do not fit.
pub fn encode_gradients(words: &mut [f64], gradients: &[Gradient]) -> Result<()> {
    let mut at = 0;
    for gradient in gradients {
        let (kind, tensors): (f64, &[(Handle, Type)]) = match gradient {
            Gradient::None => (0.0, &[]),
            Gradient::Dense(handle, ty) => (1.0, &[(*handle, ty.clone())]),
            Gradient::Rows(ids, rows, coalesced) => (if *coalesced { 3.0 } else { 2.0 }, &[ids.clone(), rows.clone()]),
        };
        *words.get_mut(at).ok_or_else(|| Error::internal("an answer is too long"))? = kind;
        at += 1;
        for (handle, ty) in tensors {
            at = encode(words, at, *handle, ty)?;
        }
    }
    Ok(())
}

/// Types written as `dtype, rank, sizes…`, one after another; size −1 − n is symbol n.
///
/// # Errors
/// `INTERNAL` for a dtype that is not known.
pub fn types(words: &[f64]) -> Result<Vec<Type>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at + 1 < words.len() {
        let dtype = DType::from_wire(words[at] as u8)?;
        let rank = words[at + 1] as usize;
        let size = |n: &f64| if *n < 0.0 { Dim::sym((-1.0 - n) as u32) } else { Dim::Known(*n as usize) };
        out.push(Type::new(dtype, words[at + 2..].iter().take(rank).map(size).collect::<Shape>()));
        at += 2 + rank;
    }
    Ok(out)
}

/// What to differentiate for, written as pairs of kind (0 tensor, 5 cell) and number.
pub fn targets(words: &[f64]) -> Vec<Argument> {
    let target = |w: &[f64]| if w[0] == 5.0 { Argument::Cell(w[1] as u32) } else { Argument::Tensor(w[1] as Handle) };
    words.chunks_exact(2).map(target).collect()
}

/// Handles as words.
pub fn words_of(handles: &[Handle]) -> Vec<f64> {
    handles.iter().map(|h| *h as f64).collect()
}

/// Words as handles.
pub fn handles(words: &[f64]) -> Vec<Handle> {
    words.iter().map(|w| *w as Handle).collect()
}

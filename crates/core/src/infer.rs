//! Shape and dtype inference: the context a rule works in, and the rules many ops share.

use crate::{AttrsRef, Code, DType, Dim, Error, OpDef, Region, Result, Shape, Type};
use smallvec::SmallVec;

/// What an `infer` function sees. Inputs have been promoted already.
pub struct Infer<'a> {
    /// The op's record.
    pub op: &'static OpDef,
    /// Types of the inputs, flattened (variadic ones last); `None` for an absent optional.
    pub inputs: &'a [Option<&'a Type>],
    /// Attribute values.
    pub attrs: AttrsRef<'a>,
    /// Regions given as arguments.
    pub regions: &'a [Region],
    /// Pairs that must be equal once symbols are bound.
    pub equal: &'a mut Vec<(Dim, Dim)>,
    /// Number of symbols in the graph so far.
    pub symbols: &'a mut u32,
}

impl<'a> Infer<'a> {
    /// Type of a required input.
    pub fn input(&self, i: usize) -> Result<&'a Type> {
        self.inputs.get(i).copied().flatten().ok_or_else(|| {
            let name = self.op.args.get(i).map_or("input", |a| a.name);
            Error::option(format!("argument {name} is missing")).in_op(self.op.name)
        })
    }

    /// Type of an optional input.
    pub fn optional(&self, i: usize) -> Option<&'a Type> {
        self.inputs.get(i).copied().flatten()
    }

    /// A new symbol for a data-dependent size.
    pub fn fresh(&mut self) -> Dim {
        *self.symbols += 1;
        Dim::sym(*self.symbols - 1)
    }

    /// An error of this op.
    pub fn error(&self, code: Code, message: impl Into<String>) -> Error {
        Error::new(code, message).in_op(self.op.name)
    }

    /// Two dimensions that must agree: returns the more specific one; unequal known sizes are
    /// refused with `what` in the message; undecidable ones are checked when sizes are bound.
    pub fn same_dim(&mut self, a: &Dim, b: &Dim, what: &str) -> Result<Dim> {
        match (a, b) {
            (Dim::Known(x), Dim::Known(y)) if x == y => Ok(a.clone()),
            (Dim::Known(x), Dim::Known(y)) => Err(self.error(Code::Shape, format!("{what}: sizes {x} and {y} differ"))),
            _ if a == b => Ok(a.clone()),
            _ => {
                self.equal.push((a.clone(), b.clone()));
                Ok(if a.known().is_some() { a.clone() } else { b.clone() })
            }
        }
    }

    /// The shape two shapes broadcast to (NumPy's rule).
    pub fn broadcast(&mut self, a: &Shape, b: &Shape) -> Result<Shape> {
        if a == b {
            return Ok(a.clone());
        }
        let rank = a.rank().max(b.rank());
        let mut out = SmallVec::with_capacity(rank);
        for i in 0..rank {
            let x = (i + a.rank()).checked_sub(rank).map(|i| &a.0[i]);
            let y = (i + b.rank()).checked_sub(rank).map(|i| &b.0[i]);
            out.push(match (x, y) {
                (Some(x), None) | (None, Some(x)) => x.clone(),
                (Some(x), Some(y)) => match (x, y) {
                    (Dim::Known(1), d) | (d, Dim::Known(1)) => d.clone(),
                    (Dim::Known(m), Dim::Known(n)) if m != n => {
                        return Err(self.error(
                            Code::Shape,
                            format!("shapes {a} and {b} do not broadcast: sizes {m} and {n} in dimension {i}"),
                        ));
                    }
                    (x, y) => self.same_dim(x, y, "broadcast")?,
                },
                (None, None) => Dim::Known(1),
            });
        }
        Ok(Shape(out))
    }

    /// The shape that all present inputs broadcast to.
    pub fn broadcast_all(&mut self) -> Result<Shape> {
        let mut inputs = self.inputs.iter().flatten();
        let Some(first) = inputs.next() else { return Ok(Shape::default()) };
        let mut others = inputs.skip_while(|t| t.shape == first.shape);
        let Some(other) = others.next() else { return Ok(first.shape.clone()) };
        let mut shape = self.broadcast(&first.shape, &other.shape)?;
        for t in others {
            shape = self.broadcast(&shape, &t.shape)?;
        }
        Ok(shape)
    }

    /// One axis in `-rank..rank`, made non-negative.
    pub fn axis(&self, axis: i64, rank: usize) -> Result<usize> {
        normalize_axis(axis, rank).map_err(|e| e.in_op(self.op.name))
    }

    /// Attribute `name` as distinct axes in increasing order; absent means all.
    pub fn axes(&self, name: &str, rank: usize) -> Result<SmallVec<[usize; 4]>> {
        normalize_axes(self.attrs, name, rank)
    }

    /// Refuses any dtype of input `i` but those that `ok` accepts.
    pub fn need_dtype(&self, i: usize, ok: fn(DType) -> bool, wanted: &str) -> Result<()> {
        let t = self.input(i)?;
        if ok(t.dtype) {
            return Ok(());
        }
        let name = self.op.args.get(i).map_or("input", |a| a.name);
        Err(self.error(Code::Dtype, format!("argument {name}: expected {wanted}, received {}", t.dtype)))
    }
}

/// One axis in `-rank..rank`, made non-negative.
pub fn normalize_axis(axis: i64, rank: usize) -> Result<usize> {
    let r = rank as i64;
    if axis < -r || axis >= r {
        return Err(Error::shape(format!("axis {axis} is outside a tensor of rank {rank} (allowed: {} to {})", -r, r - 1)));
    }
    Ok((if axis < 0 { axis + r } else { axis }) as usize)
}

/// Attribute `name` (integers or absent) as distinct axes in increasing order; absent means all.
pub fn normalize_axes(attrs: AttrsRef<'_>, name: &str, rank: usize) -> Result<SmallVec<[usize; 4]>> {
    if !attrs.has(name) {
        return Ok((0..rank).collect());
    }
    let mut axes = SmallVec::new();
    for &a in attrs.i64s(name)? {
        axes.push(normalize_axis(a, rank).map_err(|e| e.in_op(attrs.op.name))?);
    }
    axes.sort_unstable();
    let n = axes.len();
    axes.dedup();
    if axes.len() != n {
        return Err(Error::shape(format!("{name} names an axis twice: {:?}", attrs.i64s(name)?)).in_op(attrs.op.name));
    }
    Ok(axes)
}

/// Elementwise over broadcast inputs; the dtype of the first input.
pub fn elementwise(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let dtype = cx.input(0)?.dtype;
    Ok(vec![Type::new(dtype, cx.broadcast_all()?)])
}

/// As [`elementwise`], refusing all but floats.
pub fn elementwise_float(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    elementwise_of(cx, DType::is_float, "a float dtype")
}

/// As [`elementwise`], refusing bool.
pub fn elementwise_numeric(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    elementwise_of(cx, |d| d != DType::Bool, "a number (cast bools first)")
}

/// As [`elementwise`], refusing all but integers.
pub fn elementwise_ints(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    elementwise_of(cx, DType::is_int, "an integer dtype")
}

/// As [`elementwise`], refusing floats.
pub fn elementwise_bits(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    elementwise_of(cx, |d| !d.is_float(), "an integer dtype or bool")
}

fn elementwise_of(cx: &mut Infer<'_>, ok: fn(DType) -> bool, wanted: &str) -> Result<Vec<Type>> {
    for i in 0..cx.inputs.len() {
        cx.need_dtype(i, ok, wanted)?;
    }
    elementwise(cx)
}

/// Elementwise over broadcast inputs, giving bool.
pub fn predicate(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    Ok(vec![Type::new(DType::Bool, cx.broadcast_all()?)])
}

/// Shape of a reduction over attribute `axis`, with attribute `keepdims`.
pub fn reduced_shape(cx: &Infer<'_>, shape: &Shape) -> Result<Shape> {
    let axes = cx.axes("axis", shape.rank())?;
    let keep = cx.attrs.bool("keepdims")?;
    Ok(shape
        .dims()
        .iter()
        .enumerate()
        .filter_map(|(i, d)| match (axes.contains(&i), keep) {
            (false, _) => Some(d.clone()),
            (true, true) => Some(Dim::Known(1)),
            (true, false) => None,
        })
        .collect())
}

/// A reduction over attribute `axis` (absent = all) with `keepdims`, keeping the dtype.
pub fn reduce(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    Ok(vec![Type::new(t.dtype, reduced_shape(cx, &t.shape)?)])
}

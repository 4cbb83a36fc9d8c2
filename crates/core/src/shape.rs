//! Dimensions that may be symbolic, shapes made of them, and tensor types.

use crate::DType;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;

/// One dimension: a known size, or an integer expression over symbols that are bound when a
/// plan runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Dim {
    /// A size known while recording.
    Known(usize),
    /// A size known only when running.
    Expr(#[serde(deserialize_with = "crate::depth::nested")] Arc<DimExpr>),
}

/// Integer arithmetic over dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DimExpr {
    /// A symbol, numbered per graph.
    Sym(u32),
    /// Sum.
    Add(Dim, Dim),
    /// Difference, at least 0.
    Sub(Dim, Dim),
    /// Product.
    Mul(Dim, Dim),
    /// Quotient rounded down; a divisor of 0 gives 0.
    Div(Dim, Dim),
}

impl Dim {
    /// The symbol `n`.
    pub fn sym(n: u32) -> Dim {
        Dim::Expr(Arc::new(DimExpr::Sym(n)))
    }

    /// The number of the symbol, where it is just one.
    pub fn symbol(&self) -> Option<u32> {
        match self {
            Dim::Expr(e) => match **e {
                DimExpr::Sym(s) => Some(s),
                _ => None,
            },
            Dim::Known(_) => None,
        }
    }

    /// The size, if it is known.
    #[inline]
    pub fn known(&self) -> Option<usize> {
        match self {
            Dim::Known(n) => Some(*n),
            Dim::Expr(_) => None,
        }
    }

    /// `self + other`.
    pub fn add(&self, other: impl Into<Dim>) -> Dim {
        match (self, other.into()) {
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a + b),
            (a, Dim::Known(0)) => a.clone(),
            (Dim::Known(0), b) => b,
            (a, b) => Dim::Expr(Arc::new(DimExpr::Add(a.clone(), b))),
        }
    }

    /// `max(self - other, 0)`.
    pub fn sub(&self, other: impl Into<Dim>) -> Dim {
        match (self, other.into()) {
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a.saturating_sub(b)),
            (a, Dim::Known(0)) => a.clone(),
            (a, b) if *a == b => Dim::Known(0),
            (Dim::Expr(e), b) => match (&**e, &b) {
                (DimExpr::Add(x, y), _) if *y == b => x.clone(),
                (DimExpr::Add(x, Dim::Known(m)), Dim::Known(n)) if m > n => x.add(m - n),
                _ => Dim::Expr(Arc::new(DimExpr::Sub(self.clone(), b))),
            },
            (a, b) => Dim::Expr(Arc::new(DimExpr::Sub(a.clone(), b))),
        }
    }

    /// `self * other`.
    pub fn mul(&self, other: impl Into<Dim>) -> Dim {
        match (self, other.into()) {
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a * b),
            (Dim::Known(1), b) => b,
            (a, Dim::Known(1)) => a.clone(),
            (Dim::Known(0), _) | (_, Dim::Known(0)) => Dim::Known(0),
            (a, b) => Dim::Expr(Arc::new(DimExpr::Mul(a.clone(), b))),
        }
    }

    /// `floor(self / other)`; 0 where `other` is 0.
    pub fn div(&self, other: impl Into<Dim>) -> Dim {
        match (self, other.into()) {
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a.checked_div(b).unwrap_or(0)),
            (a, Dim::Known(1)) => a.clone(),
            (a, b) if *a == b => Dim::Known(1),
            (Dim::Expr(e), b) => match &**e {
                DimExpr::Mul(x, y) if *y == b => x.clone(),
                DimExpr::Mul(x, y) if *x == b => y.clone(),
                _ => Dim::Expr(Arc::new(DimExpr::Div(self.clone(), b))),
            },
            (a, b) => Dim::Expr(Arc::new(DimExpr::Div(a.clone(), b))),
        }
    }

    /// The size under a binding of symbols; `None` if a symbol is not bound.
    pub fn eval(&self, symbols: &[Option<usize>]) -> Option<usize> {
        match self {
            Dim::Known(n) => Some(*n),
            Dim::Expr(e) => Some(match &**e {
                DimExpr::Sym(s) => (*symbols.get(*s as usize)?)?,
                DimExpr::Add(a, b) => a.eval(symbols)? + b.eval(symbols)?,
                DimExpr::Sub(a, b) => a.eval(symbols)?.saturating_sub(b.eval(symbols)?),
                DimExpr::Mul(a, b) => a.eval(symbols)? * b.eval(symbols)?,
                DimExpr::Div(a, b) => a.eval(symbols)?.checked_div(b.eval(symbols)?).unwrap_or(0),
            }),
        }
    }
}

impl From<usize> for Dim {
    fn from(n: usize) -> Dim {
        Dim::Known(n)
    }
}

impl From<&Dim> for Dim {
    fn from(d: &Dim) -> Dim {
        d.clone()
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Known(n) => write!(f, "{n}"),
            Dim::Expr(e) => match &**e {
                DimExpr::Sym(s) => write!(f, "s{s}"),
                DimExpr::Add(a, b) => write!(f, "({a}+{b})"),
                DimExpr::Sub(a, b) => write!(f, "({a}-{b})"),
                DimExpr::Mul(a, b) => write!(f, "({a}*{b})"),
                DimExpr::Div(a, b) => write!(f, "({a}/{b})"),
            },
        }
    }
}

/// The dimensions of a tensor, outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shape(pub SmallVec<[Dim; 4]>);

impl Shape {
    /// The shape of a scalar.
    pub fn scalar() -> Shape {
        Shape::default()
    }

    /// A shape of known sizes.
    pub fn of(sizes: &[usize]) -> Shape {
        Shape(sizes.iter().map(|&n| Dim::Known(n)).collect())
    }

    /// Number of dimensions.
    #[inline]
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// All sizes, if all are known.
    pub fn known(&self) -> Option<SmallVec<[usize; 4]>> {
        self.0.iter().map(Dim::known).collect()
    }

    /// Number of elements.
    pub fn size(&self) -> Dim {
        self.0.iter().fold(Dim::Known(1), |n, d| n.mul(d))
    }

    /// Number of elements, if all sizes are known; saturates.
    pub fn known_size(&self) -> Option<usize> {
        self.0.iter().try_fold(1usize, |n, d| Some(n.saturating_mul(d.known()?)))
    }

    /// All sizes under a binding of symbols.
    pub fn eval(&self, symbols: &[Option<usize>]) -> Option<SmallVec<[usize; 4]>> {
        self.0.iter().map(|d| d.eval(symbols)).collect()
    }

    /// The dimensions as a slice.
    pub fn dims(&self) -> &[Dim] {
        &self.0
    }
}

impl FromIterator<Dim> for Shape {
    fn from_iter<I: IntoIterator<Item = Dim>>(dims: I) -> Shape {
        Shape(dims.into_iter().collect())
    }
}

impl std::ops::Index<usize> for Shape {
    type Output = Dim;
    fn index(&self, i: usize) -> &Dim {
        &self.0[i]
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, d) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            write!(f, "{d}")?;
        }
        f.write_str("]")
    }
}

/// Dtype and shape of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Type {
    /// Element type.
    pub dtype: DType,
    /// Dimensions.
    pub shape: Shape,
}

impl Type {
    /// A type of `dtype` and `shape`.
    pub fn new(dtype: DType, shape: Shape) -> Type {
        Type { dtype, shape }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)
    }
}

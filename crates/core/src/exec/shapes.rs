//! Binding symbols to sizes.

use crate::shape::DimExpr;
use crate::{AttrValue, Attrs, Dim, Error, Graph, Result, Shape};
use smallvec::SmallVec;
use std::fmt::Display;

/// Sizes of symbols, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Symbols(pub Vec<Option<usize>>);

impl Symbols {
    /// None of `count` symbols is known.
    pub fn new(count: u32) -> Symbols {
        Symbols(vec![None; count as usize])
    }

    /// Binds the symbols of `declared` so that it equals `actual`.
    ///
    /// # Errors
    /// `SHAPE`, naming `what`, where they cannot be equal.
    pub fn bind(&mut self, declared: &Shape, actual: &[usize], what: impl Display) -> Result<()> {
        let fits = declared.rank() == actual.len()
            && declared.dims().iter().zip(actual).all(|(d, &n)| match d {
                Dim::Known(k) => *k == n,
                Dim::Expr(e) => match &**e {
                    DimExpr::Sym(s) => match &mut self.0[*s as usize] {
                        Some(bound) => *bound == n,
                        free => {
                            *free = Some(n);
                            true
                        }
                    },
                    _ => d.eval(&self.0).is_none_or(|k| k == n),
                },
            });
        if fits { Ok(()) } else { Err(Error::shape(format!("{what}: expected shape {declared}, received {actual:?}"))) }
    }

    /// The sizes of `shape`.
    ///
    /// # Errors
    /// `INTERNAL` where a symbol is not bound.
    pub fn shape(&self, shape: &Shape) -> Result<SmallVec<[usize; 4]>> {
        shape.eval(&self.0).ok_or_else(|| Error::internal(format!("shape {shape} is not bound yet")))
    }

    /// Attributes with their symbolic sizes bound, where there are any.
    ///
    /// # Errors
    /// `INTERNAL` where a symbol is not bound.
    pub fn attrs(&self, attrs: &Attrs) -> Result<Option<Attrs>> {
        let symbolic = |a: &AttrValue| matches!(a, AttrValue::Dims(d) if d.iter().any(|d| d.known().is_none()));
        if !attrs.iter().any(symbolic) {
            return Ok(None);
        }
        let mut bound = attrs.clone();
        for a in &mut bound {
            if let AttrValue::Dims(dims) = a {
                for d in dims.iter_mut() {
                    let n = d.eval(&self.0).ok_or_else(|| Error::internal(format!("size {d} is not bound yet")))?;
                    *d = Dim::Known(n);
                }
            }
        }
        Ok(Some(bound))
    }

    /// Checks the equalities whose symbols are all bound, and binds a free symbol that must equal a known size.
    ///
    /// # Errors
    /// `SHAPE` where two sizes differ that must be equal.
    pub fn check(&mut self, graph: &Graph) -> Result<()> {
        for (a, b) in &graph.equal {
            for (free, known) in [(a, b), (b, a)] {
                if let (Dim::Expr(e), Some(n)) = (free, known.eval(&self.0))
                    && let DimExpr::Sym(s) = &**e
                    && self.0[*s as usize].is_none()
                {
                    self.0[*s as usize] = Some(n);
                }
            }
            if let (Some(x), Some(y)) = (a.eval(&self.0), b.eval(&self.0))
                && x != y
            {
                return Err(Error::shape(format!("sizes {a} = {x} and {b} = {y} must be equal")));
            }
        }
        Ok(())
    }
}

//! Symbolic derivatives. Each rule is in a form that does not overflow where the derivative itself
//! does not, and the results are expressions, so that they can be derived again.

use super::{Expr, ExprKind, ExprNode, Prim, simplify::simplify};
use crate::DType;
use std::collections::HashMap;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, PI};

/// `∂e/∂xₙ`, simplified; `None` where it is zero everywhere (piecewise constant or not float).
pub fn derivative(e: &Expr, n: u16, dtype: DType) -> Option<Expr> {
    tangent(e, n, &Expr::constant(1.0, dtype))
}

/// `dx · ∂e/∂xₙ`, simplified, where `dx` has the dtype of input `n`; `None` where it is zero
/// everywhere. The factor enters at the leaves, so that what a `select` leaves out is never
/// multiplied: no `0 · ∞` arises from a branch that was not taken.
pub fn tangent(e: &Expr, n: u16, dx: &Expr) -> Option<Expr> {
    Some(simplify(&unsimplified_tangent(e, n, dx)?))
}

/// As [`tangent`], still sharing nodes with `e`.
pub(crate) fn unsimplified_tangent(e: &Expr, n: u16, dx: &Expr) -> Option<Expr> {
    Forward { n, dx, seen: HashMap::new() }.visit(e)
}

struct Forward<'a> {
    n: u16,
    dx: &'a Expr,
    seen: HashMap<*const ExprNode, Option<Expr>>,
}

impl Forward<'_> {
    fn visit(&mut self, e: &Expr) -> Option<Expr> {
        let key = std::sync::Arc::as_ptr(&e.0);
        if let Some(t) = self.seen.get(&key) {
            return t.clone();
        }
        let t = match &e.0.kind {
            ExprKind::Input(n) if *n == self.n && e.dtype().is_float() => Some(self.dx.clone()),
            ExprKind::Input(_) | ExprKind::Const(_) => None,
            ExprKind::Prim(prim, args) => {
                let tangents: Vec<Option<Expr>> = args.iter().map(|a| self.visit(a)).collect();
                if e.dtype().is_float() && tangents.iter().any(Option::is_some) { rule(*prim, e, args, &tangents) } else { None }
            }
        };
        self.seen.insert(key, t.clone());
        t
    }
}

/// The tangent of `y = prim(args)` given those of its arguments (`None` is zero).
fn rule(prim: Prim, y: &Expr, args: &[Expr], tangents: &[Option<Expr>]) -> Option<Expr> {
    match args.len() {
        1 => unary(prim, y, &args[0], tangents[0].as_ref()?),
        2 => binary(prim, y, (&args[0], &args[1]), (tangents[0].as_ref(), tangents[1].as_ref())),
        _ => match prim {
            Prim::Select => pick(&args[0], tangents[1].as_ref(), tangents[2].as_ref()),
            _ => None,
        },
    }
}

fn unary(prim: Prim, y: &Expr, x: &Expr, t: &Expr) -> Option<Expr> {
    use Prim::*;
    let one = || x.c(1.0);
    Some(match prim {
        Neg => -t.clone(),
        Abs => x.gt(&x.c(0.0)).select(t, &x.lt(&x.c(0.0)).select(&-t.clone(), &x.c(0.0))),
        Cast if t.dtype().is_float() => t.cast(y.dtype()),
        Sqrt => t / (y + y),
        Exp => t * y,
        Exp2 => t * (y * x.c(LN_2)),
        Expm1 => t * x.exp(),
        Log => t / x,
        Log2 => t / x * x.c(LOG2_E),
        Log1p => t / (one() + x),
        Sin => t * x.cos(),
        Cos => -(t * x.sin()),
        Tan => t * (one() + y * y),
        Asin => t / ((one() - x) * (one() + x)).sqrt(),
        Acos => -(t / ((one() - x) * (one() + x)).sqrt()),
        Atan => t / (one() + x * x),
        Sinh => t * x.cosh(),
        Cosh => t * x.sinh(),
        Tanh => t * (one() - y * y),
        Asinh => {
            // sqrt(1 + x²) over the greater of 1 and |x|, whose square may overflow.
            let m = x.abs().max(&one());
            let (q, r) = (x / &m, one() / &m);
            t / &(&m * (&q * &q + &r * &r).sqrt())
        }
        Acosh => t / &((x - one()).sqrt() * (x + one()).sqrt()),
        Atanh => t / ((one() - x) * (one() + x)),
        Sigmoid => t * (y * (one() - y)),
        Erf => t * (x.c(FRAC_2_SQRT_PI) * (-(x * x)).exp()),
        Erfc => t * (x.c(-FRAC_2_SQRT_PI) * (-(x * x)).exp()),
        Erfinv => t * (x.c(1.0 / FRAC_2_SQRT_PI) * (y * y).exp()),
        Lgamma => t * x.digamma(),
        Digamma => t * trigamma(x),
        // Piecewise constant, or bits.
        Floor | Ceil | Trunc | Round | Cast | Bitcast | Not => return None,
        Add | Sub | Mul | Div | Rem | FloorDiv | Mod | Min | Max | Lt | Le | Eq | Ne | And | Or | Xor | Shl | Shr | Select
        | Pow | Atan2 | Gcd => return None,
    })
}

fn binary(prim: Prim, y: &Expr, (a, b): (&Expr, &Expr), (ta, tb): (Option<&Expr>, Option<&Expr>)) -> Option<Expr> {
    use Prim::*;
    match prim {
        Add => plus(ta.cloned(), tb.cloned()),
        Sub => plus(ta.cloned(), tb.map(|t| -t.clone())),
        Mul if std::sync::Arc::ptr_eq(&a.0, &b.0) => ta.map(|t| t * (a + a)),
        Mul => plus(ta.map(|t| t * b), tb.map(|t| t * a)),
        Div => plus(ta.map(|t| t / b), tb.map(|t| -(t * (y / b)))),
        Rem => plus(ta.cloned(), tb.map(|t| -(t * (a / b).trunc()))),
        Mod => plus(ta.cloned(), tb.map(|t| -(t * a.floor_div(b)))),
        Min => pick(&a.le(b), ta, tb),
        Max => pick(&b.le(a), ta, tb),
        Pow => plus(
            // b = 0 makes a constant, also where aᵇ⁻¹ is infinite.
            ta.map(|t| t * b.eq(&b.c(0.0)).select(&b.c(0.0), &(b * a.pow(&(b - b.c(1.0)))))),
            // The exponent's derivative exists for positive bases only and tends to 0 with them.
            tb.map(|t| t * a.gt(&a.c(0.0)).select(&(y * a.log()), &a.c(0.0))),
        ),
        Atan2 => {
            // Over the greater magnitude, as the sum of squares may overflow; 0 at the origin.
            let m = a.abs().max(&b.abs());
            let (p, q) = (a / &m, b / &m);
            let size = &m * (&p * &p + &q * &q);
            let sum = plus(ta.map(|t| t * (&q / &size)), tb.map(|t| -(t * (&p / &size))))?;
            Some(m.eq(&m.c(0.0)).select(&m.c(0.0), &sum))
        }
        // Piecewise constant, or bits.
        FloorDiv | Lt | Le | Eq | Ne | And | Or | Xor | Shl | Shr | Gcd => None,
        Neg | Abs | Not | Select | Cast | Bitcast | Floor | Ceil | Trunc | Round | Sqrt | Exp | Exp2 | Expm1 | Log | Log2
        | Log1p | Sin | Cos | Tan | Asin | Acos | Atan | Sinh | Cosh | Tanh | Asinh | Acosh | Atanh | Sigmoid | Erf | Erfc
        | Erfinv | Lgamma | Digamma => None,
    }
}

/// Sum of two tangents.
fn plus(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

/// `c ? a : b` of two tangents.
fn pick(c: &Expr, a: Option<&Expr>, b: Option<&Expr>) -> Option<Expr> {
    let zero = a.or(b)?.c(0.0);
    Some(c.select(a.unwrap_or(&zero), b.unwrap_or(&zero)))
}

/// The derivative of digamma: reflection below ½, eight steps of the recurrence, then the
/// asymptotic series (Abramowitz and Stegun 6.4.7, 6.4.6, 6.4.12).
fn trigamma(x: &Expr) -> Expr {
    let low = x.lt(&x.c(0.5));
    let v = low.select(&(x.c(1.0) - x), x);
    let mut sum = x.c(0.0);
    for k in 0..8 {
        let r = x.c(1.0) / (&v + x.c(f64::from(k)));
        sum = sum + &r * &r;
    }
    let r = x.c(1.0) / (v + x.c(8.0));
    let r2 = &r * &r;
    // Bernoulli numbers B₂ … B₁₄, highest first.
    let bernoulli = [7.0 / 6.0, -691.0 / 2730.0, 5.0 / 66.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 1.0 / 6.0];
    let series = bernoulli.iter().fold(x.c(0.0), |s, c| &s * &r2 + x.c(*c));
    let upper = sum + &r + x.c(0.5) * &r2 + series * (&r2 * &r);
    let sine = x.c(PI) / (x * x.c(PI)).sin();
    low.select(&(&sine * &sine - &upper), &upper)
}

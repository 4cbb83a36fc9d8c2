//! Einstein summation: parses the equation and contracts the operands from left to right by transposes,
//! reshapes and matrix products.

use super::axes::{permute, slice_axis};
use crate::infer::Infer;
use crate::{Builder, Code, Dim, Error, Result, Shape, Type, Value};

/// A label: a letter, or a number from 256 on for an axis of the ellipsis (counted from the last).
type Label = u32;

const ELLIPSIS: Label = 256;

/// The labels of each operand's axes, and of the result's.
struct Equation {
    operands: Vec<Vec<Label>>,
    result: Vec<Label>,
}

fn refuse(equation: &str, why: impl std::fmt::Display) -> Error {
    Error::option(format!("equation \"{equation}\": {why}"))
}

/// Reads `ab,bc->ac`, with `...` for leading axes that broadcast; without an arrow the result has the labels
/// that occur once, in alphabetical order.
fn parse(equation: &str, ranks: &[usize]) -> Result<Equation> {
    let text: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match text.split_once("->") {
        Some((l, r)) => (l, Some(r)),
        None => (text.as_str(), None),
    };
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != ranks.len() {
        return Err(refuse(equation, format!("names {} operands, received {}", terms.len(), ranks.len())));
    }
    let mut operands = Vec::new();
    for (term, &rank) in terms.iter().zip(ranks) {
        let named = letters(equation, &term.replacen("...", "", 1))?;
        let rest = rank.checked_sub(named.len());
        let (Some(rest), true) = (rest, term.contains("...") || rest == Some(0)) else {
            return Err(refuse(equation, format!("\"{term}\" does not fit an operand of rank {rank}")));
        };
        operands.push(spread(equation, term, rest)?);
    }
    let wide = operands.iter().flatten().filter(|&&l| l >= ELLIPSIS).map(|l| l - ELLIPSIS + 1).max().unwrap_or(0);
    let result = match right {
        Some(term) => spread(equation, term, wide as usize)?,
        None => {
            let mut once: Vec<Label> =
                (0..ELLIPSIS).filter(|l| operands.iter().flatten().filter(|m| *m == l).count() == 1).collect();
            let mut all: Vec<Label> = (0..wide).rev().map(|i| ELLIPSIS + i).collect();
            all.append(&mut once);
            all
        }
    };
    for (i, l) in result.iter().enumerate() {
        if result[..i].contains(l) {
            return Err(refuse(equation, "the result names an axis twice"));
        }
        if !operands.iter().flatten().any(|m| m == l) && *l < ELLIPSIS {
            return Err(refuse(equation, format!("no operand has the axis {}", name(*l))));
        }
    }
    Ok(Equation { operands, result })
}

fn name(l: Label) -> String {
    if l < ELLIPSIS { char::from(l as u8).to_string() } else { "...".into() }
}

fn letters(equation: &str, term: &str) -> Result<Vec<Label>> {
    term.chars()
        .map(|c| if c.is_ascii_alphabetic() { Ok(c as Label) } else { Err(refuse(equation, format!("unexpected {c:?}"))) })
        .collect()
}

/// The labels of a term whose ellipsis, if any, stands for `rest` axes.
fn spread(equation: &str, term: &str, rest: usize) -> Result<Vec<Label>> {
    let Some((before, after)) = term.split_once("...") else { return letters(equation, term) };
    let mut labels = letters(equation, before)?;
    labels.extend((0..rest).rev().map(|i| ELLIPSIS + i as Label));
    labels.extend(letters(equation, after)?);
    Ok(labels)
}

/// Infers the result of attribute `equation` over all inputs.
pub(crate) fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let types: Vec<Type> = cx.inputs.iter().flatten().map(|t| (*t).clone()).collect();
    let Some(first) = types.first() else { return Err(cx.error(Code::Option, "expected at least one operand")) };
    let ranks: Vec<usize> = types.iter().map(|t| t.shape.rank()).collect();
    let equation = parse(cx.attrs.text("equation")?, &ranks)?;
    let mut sizes: Vec<(Label, Dim)> = Vec::new();
    for (labels, t) in equation.operands.iter().zip(&types) {
        for (&l, d) in labels.iter().zip(t.shape.dims()) {
            match sizes.iter().position(|(m, _)| *m == l) {
                None => sizes.push((l, d.clone())),
                Some(i) if l >= ELLIPSIS && sizes[i].1.known() == Some(1) => sizes[i].1 = d.clone(),
                Some(_) if l >= ELLIPSIS && d.known() == Some(1) => {}
                Some(i) => {
                    let known = sizes[i].1.clone();
                    sizes[i].1 = cx.same_dim(&known, d, &format!("axis {}", name(l)))?;
                }
            }
        }
    }
    let size = |l: &Label| sizes.iter().find(|(m, _)| m == l).map_or(Dim::Known(1), |(_, d)| d.clone());
    Ok(vec![Type::new(first.dtype, equation.result.iter().map(size).collect())])
}

/// A value with the labels of its axes.
#[derive(Clone)]
struct Labelled {
    value: Value,
    labels: Vec<Label>,
}

/// Builds the sum of `equation` over `values`.
pub(crate) fn lower(b: &mut Builder<'_>, values: &[Value], equation: &str) -> Result<Value> {
    let ranks: Vec<usize> = values.iter().map(|v| b.rank(*v)).collect();
    let Equation { operands, result } = parse(equation, &ranks)?;
    let mut rest = operands.into_iter().zip(values).map(|(labels, &value)| Labelled { value, labels }).collect::<Vec<_>>();
    for x in &mut rest {
        diagonals(b, x)?;
    }
    let mut rest = rest.into_iter();
    let mut left = rest.next().ok_or_else(|| Error::internal("no operand"))?;
    while let Some(right) = rest.next() {
        let later = rest.as_slice();
        let keep = |l: &Label| result.contains(l) || later.iter().any(|x| x.labels.contains(l));
        left = contract(b, left, right, keep)?;
    }
    sum_out(b, &mut left, |l| result.contains(l))?;
    let order: Vec<usize> = result.iter().filter_map(|l| left.labels.iter().position(|m| m == l)).collect();
    permute(b, left.value, &order)
}

/// Keeps the diagonal of axes with one label.
fn diagonals(b: &mut Builder<'_>, x: &mut Labelled) -> Result<()> {
    while let Some((i, j)) =
        (0..x.labels.len()).find_map(|j| x.labels[..j].iter().position(|l| *l == x.labels[j]).map(|i| (i, j)))
    {
        let rank = x.labels.len();
        let order: Vec<usize> = (0..rank).filter(|&a| a != i && a != j).chain([i, j]).collect();
        let turned = permute(b, x.value, &order)?;
        let shape = b.shape(turned);
        let n = shape[rank - 1].known().ok_or_else(|| Error::shape("an axis named twice must have a known size"))?;
        let mut flat = Shape(shape.dims()[..rank - 2].into());
        flat.0.push((n * n).into());
        let turned = b.reshape(turned, &flat)?;
        let last = flat.rank() - 1;
        // Element (k, k) lies at k·(n + 1).
        x.value = slice_axis(b, turned, last, 0, super::axes::END, n as i64 + 1)?;
        x.labels = order[..rank - 1].iter().map(|&a| x.labels[a]).collect();
    }
    Ok(())
}

fn sum_out(b: &mut Builder<'_>, x: &mut Labelled, keep: impl Fn(&Label) -> bool) -> Result<()> {
    let axes: Vec<usize> = (0..x.labels.len()).filter(|&i| !keep(&x.labels[i])).collect();
    if !axes.is_empty() {
        let dtype = b.dtype(x.value);
        let summed = b.sum(x.value, &axes, false)?;
        x.value = b.cast(summed, dtype)?;
        x.labels.retain(|l| keep(l));
    }
    Ok(())
}

/// The product of two operands, summed over the shared labels that are not kept: `[batch…, left…, right…]`.
fn contract(b: &mut Builder<'_>, mut x: Labelled, mut y: Labelled, keep: impl Fn(&Label) -> bool) -> Result<Labelled> {
    let only = |of: &Labelled, other: &Labelled| -> Vec<Label> {
        of.labels.iter().filter(|l| keep(l) || other.labels.contains(l)).copied().collect()
    };
    let (in_x, in_y) = (only(&x, &y), only(&y, &x));
    sum_out(b, &mut x, |l| in_x.contains(l))?;
    sum_out(b, &mut y, |l| in_y.contains(l))?;
    let shared: Vec<Label> = x.labels.iter().filter(|l| y.labels.contains(l)).copied().collect();
    equalize(b, &mut x, &mut y, &shared)?;
    let batch: Vec<Label> = shared.iter().filter(|l| keep(l)).copied().collect();
    let inner: Vec<Label> = shared.iter().filter(|l| !keep(l)).copied().collect();
    let free = |of: &Labelled| -> Vec<Label> { of.labels.iter().filter(|l| !shared.contains(l)).copied().collect() };
    let (left, right) = (free(&x), free(&y));
    let sizes = |b: &Builder<'_>, of: &Labelled, labels: &[Label]| -> Vec<Dim> {
        let shape = b.shape(of.value);
        labels.iter().filter_map(|l| of.labels.iter().position(|m| m == l)).map(|i| shape[i].clone()).collect()
    };
    let out: Shape = [sizes(b, &x, &batch), sizes(b, &x, &left), sizes(b, &y, &right)].concat().into_iter().collect();
    let (xm, turn_x) = matrices(b, &x, &batch, &left, &inner)?;
    // Columns by rows where that saves moving the operand.
    let (ym, turn_y) = matrices(b, &y, &batch, &inner, &right)?;
    let product = b.matmul(xm, ym, turn_x, turn_y)?;
    Ok(Labelled { value: b.reshape(product, &out)?, labels: [batch, left, right].concat() })
}

/// `x` as `[batch, rows, columns]`, or `[batch, columns, rows]` and true where its axes lie that way already.
fn matrices(b: &mut Builder<'_>, x: &Labelled, batch: &[Label], rows: &[Label], columns: &[Label]) -> Result<(Value, bool)> {
    let turned = x.labels == [batch, columns, rows].concat() && !rows.is_empty() && !columns.is_empty();
    let (first, second) = if turned { (columns, rows) } else { (rows, columns) };
    let order: Vec<usize> = [batch, first, second].concat().iter().filter_map(|l| x.labels.iter().position(|m| m == l)).collect();
    let shape = b.shape(x.value);
    let size = |part: &[usize]| part.iter().fold(Dim::Known(1), |n, &a| n.mul(&shape[a]));
    let (b_end, f_end) = (batch.len(), batch.len() + first.len());
    let mut dims = vec![size(&order[b_end..f_end]), size(&order[f_end..])];
    if !batch.is_empty() {
        dims.insert(0, size(&order[..b_end]));
    }
    let moved = permute(b, x.value, &order)?;
    Ok((b.reshape(moved, &dims.into_iter().collect())?, turned))
}

/// Brings shared axes of size 1 (of the ellipsis) to the other operand's size.
fn equalize(b: &mut Builder<'_>, x: &mut Labelled, y: &mut Labelled, shared: &[Label]) -> Result<()> {
    let (sx, sy) = (b.shape(x.value), b.shape(y.value));
    let (mut wx, mut wy) = (sx.clone(), sy.clone());
    for l in shared {
        let at = |of: &Labelled| of.labels.iter().position(|m| m == l);
        let (Some(i), Some(j)) = (at(x), at(y)) else { continue };
        if sx[i].known() == Some(1) {
            wx.0[i] = sy[j].clone();
        } else if sy[j].known() == Some(1) {
            wy.0[j] = sx[i].clone();
        }
    }
    x.value = b.broadcast_to(x.value, &wx)?;
    y.value = b.broadcast_to(y.value, &wy)?;
    Ok(())
}

//! Index tuples as flat row numbers.

use talray_core::{Error, Result};

/// The row that each tuple of `dims.len()` indices names in a tensor with leading axes `dims`.
/// With `batches` above 1, tuples come in that many equal groups, and group `b` names rows of block `b`.
///
/// # Errors
/// `SHAPE` for an index outside its axis.
pub fn rows(indices: &[i64], dims: &[usize], tuples: usize, batches: usize) -> Result<Vec<i64>> {
    let k = dims.len();
    let block: usize = dims.iter().product();
    let per = tuples / batches.max(1);
    let mut rows = Vec::with_capacity(tuples);
    for t in 0..tuples {
        let mut row = 0;
        for (d, (&n, &i)) in dims.iter().zip(&indices[t * k..]).enumerate() {
            let n = n as i64;
            if i >= n || i < -n {
                return Err(Error::shape(format!("index {i} at position {d} of tuple {t} is outside an axis of size {n}")));
            }
            row = row * n + if i < 0 { i + n } else { i };
        }
        let start = t.checked_div(per).unwrap_or(0) * block;
        rows.push(row + start as i64);
    }
    Ok(rows)
}

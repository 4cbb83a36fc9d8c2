//! What every elementwise op and every scalar primitive is asked, without a backend: the plain
//! evaluator stands in for one.

mod cases;
mod expressions;
mod golden;
mod gradients;
mod records;

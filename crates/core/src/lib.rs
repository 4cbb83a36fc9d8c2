//! The pure middle of Talray: dtypes, shapes, scalar expressions, the op table, graphs, gradients and plans.
//!
//! Nothing here does I/O, starts threads, knows a device or a word of JavaScript. Backends
//! implement [`backend::Backend`] over what this crate describes.

pub mod attrs;
pub mod autodiff;
pub mod backend;
mod depth;
pub mod dtype;
pub mod error;
pub mod exec;
pub mod expr;
pub mod graph;
pub mod infer;
pub mod op;
pub mod ops;
pub mod passes;
pub mod plan;
pub mod random;
pub mod rows;
pub mod rules;
pub mod shape;
pub mod vjp;

pub use attrs::{AttrValue, Attrs, AttrsRef};
pub use dtype::DType;
pub use error::{Code, Error, Result};
pub use graph::{Builder, Graph, Literal, Region, Value};
pub use op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Sample, Vjp};
pub use shape::{Dim, Shape, Type};

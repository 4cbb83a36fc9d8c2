//! What the joined tests share.

pub mod delayed;
pub mod golden;
pub mod run;
pub mod subject;

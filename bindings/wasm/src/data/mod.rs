//! Data sets and feature encoders. Options cross as JSON, columns and batches as typed arrays.

mod arrays;
mod columns;
mod dataset;
mod encoder;

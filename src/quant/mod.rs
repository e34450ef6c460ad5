//! From trained weights to deployed ones.

mod fold;

pub use fold::fold;

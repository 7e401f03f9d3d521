//! What a request says, and what an answer must say.

pub mod cookie;
pub mod headers;
pub mod origin;
pub mod path;

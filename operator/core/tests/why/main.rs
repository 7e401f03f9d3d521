//! What `kubectl cloister why` prints, as a whole, for objects as the API server holds them.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)] // a test's own helpers, fed with json!

mod answers;
mod kinds;
mod scene;

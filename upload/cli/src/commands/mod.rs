//! The verbs, one file each.

pub mod cancel;
mod connection;
pub mod credential_process;
pub mod doctor;
pub mod login;
pub mod ls;
pub mod resume;
pub mod shell;
pub mod status;
pub mod sync;
mod transfer;
pub mod upload;
pub mod verify;

//! The door in front of an application: who is signed in at the organisation's identity provider with a second factor,
//! and is one of the application's users, gets through, and each of their requests is on record before it is answered.

pub mod answer;
pub mod asked;
pub mod body;
pub mod config;
pub mod door;
pub mod http;
pub mod inner;
pub mod metrics;
pub mod options;
pub mod own;
pub mod pages;
pub mod proxy;
pub mod random;
pub mod record;
pub mod refusal;
pub mod run;
pub mod serve;
pub mod session;
pub mod signin;
pub mod signout;

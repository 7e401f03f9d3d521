//! `AnalyticsApp`: an application that shows a tenant's data, and the door in front of it.

pub mod aws;

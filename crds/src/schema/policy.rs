use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use super::rules::SHORT_NAME;
use crate::rules::{PRINTABLE, matches};

/// Which rows roles see. A table with a policy shows no row to those without one.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowPolicy {
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(SHORT_NAME))
        .message("name must be at most 40 lower-case letters, digits, _ and -, and begin with a letter, such as own-payer"))]
    pub name: String,
    /// The column that decides; it has the same type in all `tables`.
    #[schemars(length(max = 127))]
    pub column: String,
    pub filter: RowFilter,
    /// Declared tables that it holds for.
    #[schemars(length(max = 64), inner(length(max = 127)), extend("x-kubernetes-list-type" = "set"))]
    #[x_kube(
        validation = Rule::new("self.size() >= 1").message("tables must hold at least one declared table, such as medical_claims")
    )]
    pub tables: Vec<String>,
    /// Roles of this schema that it holds for. Left out: everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 40), inner(length(max = 40)), extend("x-kubernetes-list-type" = "set"))]
    pub roles: Vec<String>,
}

/// Exactly one of these.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("[has(self.values), has(self.currentUser), has(self.lookup)].filter(x, x).size() == 1")
    .message("filter must have exactly one of values, currentUser and lookup: remove the others, or write {values: [...]}"))]
pub struct RowFilter {
    /// Rows whose column has one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64), inner(length(max = 256)))]
    #[x_kube(validation = Rule::new("self.size() >= 1").message("values must hold at least one value, such as [medicare]"))]
    pub values: Option<Vec<String>>,
    /// Rows whose column is the name of the database user who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self").message("currentUser must be true; leave it out for another filter"))]
    pub current_user: Option<bool>,
    /// Rows whose value another table gives to the user who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<RowLookup>,
}

/// A table of this schema that says who sees what.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowLookup {
    #[schemars(length(max = 127))]
    pub table: String,
    /// Its column with the values.
    #[schemars(length(max = 127))]
    pub value_column: String,
    /// Its column with the names of database users.
    #[schemars(length(max = 127))]
    pub user_column: String,
}

/// What roles see in place of columns' values.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaskingPolicy {
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(SHORT_NAME))
        .message("name must be at most 40 lower-case letters, digits, _ and -, and begin with a letter, such as hide-ssn"))]
    pub name: String,
    pub mask: Mask,
    /// Columns of declared tables, all of the same type.
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new("self.size() >= 1").message("columns must hold at least one column, such as {table: patients, column: ssn}"))]
    pub columns: Vec<MaskedColumn>,
    /// Roles of this schema. Left out: everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 40), inner(length(max = 40)), extend("x-kubernetes-list-type" = "set"))]
    pub roles: Vec<String>,
    /// The highest of a column's policies holds; no two of a column have the same. Default 0.
    #[serde(default)]
    #[x_kube(validation = Rule::new("self >= 0 && self <= 10000").message("priority must be 0 to 10000; leave it out for the default of 0"))]
    pub priority: i32,
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaskedColumn {
    #[schemars(length(max = 127))]
    pub table: String,
    #[schemars(length(max = 127))]
    pub column: String,
}

/// Exactly one of these.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("[has(self.hide), has(self.hash), has(self.text), has(self.keepLast)].filter(x, x).size() == 1")
    .message("mask must have exactly one of hide, hash, text and keepLast: remove the others, or write {hide: true}"))]
pub struct Mask {
    /// NULL, whatever the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self").message("hide must be true; leave it out for another mask"))]
    pub hide: Option<bool>,
    /// SHA-256 in hexadecimal digits, of a varchar of at least 64: equal values stay equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self").message("hash must be true; leave it out for another mask"))]
    pub hash: Option<bool>,
    /// This text, of a char or varchar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(PRINTABLE)).message("text must be 1 to 128 printable characters, such as XXX"))]
    pub text: Option<String>,
    /// This many of the last characters, of a char or varchar; the others become *.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 64").message("keepLast must be 1 to 64 characters; leave it out for another mask"))]
    pub keep_last: Option<i32>,
}

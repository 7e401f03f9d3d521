use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::{FITS, fits_message, name, name_message};

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.distribution.key) || self.columns.exists(c, c.name == self.distribution.key)")
        .message("distribution.key must be one of the table's columns: declare the column, or name another").field_path(".distribution.key")
)]
pub struct Table {
    #[schemars(length(max = 127))]
    #[x_kube(
        validation = Rule::new(name("self")).message(&*name_message("name", "medical_claims")),
        validation = Rule::new(FITS).message(&*fits_message("name")),
        validation = Rule::new("!self.startsWith('#') && !self.startsWith('mv_tbl__')")
            .message("name must not begin with # or mv_tbl__, which Redshift gives to temporary tables and to materialized views: choose another")
    )]
    pub name: String,
    /// Others that are there are reported, and dropped only as `destructiveChanges` allows.
    #[schemars(length(max = 160), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    #[x_kube(validation = Rule::new("self.size() >= 1").message("columns must hold at least one column, such as {name: claim_id, type: varchar(32)}"))]
    pub columns: Vec<Column>,
    /// Which node holds a row. Default: Redshift chooses (AUTO).
    #[serde(default)]
    pub distribution: Distribution,
    /// In which order rows are kept. Left out: Redshift chooses, and it is not looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 127)), extend("x-kubernetes-list-type" = "set"))]
    pub sort: Vec<String>,
    /// Default `Compound`.
    #[serde(default)]
    pub sort_style: SortStyle,
    /// Not enforced by Redshift, which uses it to plan queries: it must be true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 127)), extend("x-kubernetes-list-type" = "set"))]
    pub primary_key: Vec<String>,
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    #[schemars(length(max = 127))]
    #[x_kube(
        validation = Rule::new(name("self")).message(&*name_message("name", "claim_id")),
        validation = Rule::new(FITS).message(&*fits_message("name"))
    )]
    pub name: String,
    /// A type of Redshift, such as `varchar(32)`, `decimal(12,2)`, `bigint`, `date` or `timestamp`.
    #[serde(rename = "type")]
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new("!self.matches('[^a-z0-9(), ]')")
        .message("type must be one of Redshift's, in lower case: smallint, integer, bigint, decimal(p,s), real, double precision, boolean, char(n), varchar(n), date, time, timetz, timestamp, timestamptz, varbyte(n), super, geometry, geography or hllsketch"))]
    pub type_: String,
    /// Default true.
    #[serde(default = "yes")]
    pub nullable: bool,
    /// Left out: Redshift chooses, and it is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encode: Option<Encoding>,
    /// A value of the column's type. `CURRENT_DATE` for a date, and `GETDATE()` for a timestamp, stand for the time of the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub default: Option<String>,
}

fn yes() -> bool {
    true
}

/// Either a style or a key.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.style) || !has(self.key)")
    .message("distribution must have style or key, not both: with a key the style is KEY; remove style").field_path(".style"))]
pub struct Distribution {
    /// Default `AUTO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<DistributionStyle>,
    /// Rows with the same value in this column are on the same node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 127))]
    pub key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum DistributionStyle {
    Auto,
    Even,
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SortStyle {
    #[default]
    Compound,
    Interleaved,
}

/// <https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    Raw,
    Az64,
    Bytedict,
    Delta,
    Delta32k,
    Lzo,
    Mostly8,
    Mostly16,
    Mostly32,
    Runlength,
    Text255,
    Text32k,
    Zstd,
}

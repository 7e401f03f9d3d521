//! The parts of OSCAL's assessment results that are written, by its own names.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Document {
    pub assessment_results: AssessmentResults,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AssessmentResults {
    pub uuid: String,
    pub metadata: Metadata,
    pub import_ap: Import,
    pub results: Vec<Outcome>,
    pub back_matter: BackMatter,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Metadata {
    pub title: String,
    pub last_modified: String,
    pub version: String,
    pub oscal_version: &'static str,
    pub props: Vec<Property>,
}

#[derive(Serialize)]
pub struct Property {
    pub name: &'static str,
    pub ns: &'static str,
    pub value: String,
}

#[derive(Serialize)]
pub struct Import {
    pub href: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub start: String,
    pub end: String,
    pub reviewed_controls: ReviewedControls,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingOf>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReviewedControls {
    pub control_selections: Vec<Selection>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remarks: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Selection {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include_controls: Vec<Control>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_controls: Vec<Control>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Control {
    pub control_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Observation {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub methods: [&'static str; 1],
    pub relevant_evidence: Vec<Evidence>,
    pub collected: String,
}

#[derive(Serialize)]
pub struct Evidence {
    pub description: String,
    pub props: Vec<Property>,
}

#[derive(Serialize)]
pub struct Risk {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub statement: String,
    pub status: &'static str,
    pub deadline: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FindingOf {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub props: Vec<Property>,
    pub target: Target,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_observations: Vec<Related>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_risks: Vec<RelatedRisk>,
}

#[allow(clippy::struct_field_names)] // NIST's own names
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    #[serde(rename = "type")]
    pub type_: &'static str,
    pub target_id: &'static str,
    pub status: StatusOf,
}

#[derive(Serialize)]
pub struct StatusOf {
    pub state: &'static str,
    pub reason: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Related {
    pub observation_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RelatedRisk {
    pub risk_uuid: String,
}

#[derive(Serialize)]
pub struct BackMatter {
    pub resources: Vec<ResourceOf>,
}

#[derive(Serialize)]
pub struct ResourceOf {
    pub uuid: String,
    pub title: &'static str,
    pub description: &'static str,
}

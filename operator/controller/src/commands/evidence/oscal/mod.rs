//! NIST's OSCAL assessment results, for tools of governance. What was judged is a finding, what proves it an observation,
//! what somebody answers for a risk; what does not apply is excluded from the reviewed controls.
//! <https://pages.nist.gov/OSCAL-Reference/models/v1.1.2/assessment-results/json-reference/>

mod model;

use cloister_core::evidence::{ExceptionState, Finding, Proof, Report, Status, Used};
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use self::model::{
    AssessmentResults, BackMatter, Control, Document, Evidence, FindingOf, Import, Metadata, Observation,
    Outcome, Property, Related, RelatedRisk, ResourceOf, ReviewedControls, Risk, Selection, StatusOf, Target,
};
use crate::commands::Complaint;

const VERSION: &str = "1.1.2";
const NAMESPACE: &str = "https://cloister.dev/ns/oscal";

/// Names things alike in each rendering of one report.
struct Ids(String);

impl Ids {
    fn new(report: &Report) -> Self {
        Self(format!("{NAMESPACE}/{}/{}/{}", report.account, report.tenant, report.time))
    }

    /// OSCAL takes UUIDs of versions 4 and 5; the digest stands for randomness.
    fn of(&self, what: &str) -> String {
        let digest = Sha256::digest(format!("{}/{what}", self.0));
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(byte, digit)| *byte = digit);
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

pub(super) fn document(report: &Report) -> Result<Document, Complaint> {
    let ids = Ids::new(report);
    let plan = ids.of("plan");
    let title = format!("Evidence of safeguards: {}", report.display_name);
    Ok(Document {
        assessment_results: AssessmentResults {
            uuid: ids.of("results"),
            metadata: Metadata {
                title: title.clone(),
                last_modified: report.time.clone(),
                version: report.time.clone(),
                oscal_version: VERSION,
                props: facts(report),
            },
            import_ap: Import { href: format!("#{plan}") },
            results: vec![result(report, title, &ids)?],
            back_matter: BackMatter {
                resources: vec![ResourceOf {
                    uuid: plan,
                    title: "Checklist of cloister evidence",
                    description: "There is no assessment plan of its own: the checklist is what cloister evidence --list prints.",
                }],
            },
        },
    })
}

fn facts(report: &Report) -> Vec<Property> {
    let calls = report.aws_calls.map(|calls| calls.to_string()).unwrap_or_default();
    let all = [
        ("tenant", &*report.tenant),
        ("environment", &report.environment),
        ("aws-account", &report.account),
        ("aws-region", &report.region),
        ("cloister-version", report.version),
        ("aws-calls", &calls),
    ];
    // OSCAL takes no empty value.
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| property(name, value))
        .collect()
}

fn property(name: &'static str, value: &str) -> Property {
    Property { name, ns: NAMESPACE, value: value.to_owned() }
}

fn result(report: &Report, title: String, ids: &Ids) -> Result<Outcome, Complaint> {
    let (judged, excluded): (Vec<&Finding>, Vec<&Finding>) =
        report.safeguards.iter().partition(|finding| is_judged(finding.status));
    let observed = judged.iter().filter(|finding| !finding.proofs.is_empty());
    let applied = report.exceptions.iter().filter(|used| used.state == ExceptionState::Applied);
    Ok(Outcome {
        uuid: ids.of("result"),
        title,
        description: "A look at the live account by Cloister, read only.".to_owned(),
        start: report.time.clone(),
        end: report.time.clone(),
        reviewed_controls: ReviewedControls {
            control_selections: vec![Selection {
                include_controls: judged.iter().map(|finding| control(finding)).collect(),
                exclude_controls: excluded.iter().map(|finding| control(finding)).collect(),
            }],
            remarks: excluded.iter().map(|finding| because(finding)).collect::<Vec<_>>().join("\n"),
        },
        observations: observed.map(|finding| observation(finding, report, ids)).collect(),
        risks: applied.map(|used| risk(used, ids)).collect::<Result<_, _>>()?,
        findings: judged.iter().map(|finding| found(finding, report, ids)).collect(),
    })
}

fn is_judged(status: Status) -> bool {
    match status {
        Status::Met | Status::NotMet | Status::Excepted | Status::NotManaged => true,
        Status::NotApplicable | Status::NotOurs => false,
    }
}

fn control(finding: &Finding) -> Control {
    Control { control_id: finding.id }
}

fn because(finding: &Finding) -> String {
    format!("{} {}: {}", finding.id, finding.status.words(), finding.reason.as_deref().unwrap_or_default())
}

fn observation(finding: &Finding, report: &Report, ids: &Ids) -> Observation {
    Observation {
        uuid: ids.of(&format!("observation/{}", finding.id)),
        title: format!("{} {}", finding.id, finding.title),
        description: format!("{} settings were read from AWS.", finding.proofs.len()),
        methods: ["TEST"],
        relevant_evidence: finding.proofs.iter().map(evidence).collect(),
        collected: finding.looked_at.clone().unwrap_or_else(|| report.time.clone()),
    }
}

fn evidence(proof: &Proof) -> Evidence {
    let wanted = proof.wanted.as_ref().map(|wanted| format!("; wanted {wanted}")).unwrap_or_default();
    let what = if proof.field.is_empty() { String::new() } else { format!(" {}", proof.field) };
    Evidence {
        description: format!("{}{what}: {}{wanted}", proof.resource, proof.observed),
        props: vec![property("holds", if proof.holds { "true" } else { "false" })],
    }
}

fn found(finding: &Finding, report: &Report, ids: &Ids) -> FindingOf {
    let (state, reason) = match finding.status {
        Status::Met => ("satisfied", "pass"),
        Status::NotMet => ("not-satisfied", "fail"),
        _ => ("not-satisfied", "other"),
    };
    let mut props = vec![property("status", finding.status.words())];
    for (name, all) in [
        ("cfr", finding.cfr),
        ("prowler", finding.prowler),
        ("aws-config", finding.config),
        ("fsbp", finding.fsbp),
    ] {
        props.extend(all.iter().map(|value| property(name, value)));
    }
    let of_it =
        |used: &&Used| used.state == ExceptionState::Applied && used.exception.safeguard == finding.id;
    let risks =
        report.exceptions.iter().filter(of_it).map(|used| RelatedRisk { risk_uuid: risk_id(used, ids) });
    let observed = Related { observation_uuid: ids.of(&format!("observation/{}", finding.id)) };
    FindingOf {
        uuid: ids.of(&format!("finding/{}", finding.id)),
        title: format!("{} {}", finding.id, finding.title),
        description: finding
            .reason
            .clone()
            .or(finding.beyond.map(str::to_owned))
            .unwrap_or_else(|| finding.title.to_owned()),
        props,
        target: Target { type_: "objective-id", target_id: finding.id, status: StatusOf { state, reason } },
        related_observations: if finding.proofs.is_empty() { vec![] } else { vec![observed] },
        related_risks: risks.collect(),
    }
}

fn risk_id(used: &Used, ids: &Ids) -> String {
    ids.of(&format!("risk/{}/{}", used.exception.safeguard, used.exception.resource))
}

fn risk(used: &Used, ids: &Ids) -> Result<Risk, Complaint> {
    let one = &used.exception;
    // To the end of its day.
    let end = one.expires.parse::<Date>()?.tomorrow()?.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
    Ok(Risk {
        uuid: risk_id(used, ids),
        title: format!("{} is excepted for {}", one.safeguard, one.resource),
        description: format!("{} answers for it.", one.owner),
        statement: one.reason.clone(),
        status: "deviation-approved",
        deadline: end.to_string(),
    })
}

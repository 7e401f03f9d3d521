//! The verbs.

pub mod access;
pub mod crds;
pub mod drill;
pub mod evidence;
pub mod karpenter;
pub mod kubectl;
pub mod plan;
pub mod run;

/// What a verb says when it cannot go on.
pub type Complaint = Box<dyn std::error::Error + Send + Sync>;

pub fn no_tenant(name: &str) -> Complaint {
    format!("ClientTenant {name} does not exist: name one of kubectl get clienttenants").into()
}

/// For people: of the API server's answer its sentence, which says what is forbidden to whom.
pub fn told(complaint: &Complaint) -> String {
    match complaint.downcast_ref::<kube::Error>() {
        Some(kube::Error::Api(answer)) => answer.message.clone(),
        _ => complaint.to_string(),
    }
}

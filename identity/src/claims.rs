use serde_json::{Map, Value};

/// What proves a second factor: one of these in `acr`, or one of those in `amr`.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    pub acr: Vec<String>,
    pub amr: Vec<String>,
}

impl SecondFactor {
    #[must_use]
    pub fn is_shown(&self, claims: &Map<String, Value>) -> bool {
        let acr = claims.get("acr").and_then(Value::as_str);
        acr.is_some_and(|acr| self.acr.iter().any(|known| known == acr))
            || texts(claims.get("amr")).iter().any(|method| self.amr.contains(method))
    }
}

/// A claim that is one text or a list of them.
#[must_use]
pub fn texts(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

//! Fields of a small JSON object.

use serde_json::{Map, Value};

use crate::problem::{Problem, Reason, Wrong};
use crate::request::{LONGEST, SHORTEST, is_name};

/// A JSON object whose fields are taken one by one; what is left at the end is unknown.
#[derive(Default)]
pub struct Fields {
    left: Map<String, Value>,
    wrong: Vec<Wrong>,
}

impl Fields {
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let left = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
        Ok(Self { left, wrong: Vec::new() })
    }

    pub fn name(&mut self, field: &str, longest: usize, what: &str) -> String {
        let problem = match self.left.remove(field) {
            Some(Value::String(name)) if is_name(&name, longest) => return name,
            Some(Value::String(_)) => "is no name",
            Some(_) => "is no text",
            None => "is missing",
        };
        self.add(
            field,
            problem,
            &format!("{what}: at most {longest} lower-case letters, digits and hyphens"),
        );
        String::new()
    }

    pub fn seconds(&mut self) -> i32 {
        let Some(value) = self.left.remove("durationSeconds") else { return LONGEST };
        let given = value.as_i64().and_then(|n| i32::try_from(n).ok());
        if let Some(seconds) = given.filter(|n| (SHORTEST..=LONGEST).contains(n)) {
            return seconds;
        }
        let expected = format!("whole seconds from {SHORTEST} to {LONGEST}, or leave it out for {LONGEST}");
        self.add("durationSeconds", "is out of bounds", &expected);
        LONGEST
    }

    fn add(&mut self, field: &str, problem: &str, expected: &str) {
        let (problem, expected) = (problem.to_owned(), expected.to_owned());
        self.wrong.push(Wrong { field: field.to_owned(), problem, expected });
    }

    pub fn end(mut self) -> Result<(), Problem> {
        for field in self.left.keys().take(16).cloned().collect::<Vec<_>>() {
            let short: String = field.chars().filter(|c| !c.is_control()).take(64).collect();
            self.add(&short, "is unknown", "only the fields that GET /openapi.json names");
        }
        if self.wrong.is_empty() { Ok(()) } else { Err(Problem::wrong(Reason::Invalid, self.wrong)) }
    }
}

pub fn unreadable(error: &serde_json::Error) -> Problem {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => Problem::new(Reason::Invalid, format!("The body is not as expected: {error}.")),
        _ => Problem::new(Reason::Malformed, format!("The body is no JSON: {error}.")),
    }
}

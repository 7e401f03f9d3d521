//! Reads JSON by hand, so that every fault is told at once and each by the name of its field.

use serde_json::{Map, Value};

/// An object of the configuration, and what is wrong with it so far.
pub struct Section<'a> {
    path: String,
    fields: Map<String, Value>,
    faults: &'a mut Vec<String>,
}

impl<'a> Section<'a> {
    pub fn of(path: &str, value: Value, faults: &'a mut Vec<String>) -> Self {
        let fields = match value {
            Value::Object(fields) => fields,
            other => {
                let shown = if path.is_empty() { "the configuration" } else { path };
                faults.push(format!("{shown} must be an object, and is {}", kind(&other)));
                Map::new()
            }
        };
        Self { path: path.to_owned(), fields, faults }
    }

    pub fn section(&mut self, name: &str) -> Section<'_> {
        let path = self.name(name);
        let value = self.fields.remove(name).unwrap_or_else(|| Value::Object(Map::new()));
        Section::of(&path, value, self.faults)
    }

    pub fn text(&mut self, name: &str, what: &str) -> String {
        self.optional(name, what).unwrap_or_else(|| {
            self.missing(name, what);
            String::new()
        })
    }

    /// None where it is left out.
    pub fn optional(&mut self, name: &str, what: &str) -> Option<String> {
        match self.fields.remove(name)? {
            Value::String(text) if !text.is_empty() => Some(text),
            other => {
                self.fault(name, &format!("must be {what}, and is {}", kind(&other)));
                Some(String::new())
            }
        }
    }

    pub fn texts(&mut self, name: &str, what: &str) -> Vec<String> {
        let mut found = Vec::new();
        match self.fields.remove(name) {
            None => {}
            Some(Value::Array(all)) => {
                for one in all {
                    match one {
                        Value::String(text) if !text.is_empty() => found.push(text),
                        other => self.fault(name, &format!("must hold {what}, and holds {}", kind(&other))),
                    }
                }
            }
            Some(other) => self.fault(name, &format!("must be a list of {what}, and is {}", kind(&other))),
        }
        found
    }

    /// None where it is left out.
    pub fn number(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let value = self.fields.remove(name)?;
        let number = value.as_u64().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.fault(name, &format!("must be a whole number from {least} to {most}, and is {value}"));
        }
        Some(number.unwrap_or(least))
    }

    pub fn needed(&mut self, name: &str, least: u64, most: u64) -> u64 {
        self.number(name, least, most).unwrap_or_else(|| {
            self.missing(name, &format!("a whole number from {least} to {most}"));
            least
        })
    }

    pub fn fault(&mut self, name: &str, problem: &str) {
        let sentence = format!("{} {problem}", self.name(name));
        self.faults.push(sentence);
    }

    fn missing(&mut self, name: &str, what: &str) {
        self.fault(name, &format!("is missing: write {what}"));
    }

    fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// What nobody has asked for is not known here.
impl Drop for Section<'_> {
    fn drop(&mut self) {
        for name in std::mem::take(&mut self.fields).keys() {
            self.fault(name, "is not known: take it out, or look for a spelling mistake");
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

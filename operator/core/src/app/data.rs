//! Whether what an application reads by is a role that only reads.

use std::collections::BTreeSet;

use cloister_crds::RedshiftSchemaSpec;
use cloister_crds::app::AppData;
use cloister_crds::schema::{Privilege, Role};

/// The role as declared by its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRole<'a> {
    pub schema: &'a str,
    pub role: &'a str,
    /// Of the application's IAM role.
    pub member: String,
}

impl<'a> DataRole<'a> {
    #[must_use]
    pub fn new(data: &'a AppData, iam_role: &str) -> Self {
        Self { schema: &data.schema, role: &data.role, member: format!("IAMR:{iam_role}") }
    }
}

/// What stands in the way of the application reading by it, and what to write instead; one sentence each.
#[must_use]
pub fn read_only(wanted: &DataRole<'_>, spec: &RedshiftSchemaSpec) -> Vec<String> {
    let DataRole { schema, role, member } = wanted;
    let find = |name: &str| spec.roles.iter().find(|r| r.name == name);
    let Some(found) = find(role) else {
        return vec![format!(
            "RedshiftSchema {schema} has no role {role}: declare it there, with members [\"{member}\"] and grants of \
             USAGE and SELECT alone, or correct spec.data.role"
        )];
    };
    let mut wrong = Vec::new();
    for holder in with_inherited(found, &find) {
        let more: BTreeSet<String> = holder
            .grants
            .iter()
            .flat_map(|grant| &grant.privileges)
            .filter(|p| writes(**p))
            .map(|p| name_of(*p))
            .collect();
        if !more.is_empty() {
            let more: Vec<String> = more.into_iter().collect();
            let through =
                if holder.name == *role { String::new() } else { format!(" through role {}", holder.name) };
            wrong.push(format!(
                "role {role} of RedshiftSchema {schema} has {}{through}, and an application only reads: write a role \
                 with USAGE and SELECT alone, and name it in spec.data.role",
                more.join(", ")
            ));
        }
    }
    if !found.members.contains(member) {
        wrong.push(format!(
            "role {role} of RedshiftSchema {schema} lacks the application's user: add \"{member}\" to its members"
        ));
    }
    // A user has the privileges of all of its roles.
    let others = spec.roles.iter().filter(|r| r.name != *role && r.members.contains(member));
    wrong.extend(others.map(|other| {
        format!(
            "role {} of RedshiftSchema {schema} has the application's user too: remove \"{member}\" from its members, \
             so that spec.data.role says all that it may read",
            other.name
        )
    }));
    wrong
}

fn writes(privilege: Privilege) -> bool {
    !matches!(privilege, Privilege::Usage | Privilege::Select)
}

fn name_of(privilege: Privilege) -> String {
    format!("{privilege:?}").to_uppercase()
}

/// The role, and all whose privileges it has.
fn with_inherited<'a>(role: &'a Role, find: &impl Fn(&str) -> Option<&'a Role>) -> Vec<&'a Role> {
    let (mut all, mut open) = (Vec::<&Role>::new(), vec![role]);
    while let Some(next) = open.pop() {
        if !all.iter().any(|seen| seen.name == next.name) {
            all.push(next);
            open.extend(next.member_of.iter().filter_map(|name| find(name)));
        }
    }
    all
}

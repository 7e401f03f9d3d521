//! What the rules of a RedshiftSchema share. They stay cheap: the API server multiplies what a rule may
//! cost by the lengths of all lists around it.

use schemars::Schema;
use serde_json::Value;

/// Anything else is carried by quoting: quotes, spaces and letters of any script. The escaped two are
/// Unicode's separators of lines and of paragraphs.
const NOT_IN_NAMES: &str = r"[A-Z\\pC\u2028\u2029]";

/// Names of roles and policies are put together to names in the cluster, so they have no dot.
pub(super) const SHORT_NAME: &str = "^[a-z][a-z0-9_-]*$";

/// Its length is another rule: as one they would cost too much.
pub(super) fn name(value: &str) -> String {
    format!("{value} != '' && !{value}.matches('{NOT_IN_NAMES}')")
}

/// The schema's name, where the manifest gives none.
pub(super) fn database_name(object: &str) -> String {
    format!("{object}.replace('-', '_')")
}

/// Whether a schema may be called so.
pub(super) fn free(value: &str) -> String {
    format!(
        "!{value}.startsWith('pg_') && !({value} in ['public', 'cloister', 'information_schema', 'catalog_history'])"
    )
}

/// Redshift counts bytes of UTF-8, of which a name as long as maxLength may have more.
pub(super) const FITS: &str = "bytes(self).size() <= 127";

pub(super) fn fits_message(field: &str) -> String {
    format!(
        "{field} must have at most 127 bytes, and a letter outside of ASCII has 2 to 4: write a shorter one"
    )
}

pub(super) fn name_message(field: &str, example: &str) -> String {
    format!(
        "{field} must be 1 to 127 bytes, printable and without the letters A-Z, which Redshift folds to lower case: write one such as {example}"
    )
}

/// Bounds of a schema inside a tenant, of which there may be several: the cost of every rule in it is
/// multiplied once more.
const INLINE_BOUNDS: [(&[&str], u64); 5] = [
    (&["tables"], 40),
    (&["tables", "columns"], 60),
    (&["roles"], 16),
    (&["rowLevelSecurity"], 16),
    (&["masking"], 16),
];

/// Lowers the bounds of a `RedshiftSchemaSpec` to those inside a tenant.
pub fn inline(schema: &mut Schema) {
    for (path, bound) in INLINE_BOUNDS {
        let mut at = schema.as_object_mut().and_then(|s| s.get_mut("properties"));
        for (depth, field) in path.iter().enumerate() {
            let list = at.and_then(|properties| properties.get_mut(*field));
            if depth + 1 == path.len() {
                if let Some(list) = list {
                    list["maxItems"] = Value::from(bound);
                }
                break;
            }
            at = list.and_then(|l| l.get_mut("items")).and_then(|i| i.get_mut("properties"));
        }
    }
}

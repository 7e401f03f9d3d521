//! Single cases of plans for a warehouse, as somebody would meet them.

#![allow(clippy::panic, clippy::expect_used)]

mod warehouse;

use std::collections::BTreeMap;

use cloister_core::schema::catalog::{Answers, Part, Rows, read};
use cloister_core::schema::{Declared, Inputs, Why};
use cloister_crds::RedshiftSchemaSpec;
use warehouse::manifest::{UID, read as declare};
use warehouse::{ADMIN, Warehouse};

fn spec(text: &str) -> RedshiftSchemaSpec {
    serde_saphyr::from_str(text).expect("the manifest is valid")
}

const CLAIMS: &str = r"
roles:
  - {name: loader, members: ['IAMR:acme-etl'], grants: [{object: ALL TABLES, privileges: [SELECT, INSERT, UPDATE, DELETE]}]}
  - {name: analyst, grants: [{object: ALL TABLES, privileges: [SELECT]}]}
tables:
  - name: medical_claims
    columns: [{name: claim_id, type: varchar(32), nullable: false}, {name: service_date, type: date}, {name: paid, type: 'decimal(12,2)'}]
    distribution: {key: claim_id}
    sort: [service_date]
";

fn made(text: &str) -> Warehouse {
    let mut world = Warehouse::new();
    world.settle(&declare(&spec(text)));
    world
}

#[test]
fn the_sketch_is_made_of_these_statements() {
    let plan = Warehouse::new().plan(&declare(&spec(CLAIMS)));
    let sql: Vec<String> =
        plan.transactions.iter().flat_map(|t| &t.statements).map(ToString::to_string).collect();
    for wanted in [
        r#"CREATE SCHEMA "claims" AUTHORIZATION "admin""#,
        r#"CREATE USER "IAMR:acme-etl" PASSWORD DISABLE"#,
        r#"CREATE ROLE "acme-health.claims.loader""#,
        r#"GRANT ROLE "acme-health.claims.loader" TO "IAMR:acme-etl""#,
        r#"CREATE TABLE "claims"."medical_claims" ("claim_id" varchar(32) NOT NULL, "service_date" date, "paid" decimal(12,2)) DISTSTYLE KEY DISTKEY ("claim_id") COMPOUND SORTKEY ("service_date")"#,
        r#"GRANT SELECT ON TABLE "claims"."medical_claims" TO ROLE "acme-health.claims.analyst""#,
        r#"ALTER DEFAULT PRIVILEGES FOR USER "admin" IN SCHEMA "claims" GRANT SELECT ON TABLES TO ROLE "acme-health.claims.analyst""#,
        r#"GRANT USAGE ON SCHEMA "claims" TO ROLE "acme-health.claims.analyst""#,
    ] {
        assert!(sql.iter().any(|s| s == wanted), "{wanted}\n{sql:#?}");
    }
}

#[test]
fn a_difference_has_a_path_that_says_where() {
    let mut world = made(CLAIMS);
    let wider = CLAIMS.replace("decimal(12,2)", "decimal(14,2)");
    world.damage(0, 0);
    let paths: Vec<String> = world.plan(&declare(&spec(&wider))).drift.into_iter().map(|d| d.path).collect();
    assert_eq!(paths, ["tables.medical_claims.columns.paid.type", "unmanagedGrants.PUBLIC"]);
}

#[test]
fn a_varchar_grows_in_place_and_alone_and_what_cannot_be_is_said() {
    let world = made(CLAIMS);
    let grown = world.plan(&declare(&spec(&CLAIMS.replace("varchar(32)", "varchar(64)"))));
    let [one] = grown.transactions.as_slice() else { panic!("{grown:#?}") };
    assert!(one.alone);
    assert_eq!(
        one.statements[0].to_string(),
        r#"ALTER TABLE "claims"."medical_claims" ALTER COLUMN "claim_id" TYPE varchar(64)"#
    );
    let other = world.plan(&declare(&spec(&CLAIMS.replace("type: date", "type: timestamp"))));
    assert!(other.transactions.is_empty());
    assert_eq!(other.held[0].why, Why::NotInPlace);
    assert!(other.held[0].sentence.contains("from date to timestamp"), "{}", other.held[0].sentence);
}

#[test]
fn a_copied_table_is_uncovered_within_the_transaction_only() {
    let masked = format!(
        "{CLAIMS}masking:\n  - {{name: hide, mask: {{hide: true}}, columns: [{{table: medical_claims, column: paid}}]}}\ncolumnTypeChanges: ShadowTable\n"
    );
    let world = made(&masked);
    let plan = world.plan(&declare(&spec(&masked.replace("type: date", "type: timestamp"))));
    let sql: Vec<String> = plan.transactions[0].statements.iter().map(ToString::to_string).collect();
    let at = |begins: &str| {
        sql.iter().position(|s| s.starts_with(begins)).unwrap_or_else(|| panic!("{begins}: {sql:#?}"))
    };
    assert!(at("LOCK TABLE") < at("DETACH MASKING") && at("DETACH MASKING") < at("INSERT INTO"));
    assert!(at("INSERT INTO") < at("ATTACH MASKING") && at("GRANT") < at("DROP TABLE"), "{sql:#?}");
}

#[test]
fn what_others_made_is_foreign_until_it_is_adopted() {
    let mut world = made(CLAIMS);
    world.ledger =
        world.ledger.into_iter().map(|(kind, name, _)| (kind, name, "another uid".into())).collect();
    let plan = world.plan(&declare(&spec(CLAIMS)));
    assert!(plan.transactions.is_empty());
    assert_eq!(plan.held.iter().map(|held| held.why).collect::<Vec<_>>(), [Why::Foreign]);
    let (_, plan) = world.settle(&declare(&spec(&format!("{CLAIMS}adopt: true\n"))));
    assert!(plan.is_settled());
    // A user may be another's still, and is not dropped for this schema.
    assert!(world.ledger.iter().all(|(kind, _, owner)| kind == "user" || owner == UID));
}

#[test]
fn three_hundred_tables_and_ten_roles_are_read_and_compared_at_once() {
    let line = |n: usize, rest: &str| format!("  - {{name: t{n}, {rest}}}");
    let tables: Vec<String> = (0..300).map(|n| line(n, "columns: [{name: a, type: date}]")).collect();
    let roles: Vec<String> =
        (0..10).map(|n| line(n, "grants: [{object: ALL TABLES, privileges: [SELECT]}]")).collect();
    let text = format!("roles:\n{}\ntables:\n{}\n", roles.join("\n"), tables.join("\n"));
    let world = made(&text);
    assert_eq!(world.grants.len(), 10 * (300 + 2));
    let begun = std::time::Instant::now();
    assert!(world.plan(&declare(&spec(&text))).is_settled());
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn an_answer_that_is_not_known_is_an_error() {
    let declared = declare(&spec(CLAIMS));
    assert!(read("claims", &Answers::new()).is_err());
    let world = made(CLAIMS);
    let whole: BTreeMap<Part, Rows> = world.answers(&declared);
    for (part, column, value) in [
        (Part::Relations, "diststyle", "7"),
        (Part::Columns, "encoding", "zip"),
        (Part::Columns, "position", "first"),
        (Part::Privileges, "privilege_type", "FLY"),
        (Part::Roles, "kind", "guild"),
    ] {
        let mut answers = whole.clone();
        let rows = answers.get_mut(&part).expect("the part is answered");
        let at = rows.columns.iter().position(|c| c == column).expect("the column is answered");
        rows.cells[0][at] = Some(value.into());
        let error = read("claims", &answers).expect_err(value).to_string();
        assert!(error.contains(value) && error.contains(column), "{error}");
        answers.get_mut(&part).expect("the part is answered").columns[at] = "another".into();
        assert!(read("claims", &answers).is_err());
    }
}

#[test]
fn mistakes_are_all_named_with_their_place() {
    let wrong = spec(
        "
roles:
  - {name: a, memberOf: [b]}
  - {name: b, memberOf: [a]}
tables:
  - name: t
    columns: [{name: x, type: jsonb}, {name: y, type: integer, default: nine}, {name: z, type: boolean, encode: az64}]
    sort: [nowhere]
    primaryKey: [y]
rowLevelSecurity:
  - {name: own, column: q, filter: {currentUser: true}, tables: [t]}
",
    );
    let inputs = Inputs { object: "claims", uid: UID, spec: &wrong, prefix: "acme.", owner: ADMIN };
    let violations = Declared::read(&inputs).expect_err("it is wrong");
    let paths: Vec<&str> = violations.iter().map(|v| v.path.as_str()).collect();
    let expected = [
        "spec.tables[0].columns[0].type",
        "spec.tables[0].columns[1].default",
        "spec.tables[0].columns[2].encode",
        "spec.tables[0].sort",
        "spec.tables[0].primaryKey",
        "spec.roles",
        "spec.rowLevelSecurity[0].tables",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn a_table_that_a_policy_looks_up_is_copied_while_the_policy_is_gone() {
    let text = r"
roles: [{name: reader}]
tables:
  - {name: claims, columns: [{name: payer, type: varchar(64)}]}
  - {name: payers, columns: [{name: payer, type: varchar(64)}, {name: who, type: varchar(128)}, {name: since, type: date}]}
rowLevelSecurity:
  - {name: own, column: payer, filter: {lookup: {table: payers, valueColumn: payer, userColumn: who}}, tables: [claims], roles: [reader]}
columnTypeChanges: ShadowTable
";
    let mut world = made(text);
    let before = world.attached_filters.clone();
    assert_eq!(world.lookups.len(), 1);
    world.settle(&declare(&spec(&text.replace("type: date", "type: timestamp"))));
    assert_eq!(world.attached_filters, before);
    assert_eq!(world.lookups.len(), 1);
    assert!(world.lost.is_empty());
}

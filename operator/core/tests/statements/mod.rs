//! Statements of every kind, with names that try to get out of their quotes.

#![allow(clippy::expect_used)] // it is part of tests only

mod database;
#[allow(dead_code)] // the example only prints
pub mod scan;
mod tables;

use std::collections::BTreeSet;

use cloister_core::sql::{
    DataType, DefaultValue, Filter, GrantStatement, Grantee, Ident, LedgerStatement, MaskExpression, Object,
    PolicyStatement, PrincipalStatement, Privilege, Relation, SchemaStatement, Statement, TableStatement,
};
use cloister_crds::schema::Encoding;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tables::{definition, table};

const TYPES: [&str; 19] = [
    "smallint",
    "integer",
    "bigint",
    "decimal(12,2)",
    "real",
    "double precision",
    "boolean",
    "char(3)",
    "varchar(32)",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "varbyte(9)",
    "super",
    "geometry",
    "geography",
    "hllsketch",
];

pub fn ident() -> BoxedStrategy<Ident> {
    let hostile = prop_oneof![
        "zz[a-z_ \"';.\\\\()$é-]{0,20}",
        Just("zz\"; drop table \"x".to_owned()),
        Just("zz' or '1'='1".to_owned()),
        Just("zz--".to_owned()),
        Just("zz/*".to_owned()),
    ];
    hostile.prop_map(|name| Ident::new(name).expect("a name")).boxed()
}

fn relation() -> BoxedStrategy<Relation> {
    (ident(), ident()).prop_map(|(schema, name)| Relation { schema, name }).boxed()
}

fn data_type() -> BoxedStrategy<DataType> {
    select(TYPES.to_vec()).prop_map(|text| DataType::parse(text).expect("a type")).boxed()
}

fn encoding() -> BoxedStrategy<Encoding> {
    select(vec![Encoding::Raw, Encoding::Az64, Encoding::Bytedict, Encoding::Text32k, Encoding::Zstd]).boxed()
}

fn value() -> BoxedStrategy<DefaultValue> {
    prop_oneof![
        "zz['\\\\\";-]{0,8}".prop_map(DefaultValue::Text),
        (-999..999_i32).prop_map(|n| DefaultValue::Number(n.to_string())),
        any::<bool>().prop_map(DefaultValue::Boolean),
        Just(DefaultValue::Now),
        Just(DefaultValue::Today),
    ]
    .boxed()
}

fn grantee() -> BoxedStrategy<Grantee> {
    prop_oneof![
        Just(Grantee::Public),
        ident().prop_map(Grantee::Role),
        ident().prop_map(Grantee::Group),
        ident().prop_map(Grantee::User),
    ]
    .boxed()
}

pub fn any_statement() -> BoxedStrategy<Statement> {
    prop_oneof![
        2 => ledger_and_schema(),
        2 => database::database(),
        3 => principal(),
        4 => grant(),
        2 => definition().prop_map(|table| TableStatement::Create(table).into()),
        4 => table(),
        3 => policy(),
    ]
    .boxed()
}

fn ledger_and_schema() -> BoxedStrategy<Statement> {
    let text = || "zz['\\\\\";-]{0,8}";
    let quota = || prop::option::of(1..999_i64);
    prop_oneof![
        Just(LedgerStatement::CreateSchema.into()),
        Just(LedgerStatement::CreateSchemaOnce.into()),
        Just(LedgerStatement::CreateTable.into()),
        (text(), text(), text()).prop_map(|(schema, name, owner)| LedgerStatement::Record {
            schema,
            kind: "table",
            name,
            owner
        }
        .into()),
        (text(), text())
            .prop_map(|(schema, name)| LedgerStatement::Forget { schema, kind: "role", name }.into()),
        (ident(), ident(), quota()).prop_map(|(schema, owner, quota_gib)| SchemaStatement::Create {
            schema,
            owner,
            quota_gib
        }
        .into()),
        (ident(), ident()).prop_map(|(schema, owner)| SchemaStatement::Owner { schema, owner }.into()),
        (ident(), quota()).prop_map(|(schema, gib)| SchemaStatement::Quota { schema, gib }.into()),
        ident().prop_map(|schema| SchemaStatement::Drop { schema }.into()),
    ]
    .boxed()
}

fn principal() -> BoxedStrategy<Statement> {
    let holder = || prop_oneof![ident().prop_map(Grantee::Role), ident().prop_map(Grantee::User)];
    let all = (ident(), ident(), holder(), 0..11_usize).prop_map(|(one, user, to, which)| match which {
        0 => PrincipalStatement::CreateRole { role: one },
        1 => PrincipalStatement::DropRole { role: one },
        2 => PrincipalStatement::GrantRole { role: one, to },
        3 => PrincipalStatement::RevokeRole { role: one, from: to },
        4 => PrincipalStatement::CreateGroup { group: one },
        5 => PrincipalStatement::DropGroup { group: one },
        6 => PrincipalStatement::AddToGroup { group: one, user },
        7 => PrincipalStatement::DropFromGroup { group: one, user },
        8 => PrincipalStatement::CreateUser { user },
        9 => PrincipalStatement::DemoteUser { user },
        _ => PrincipalStatement::DropUser { user },
    });
    all.prop_map(Statement::from).boxed()
}

fn grant() -> BoxedStrategy<Statement> {
    use Privilege as P;
    let on_tables =
        || subsequence(vec![P::Select, P::Insert, P::Update, P::Delete, P::Drop, P::References], 1..4);
    let set = |privileges: Vec<Privilege>| privileges.into_iter().collect::<BTreeSet<_>>();
    let on = prop_oneof![
        (ident(), subsequence(vec![P::Usage, P::Create], 1..=2))
            .prop_map(move |(schema, p)| (Object::Schema(schema), set(p))),
        (prop::collection::btree_set(relation(), 1..4), on_tables())
            .prop_map(move |(tables, p)| (Object::Tables(tables), set(p))),
        (
            relation(),
            prop::collection::btree_set(ident(), 1..4),
            subsequence(vec![P::Select, P::Update], 1..=2)
        )
            .prop_map(move |(table, columns, p)| (Object::Columns { table, columns }, set(p))),
        (ident(), on_tables()).prop_map(move |(schema, p)| (Object::EveryTableOf(schema), set(p))),
        ident().prop_map(move |schema| (Object::EveryFunctionOf(schema), set(vec![P::Execute]))),
        (ident(), ident(), on_tables())
            .prop_map(move |(schema, owner, p)| (Object::TablesToCome { schema, owner }, set(p))),
    ];
    (any::<bool>(), on, prop::collection::btree_set(grantee(), 1..3))
        .prop_map(|(give, (on, privileges), who)| GrantStatement { give, privileges, on, who }.into())
        .boxed()
}

fn policy() -> BoxedStrategy<Statement> {
    let filter = prop_oneof![
        prop::collection::vec(value(), 1..4).prop_map(Filter::Values),
        Just(Filter::CurrentUser),
        (relation(), ident(), ident()).prop_map(|(table, value, user)| Filter::Lookup { table, value, user }),
    ];
    let mask = prop_oneof![
        Just(MaskExpression::Hide),
        Just(MaskExpression::Hash),
        "zz['\\\\\";-]{0,8}".prop_map(MaskExpression::Text),
        (1..9_u32).prop_map(MaskExpression::KeepLast),
    ];
    let to =
        prop_oneof![Just(Grantee::Public), ident().prop_map(Grantee::Role), ident().prop_map(Grantee::User)];
    let parts = (ident(), relation(), ident(), to, 0..100_i64, data_type());
    (parts, filter, mask, 0..8_usize)
        .prop_map(|((policy, table, column, to, priority, of), filter, mask, which)| {
            Statement::from(match which {
                0 => PolicyStatement::CreateFilter { policy, column, of, filter },
                1 => PolicyStatement::AttachFilter { policy, table, to },
                2 => PolicyStatement::DetachFilter { policy, table, from: to },
                3 => PolicyStatement::DropFilter { policy },
                4 => PolicyStatement::CreateMask { policy, of, mask },
                5 => PolicyStatement::AttachMask { policy, table, column, to, priority },
                6 => PolicyStatement::DetachMask { policy, table, column, from: to },
                _ => PolicyStatement::DropMask { policy },
            })
        })
        .boxed()
}

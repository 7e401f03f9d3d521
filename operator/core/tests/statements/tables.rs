use cloister_core::sql::{
    ColumnDefinition, Distribution, Ident, Sort, Statement, TableChange, TableDefinition, TableStatement,
};
use proptest::prelude::*;

use super::{data_type, encoding, ident, relation, value};

pub(super) fn column() -> BoxedStrategy<ColumnDefinition> {
    (ident(), data_type(), any::<bool>(), prop::option::of(encoding()), prop::option::of(value()))
        .prop_map(|(name, data_type, nullable, encode, default)| ColumnDefinition {
            name,
            data_type,
            nullable,
            encode,
            default,
        })
        .boxed()
}

pub(super) fn distribution() -> BoxedStrategy<Distribution> {
    prop_oneof![
        Just(Distribution::Auto),
        Just(Distribution::Even),
        Just(Distribution::All),
        ident().prop_map(Distribution::Key),
    ]
    .boxed()
}

pub(super) fn names() -> BoxedStrategy<Vec<Ident>> {
    prop::collection::vec(ident(), 1..4).boxed()
}

pub(super) fn definition() -> BoxedStrategy<TableDefinition> {
    let sort = prop::option::of((any::<bool>(), names()));
    let columns = prop::collection::vec(column(), 1..5);
    (relation(), columns, distribution(), sort, prop::option::of((ident(), names())))
        .prop_map(|(table, columns, distribution, sort, primary_key)| {
            let sort = sort.map(|(interleaved, columns)| Sort { interleaved, columns });
            TableDefinition { table, columns, distribution, sort, primary_key }
        })
        .boxed()
}

pub(super) fn table() -> BoxedStrategy<Statement> {
    let change = prop_oneof![
        ident().prop_map(TableChange::Owner),
        ident().prop_map(TableChange::RenameTo),
        column().prop_map(TableChange::AddColumn),
        ident().prop_map(TableChange::DropColumn),
        (ident(), 1..65535_u32).prop_map(|(column, length)| TableChange::ColumnType { column, length }),
        (ident(), encoding()).prop_map(|(column, encode)| TableChange::ColumnEncoding { column, encode }),
        distribution().prop_map(TableChange::Distribution),
        names().prop_map(TableChange::SortKey),
        Just(TableChange::NoSortKey),
        (ident(), names()).prop_map(|(name, columns)| TableChange::AddPrimaryKey { name, columns }),
        ident().prop_map(TableChange::DropConstraint),
        any::<bool>().prop_map(TableChange::RowLevelSecurity),
    ];
    let copied = prop::collection::vec((ident(), prop::option::of(data_type())), 1..4);
    prop_oneof![
        6 => (relation(), change).prop_map(|(table, change)| TableStatement::Alter { table, change }.into()),
        1 => relation().prop_map(|table| TableStatement::Lock { table }.into()),
        1 => relation().prop_map(|table| TableStatement::Drop { table }.into()),
        2 => (relation(), relation(), copied).prop_map(|(from, into, columns)| TableStatement::CopyRows { from, into, columns }.into()),
    ].boxed()
}

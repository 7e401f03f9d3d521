//! What cannot be undone passes only as the manifest allows.

use std::collections::BTreeMap;

use cloister_crds::schema::DestructiveChanges;

use super::draft::Draft;
use super::{SchemaPlan, Transaction, Why};
use crate::name::digits;
use crate::plan::Safety;

pub(super) fn pass(mut draft: Draft<'_>) -> SchemaPlan {
    let (declared, mut transactions) = (draft.declared, std::mem::take(&mut draft.transactions));
    if declared.leaving {
        // Without its roles the data would still be there, but of use to nobody: all of it or nothing.
        for transaction in &mut transactions {
            transaction.safety = Safety::Destructive;
        }
    }
    let (mut destructive, mut allowed): (Vec<Transaction>, Vec<Transaction>) = (Vec::new(), Vec::new());
    let all = transactions.iter().filter(|t| t.safety == Safety::Destructive);
    let sql: Vec<String> = all.flat_map(|t| t.statements.iter().map(ToString::to_string)).collect();
    let hash = (!sql.is_empty()).then(|| digits(&sql.join(";\n"), 16));
    let open = match declared.destructive {
        DestructiveChanges::Allow => true,
        DestructiveChanges::Deny => false,
        DestructiveChanges::RequireApproval => declared.approved.is_some() && declared.approved == hash,
    };
    for transaction in transactions {
        if open || transaction.safety < Safety::Destructive {
            allowed.push(transaction);
        } else {
            destructive.push(transaction);
        }
    }
    for transaction in &destructive {
        let (why, remedy) = match (declared.destructive, &hash) {
            (DestructiveChanges::RequireApproval, Some(hash)) => {
                (Why::Unapproved, format!("set approvedPlan to \"{hash}\" to approve it"))
            }
            _ => (Why::Denied, "set destructiveChanges to RequireApproval or Allow".to_owned()),
        };
        let about = transaction.about.iter().next().cloned().unwrap_or_default();
        draft.hold(about, why, format!("{} would lose data and is not done: {remedy}", transaction.title));
    }
    wait_for_held(&mut allowed, &destructive, &mut draft);
    SchemaPlan { drift: Vec::new(), transactions: allowed, held: draft.held, hash, destructive: sql }
}

/// What counts on a change that is held back is held back too, and what counts on that.
fn wait_for_held(allowed: &mut Vec<Transaction>, destructive: &[Transaction], draft: &mut Draft<'_>) {
    let mut blockers: BTreeMap<String, String> = BTreeMap::new();
    for transaction in destructive {
        blockers.extend(transaction.about.iter().map(|about| (about.clone(), transaction.title.clone())));
    }
    // Needs point back in the order, so one walk finds all.
    allowed.retain(|transaction| {
        let Some(blocker) = transaction.needs.iter().find_map(|need| blockers.get(need)).cloned() else {
            return true;
        };
        let about = transaction.about.iter().next().cloned().unwrap_or_default();
        draft.hold(about, Why::Waiting, format!("{} waits for: {blocker}", transaction.title));
        blockers.extend(transaction.about.iter().map(|about| (about.clone(), blocker.clone())));
        false
    });
}

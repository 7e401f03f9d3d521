//! Any name and any text survive being written: an independent reader of SQL gets them back.

#[path = "statements/mod.rs"]
mod statements;

use cloister_core::sql::{Ident, LedgerStatement, PrincipalStatement, Statement};
use proptest::prelude::*;
use statements::any_statement;
use statements::scan::{Token, is_quoted, scan};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_name_comes_back(name in any::<String>()) {
        let Ok(ident) = Ident::new(name.clone()) else { return Ok(()) };
        let sql = Statement::from(PrincipalStatement::CreateRole { role: ident }).to_string();
        let words = ["CREATE", "ROLE"].map(|w| Token::Word(w.into()));
        let [create, role] = words;
        prop_assert_eq!(scan(&sql), vec![create, role, Token::Name(name)]);
    }

    #[test]
    fn a_hostile_name_comes_back(name in "[\"'\\\\;, a-z\u{e9}\u{1f600}-]{1,40}") {
        let sql = Statement::from(PrincipalStatement::DropUser { user: Ident::new(name.clone()).unwrap() }).to_string();
        prop_assert_eq!(scan(&sql).pop(), Some(Token::Name(name)));
    }

    #[test]
    fn a_text_comes_back(text in any::<String>(), other in "['\\\\\"]{0,9}") {
        let forget = LedgerStatement::Forget { schema: text.clone(), kind: "table", name: other.clone() };
        let texts: Vec<Token> = scan(&Statement::from(forget).to_string()).into_iter().filter(|t| matches!(t, Token::Text(_))).collect();
        prop_assert_eq!(texts, vec![Token::Text(text), Token::Text("table".into()), Token::Text(other)]);
    }

    #[test]
    fn nothing_of_any_statement_is_outside_of_quotes_but_fixed_words(statement in any_statement()) {
        for token in scan(&statement.to_string()) {
            prop_assert!(is_quoted(&token), "{statement}: {token:?}");
        }
    }
}

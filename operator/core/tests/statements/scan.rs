//! An independent reader of SQL, as far as quoting goes.

#![allow(clippy::panic)] // it is part of tests only

#[derive(Debug, PartialEq)]
pub enum Token {
    Name(String),
    Text(String),
    Word(String),
    Mark(char),
}

/// Reads Redshift's tokens: delimited identifiers, string literals with both kinds of escape, words, marks.
pub fn scan(sql: &str) -> Vec<Token> {
    let mut rest = sql.chars().peekable();
    let mut found = Vec::new();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' => {
                let mut inside = String::new();
                loop {
                    match rest.next() {
                        None => panic!("{sql:?} does not end"),
                        Some('\\') if c == '\'' => inside.extend(rest.next()),
                        Some(end) if end == c => {
                            if rest.peek() != Some(&c) {
                                break;
                            }
                            inside.extend(rest.next());
                        }
                        Some(other) => inside.push(other),
                    }
                }
                found.push(if c == '"' { Token::Name(inside) } else { Token::Text(inside) });
            }
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                found.push(Token::Word(word));
            }
            c if c.is_whitespace() => {}
            c => found.push(Token::Mark(c)),
        }
    }
    found
}

/// Whether all that a statement takes from a manifest is within quotes: names in these tests hold `zz`, fixed words
/// never do.
pub fn is_quoted(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.is_ascii() && !word.contains("zz"),
        Token::Mark(mark) => "(),.=>-*|".contains(*mark),
        Token::Name(_) | Token::Text(_) => true,
    }
}

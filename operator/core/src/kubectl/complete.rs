//! What may come next on the command line.

use super::target::Kind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These, as they are. `open` ones go on after them.
    Words { words: Vec<String>, open: bool },
    /// Names of objects, each after a prefix such as `ep/`.
    Names { kind: Kind, prefix: String, namespace: Option<String> },
}

/// `words` are those after `kubectl cloister`, the last of them not finished.
#[must_use]
pub fn complete(words: &[String], verbs: &[&str]) -> Wanted {
    let nothing = Wanted::Words { words: Vec::new(), open: false };
    let Some((last, before)) = words.split_last() else { return nothing };
    let Some((verb, options)) = before.split_first() else {
        let words = verbs.iter().filter(|verb| verb.starts_with(last.as_str())).map(|&verb| verb.to_owned());
        return Wanted::Words { words: words.collect(), open: false };
    };
    if last.starts_with('-') || options.last().is_some_and(|option| option.starts_with('-')) {
        return nothing;
    }
    let namespace = namespace(options);
    let names = |kind: Kind, prefix: &str| Wanted::Names {
        kind,
        prefix: prefix.to_owned(),
        namespace: namespace.clone(),
    };
    match verb.as_str() {
        "why" | "pause" | "resume" => {
            let Some((kind, _)) = last.split_once('/') else { return kinds(last) };
            Kind::read(kind).map_or(nothing, |found| names(found, &format!("{kind}/")))
        }
        "run" | "retry" => names(Kind::EtlPipeline, ""),
        "approve" => names(Kind::RedshiftSchema, ""),
        "drift" | "evidence" | "drill" | "karpenter" => names(Kind::ClientTenant, ""),
        _ => nothing,
    }
}

fn kinds(begun: &str) -> Wanted {
    let all = Kind::ALL.map(|kind| format!("{}/", kind.name().to_lowercase()));
    Wanted::Words { words: all.into_iter().filter(|kind| kind.starts_with(begun)).collect(), open: true }
}

fn namespace(options: &[String]) -> Option<String> {
    let after =
        options.windows(2).find(|pair| matches!(pair[0].as_str(), "-n" | "--namespace")).map(|pair| &pair[1]);
    let joined = options.iter().find_map(|option| option.strip_prefix("--namespace="));
    after.map(String::as_str).or(joined).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Wanted, complete};

    fn after(line: &str) -> Wanted {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        complete(&words, &["why", "drift", "drill"])
    }

    fn words(words: &[&str], open: bool) -> Wanted {
        Wanted::Words { words: words.iter().map(|&word| word.to_owned()).collect(), open }
    }

    #[test]
    fn verbs_then_kinds_then_names() {
        assert_eq!(after("dri"), words(&["drift", "drill"], false));
        assert_eq!(after("why e"), words(&["environment/", "etlpipeline/"], true));
        let names = |kind, prefix: &str, namespace: Option<&str>| Wanted::Names {
            kind,
            prefix: prefix.to_owned(),
            namespace: namespace.map(str::to_owned),
        };
        assert_eq!(after("why -n acme ep/l"), names(Kind::EtlPipeline, "ep/", Some("acme")));
        assert_eq!(after("run l"), names(Kind::EtlPipeline, "", None));
        assert_eq!(after("drift "), names(Kind::ClientTenant, "", None));
        assert_eq!(after("why -n "), words(&[], false));
    }
}

//! One upload takes 20,000 files and a completion of 8 MiB; what is more goes into several.

use super::Planned;

pub const MOST_FILES: usize = 20_000;
const MOST_BYTES: usize = 7 << 20;
/// What a file's entry in the completion takes beside its path: size, checksum, version, and their names.
const ENTRY_BYTES: usize = 200;

pub fn batches(files: Vec<Planned>) -> Vec<Vec<Planned>> {
    let mut all = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = 0;
    for file in files {
        // JSON escapes a quotation mark, a backslash; nothing of what a name may hold becomes more than two bytes.
        let more = ENTRY_BYTES + 2 * file.path.len();
        if !batch.is_empty() && (batch.len() == MOST_FILES || bytes + more > MOST_BYTES) {
            all.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += more;
        batch.push(file);
    }
    if !batch.is_empty() {
        all.push(batch);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(count: usize, name: usize) -> Vec<Planned> {
        let file = |n: usize| Planned {
            path: format!("{n:0name$}"),
            source: "/x".into(),
            size: 1,
            mtime: crate::plan::Mtime::default(),
        };
        (0..count).map(file).collect()
    }

    #[test]
    fn what_fits_is_one_upload() {
        assert_eq!(batches(files(MOST_FILES, 20)).len(), 1);
        assert!(batches(Vec::new()).is_empty());
    }

    #[test]
    fn too_many_files_or_too_long_names_are_several() {
        let sizes = |files| batches(files).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(files(MOST_FILES + 1, 20)), [MOST_FILES, 1]);
        assert!(sizes(files(MOST_FILES, 900)).len() > 1);
    }
}

use std::io::Write as _;

use super::Complaint;

pub fn run() -> Result<(), Complaint> {
    let mut out = std::io::stdout().lock();
    for definition in cloister_crds::definitions() {
        writeln!(out, "---")?;
        write!(out, "{}", serde_saphyr::to_string(&definition)?)?;
    }
    Ok(())
}

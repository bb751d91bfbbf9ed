//! `gateway check`: all faults at once.

use super::Context;
use crate::house;
use crate::print;

/// Runs the command.
pub fn run(context: &Context) -> u8 {
    let mut faults = Vec::new();
    match house::texts(&context.house) {
        Ok(texts) => {
            let (rules, enabled) = (
                texts.rulebook.rules().len(),
                texts.rulebook.rules().iter().filter(|r| r.enabled).count(),
            );
            print::line(&format!("rulebook   {rules} rules, {enabled} enabled"));
            print::line(&format!(
                "calendar   {} to {}",
                texts.calendar.first_year(),
                texts.calendar.last_year()
            ));
            print::line(&format!("areas      {}", texts.areas.list().len()));
        }
        Err(fault) => faults.push(fault.sentence),
    }
    match house::library(&context.house) {
        Ok(library) => print::line(&format!("templates  {} versions", library.versions().len())),
        Err(fault) => faults.push(fault.sentence),
    }
    for fault in &faults {
        print::line(fault);
    }
    u8::from(!faults.is_empty())
}

//! The pages, one file for each piece of a working day.

mod accounts;
mod acting;
mod cases;

mod breaches;
mod entrance;
mod files;
mod log;
mod own_account;
mod passkeys;
mod search;
mod team;
mod team_acts;
mod victim;
mod work;

use crate::route::Route;

pub(crate) fn table() -> Vec<Route> {
    [
        accounts::routes(),
        acting::routes(),
        cases::routes(),
        breaches::routes(),
        entrance::routes(),
        files::routes(),
        log::routes(),
        own_account::routes(),
        passkeys::routes(),
        search::routes(),
        team::routes(),
        team_acts::routes(),
        victim::routes(),
        work::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

//! The pages, one file for each piece of a working day.

mod accounts;
mod acting;
mod entrance;
mod files;
mod own_account;
mod passkeys;
mod recovery;
mod ways_in;

mod cases;
mod search;
mod team;
mod team_acts;
mod victim;
mod work;

use crate::route::Route;

pub(crate) fn table() -> Vec<Route> {
    [
        acting::routes(),
        accounts::routes(),
        entrance::routes(),
        files::routes(),
        own_account::routes(),
        passkeys::routes(),
        recovery::routes(),
        ways_in::routes(),
        work::routes(),
        search::routes(),
        cases::routes(),
        victim::routes(),
        team::routes(),
        team_acts::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

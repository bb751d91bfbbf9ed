//! The pages, one file for each piece of a working day.

mod cases;
mod entrance;
mod files;
mod own_account;
mod team;
mod team_acts;
mod victim;
mod work;

use crate::route::Route;

pub(crate) fn table() -> Vec<Route> {
    [
        entrance::routes(),
        files::routes(),
        own_account::routes(),
        work::routes(),
        cases::routes(),
        victim::routes(),
        team::routes(),
        team_acts::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

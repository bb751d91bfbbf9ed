//! The pages, one file for each piece of a working day.

mod breaches;
mod entrance;
mod files;
mod log;
mod own_account;

use crate::route::Route;

pub(crate) fn table() -> Vec<Route> {
    [
        breaches::routes(),
        entrance::routes(),
        files::routes(),
        own_account::routes(),
        log::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

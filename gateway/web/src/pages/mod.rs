//! The pages, one file for each piece of a working day.

mod acting;
mod entrance;
mod files;
mod own_account;

use crate::route::Route;

pub(crate) fn table() -> Vec<Route> {
    [
        acting::routes(),
        entrance::routes(),
        files::routes(),
        own_account::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

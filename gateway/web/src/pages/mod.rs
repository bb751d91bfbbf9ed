//! The pages, one file for each piece of a working day.

mod about;
mod accounts;
pub(crate) mod acting;
mod adviser;
mod adviser_access;
mod breaches;
mod cases;
mod entrance;
mod files;
mod house;
mod kept_words;
mod log;
mod notices;
mod own_account;
mod passkeys;
mod recovery;
mod scrutiny;
mod search;
mod single_sign_on;
mod team;
mod team_acts;
mod victim;
mod ways_in;
mod work;

use crate::route::Route;

pub(crate) fn table() -> Vec<Route> {
    [
        about::routes(),
        accounts::routes(),
        acting::routes(),
        adviser::routes(),
        adviser_access::routes(),
        breaches::routes(),
        cases::routes(),
        entrance::routes(),
        files::routes(),
        house::routes(),
        kept_words::routes(),
        log::routes(),
        notices::routes(),
        own_account::routes(),
        passkeys::routes(),
        recovery::routes(),
        scrutiny::routes(),
        search::routes(),
        single_sign_on::routes(),
        team::routes(),
        team_acts::routes(),
        victim::routes(),
        ways_in::routes(),
        work::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

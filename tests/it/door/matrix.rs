//! Every route of the table with every role, made from the table and not by hand.

use axum::http::{Method, Request, StatusCode, header};
use domain::account::Role;
use harness::bytes::contents;
use harness::on_both;
use harness::web::ORIGIN;
use web::route::Access;

use super::{CANARIES, Doorway, Who};

/// Nouns whose objects belong to a case, so that they are somebody's.
const OBJECTS: [&str; 8] = [
    "cases",
    "victims",
    "obligations",
    "drafts",
    "messages",
    "mailbox",
    "scrutiny",
    "notices",
];

/// Whether a route is about one object of a case.
pub(super) fn is_about_an_object(path: &str) -> bool {
    let noun = path.split('/').nth(1).unwrap_or_default();
    path.contains("{id}") && OBJECTS.contains(&noun)
}

on_both!(
    async fn a_role_gets_its_routes_and_nobody_elses_objects(database: Database) {
        let doorway = Doorway::new(&database).await;
        let mut tried = 0;
        for role in Role::ALL {
            let who = doorway.somebody(role, "wessex").await;
            let before = contents(&database, &["log_entries", "log_head", "sessions"]).await;
            for route in web::table() {
                if route.path == "/sign-out" || route.path.starts_with("/account/sessions") {
                    continue;
                }
                let (status, body) = doorway.ask(&who, &route.method, &doorway.path(route.path)).await;
                let what = format!("{} {} as {}: {status}", route.method, route.path, role.as_str());
                for canary in CANARIES {
                    assert!(!body.contains(canary), "{what} shows somebody else's victim");
                }
                assert!(!status.is_server_error(), "{what}: {body}");
                match route.access {
                    Access::Roles(roles) if !roles.contains(&role) => {
                        assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
                    }
                    Access::Scope(_) => assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}"),
                    // A form without the version that its page showed is told that the page is too old.
                    _ if !is_about_an_object(route.path) => assert!(
                        status != StatusCode::FORBIDDEN || body.contains("open for too long"),
                        "{what}"
                    ),
                    _ if route.method == Method::GET => assert_eq!(status, StatusCode::NOT_FOUND, "{what}"),
                    // An empty form may be refused before anything is looked up.
                    _ => assert!(
                        matches!(status, StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY),
                        "{what}"
                    ),
                }
                tried += 1;
            }
            let after = contents(&database, &["log_entries", "log_head", "sessions"]).await;
            for (column, values) in before {
                // Challenges that were given, tries that were counted, and what an administrator does to the account of
                // the test, which is theirs to do.
                let theirs = ["ceremonies.", "sign_in_tries.", "accounts.", "invitations."];
                if !theirs.iter().any(|table| column.starts_with(table)) {
                    assert!(
                        after.get(&column) == Some(&values),
                        "{} changed {column}",
                        role.as_str()
                    );
                }
            }
        }
        assert!(tried > 8 * 40, "{tried} requests");
    }
);

on_both!(
    async fn nobody_signed_in_gets_nothing_but_the_way_in(database: Database) {
        let doorway = Doorway::new(&database).await;
        for route in web::table() {
            if matches!(route.access, Access::File | Access::Open) {
                continue;
            }
            let request = Request::builder()
                .method(&route.method)
                .uri(doorway.path(route.path));
            let (status, body) = doorway.send(request, String::new()).await;
            let what = format!("{} {}: {status}", route.method, route.path);
            match route.access {
                Access::Scope(_) => assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}"),
                _ => assert_eq!(status, StatusCode::SEE_OTHER, "{what}"),
            }
            assert!(CANARIES.iter().all(|canary| !body.contains(canary)), "{what}");
        }
    }
);

on_both!(
    async fn a_form_that_is_not_our_own_reaches_no_handler(database: Database) {
        let doorway = Doorway::new(&database).await;
        let other = doorway.somebody(Role::Auditor, "wessex").await;
        for role in Role::ALL {
            let who = doorway.somebody(role, "north-east").await;
            let before = contents(&database, &["sessions"]).await;
            for route in web::table() {
                let mine = match route.access {
                    Access::File | Access::Open | Access::SignedIn => true,
                    Access::Roles(roles) => roles.contains(&role),
                    Access::Scope(_) => false,
                };
                if route.method == Method::GET || !mine {
                    continue;
                }
                let path = doorway.path(route.path);
                for forged in FORGED {
                    let status = forge(&doorway, &who, &other, &path, forged).await;
                    let what = format!("{} {} as {}, {forged:?}", route.method, route.path, role.as_str());
                    assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
                }
            }
            let after = contents(&database, &["sessions"]).await;
            assert!(
                before == after,
                "a forged form changed something as {}",
                role.as_str()
            );
        }
    }
);

on_both!(
    async fn a_file_is_the_same_for_everybody_and_leaves_no_cookie(database: Database) {
        let doorway = Doorway::new(&database).await;
        let mut tried = 0;
        for route in web::table() {
            if route.access != Access::File {
                continue;
            }
            let request = Request::get(doorway.path(route.path))
                .header(header::HOST, ORIGIN.trim_start_matches("https://"))
                .body(axum::body::Body::empty());
            let (_, headers, _) = doorway.door.send(request.expect("a request")).await;
            assert!(
                !headers.contains_key(header::SET_COOKIE),
                "{} may be kept on the way",
                route.path
            );
            tried += 1;
        }
        assert_eq!(tried, 2);
    }
);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forged {
    NoToken,
    SomebodyElsesToken,
    NoOrigin,
    ForeignOrigin,
    NoSite,
    CrossSite,
    SameSite,
}

const FORGED: [Forged; 7] = [
    Forged::NoToken,
    Forged::SomebodyElsesToken,
    Forged::NoOrigin,
    Forged::ForeignOrigin,
    Forged::NoSite,
    Forged::CrossSite,
    Forged::SameSite,
];

async fn forge(doorway: &Doorway, who: &Who, other: &Who, path: &str, forged: Forged) -> StatusCode {
    let mut request = Request::post(path)
        .header(header::COOKIE, &who.cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request = match forged {
        Forged::NoOrigin => request,
        Forged::ForeignOrigin => request.header(header::ORIGIN, "https://gateway.example.test"),
        _ => request.header(header::ORIGIN, ORIGIN),
    };
    request = match forged {
        Forged::NoSite => request,
        Forged::CrossSite => request.header("sec-fetch-site", "cross-site"),
        Forged::SameSite => request.header("sec-fetch-site", "same-site"),
        _ => request.header("sec-fetch-site", "same-origin"),
    };
    let token = match forged {
        Forged::NoToken => String::new(),
        Forged::SomebodyElsesToken => format!("token={}", other.token),
        _ => format!("token={}", who.token),
    };
    doorway.send(request, token).await.0
}

on_both!(
    async fn a_get_changes_nothing_but_the_log_of_readings(database: Database) {
        let doorway = Doorway::new(&database).await;
        for role in Role::ALL {
            let who = doorway.somebody(role, "north-east").await;
            let kept = ["log_entries", "log_head", "sessions"];
            let before = contents(&database, &kept).await;
            for route in web::table() {
                if route.method == Method::GET {
                    let (status, _) = doorway.ask(&who, &Method::GET, &doorway.path(route.path)).await;
                    assert!(
                        !status.is_server_error(),
                        "GET {} as {}",
                        route.path,
                        role.as_str()
                    );
                }
            }
            let after = contents(&database, &kept).await;
            for (column, values) in &before {
                assert!(
                    after.get(column) == Some(values),
                    "a GET as {} changed {column}",
                    role.as_str()
                );
            }
        }
        assert!(!doorway.house.log_bodies().await.is_empty());
    }
);

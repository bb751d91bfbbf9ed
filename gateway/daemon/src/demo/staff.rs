//! The people of the demo.

use domain::area::Areas;
use flows::{Role, Staff};

/// The people of the demo: invented, two officers to an Area, with Ofcom's drama numbers.
pub fn invented(areas: &Areas) -> Vec<Staff> {
    let person = |user: &str, name: &str, phone: String, role| Staff {
        user: user.to_owned(),
        name: name.to_owned(),
        phone,
        roles: vec![role],
        areas: Vec::new(),
    };
    let mut staff = vec![
        person(
            "operator",
            "Demo Operator",
            "01632 960100".to_owned(),
            Role::Administrator,
        ),
        person(
            "ruth.okafor",
            "Ruth Okafor",
            "01632 960101".to_owned(),
            Role::VloManager,
        ),
        person(
            "tom.ellis",
            "Tom Ellis",
            "01632 960102".to_owned(),
            Role::VloManager,
        ),
        person("ines.hart", "Ines Hart", "01632 960104".to_owned(), Role::Auditor),
    ];
    let officers = areas.list().iter().flat_map(|area| [(area, 1), (area, 2)]);
    for (number, (area, nth)) in officers.enumerate() {
        let name = OFFICERS[number % OFFICERS.len()];
        let phone = format!("01632 9602{number:02}");
        staff.push(person(
            &format!("vlo-{}-{nth}", area.code.as_str()),
            name,
            phone,
            Role::Vlo,
        ));
    }
    staff
}

/// Invented names for the demo's officers.
const OFFICERS: [&str; 14] = [
    "Priya Shah",
    "Carys Bevan",
    "Tomos Rees",
    "Amara Cole",
    "Helen Firth",
    "Joel Marsh",
    "Nadia Rahman",
    "Owen Tate",
    "Ines Duarte",
    "Grace Holt",
    "Samir Aziz",
    "Bethan Lloyd",
    "Daniel Frost",
    "Marta Nowak",
];

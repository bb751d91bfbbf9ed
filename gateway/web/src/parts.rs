//! What the component partials of `templates/pages/parts` take. Every field is there, absent ones as null, because the
//! templates are strict.

mod table;

use serde::Serialize;

pub(crate) use table::Table;

use crate::form::{Form, Problems};

/// `parts/input`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) hint: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) width: Option<&'static str>,
    pub(crate) r#type: Option<&'static str>,
    pub(crate) inputmode: Option<&'static str>,
    pub(crate) autocomplete: Option<&'static str>,
    pub(crate) is_heading: bool,
}

impl Input {
    /// With what was typed before, and what is wrong with it.
    pub(crate) fn new(name: &'static str, label: &str, form: &Form, problems: &Problems) -> Self {
        Self {
            name,
            label: label.to_owned(),
            value: form.raw(name).to_owned(),
            problem: problems.at(name).map(str::to_owned),
            ..Self::default()
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, words: &str) -> Self {
        self.hint = Some(words.to_owned());
        self
    }

    #[must_use]
    pub(crate) fn width(mut self, class: &'static str) -> Self {
        self.width = Some(class);
        self
    }
}

/// `parts/textarea`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Textarea {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) hint: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) rows: Option<u8>,
    pub(crate) characters_max: Option<u32>,
}

/// One choice of `parts/radios`, `parts/checkboxes` and `parts/select`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) checked: bool,
}

/// `parts/radios`, `parts/checkboxes` and (with `legend` as `label`) `parts/select`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) legend: String,
    pub(crate) label: String,
    pub(crate) items: Vec<Item>,
    pub(crate) hint: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) small: bool,
    pub(crate) inline: bool,
    pub(crate) is_heading: bool,
}

impl Choice {
    /// Choices as (value, label), with what was chosen before.
    pub(crate) fn new<'o>(
        name: &'static str,
        legend: &str,
        options: impl IntoIterator<Item = (&'o str, &'o str)>,
        form: &Form,
        problems: &Problems,
    ) -> Self {
        let chosen = form.values(name).collect::<Vec<_>>();
        let items = options.into_iter().enumerate().map(|(at, (value, label))| Item {
            // An error in the summary links to the first choice.
            id: if at == 0 {
                name.to_owned()
            } else {
                format!("{name}-{}", at + 1)
            },
            value: value.to_owned(),
            label: label.to_owned(),
            hint: None,
            checked: chosen.contains(&value),
        });
        Self {
            name,
            legend: legend.to_owned(),
            label: legend.to_owned(),
            items: items.collect(),
            problem: problems.at(name).map(str::to_owned),
            ..Self::default()
        }
    }
}

/// `parts/date-input`; its fields are `name`, `name-month` and `name-year`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct DateInput {
    pub(crate) name: &'static str,
    pub(crate) legend: String,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) year: String,
    pub(crate) hint: Option<String>,
    pub(crate) problem: Option<String>,
}

impl DateInput {
    /// With what was typed before, and what is wrong with it.
    pub(crate) fn new(name: &'static str, legend: &str, form: &Form, problems: &Problems) -> Self {
        Self {
            name,
            legend: legend.to_owned(),
            day: form.raw(name).to_owned(),
            month: form.raw(&format!("{name}-month")).to_owned(),
            year: form.raw(&format!("{name}-year")).to_owned(),
            hint: None,
            problem: problems.at(name).map(str::to_owned),
        }
    }
}

/// `parts/time-input`; its fields are `name` and `name-minutes`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct TimeInput {
    pub(crate) name: &'static str,
    pub(crate) legend: String,
    pub(crate) hour: String,
    pub(crate) minutes: String,
    pub(crate) hint: Option<String>,
    pub(crate) problem: Option<String>,
}

impl TimeInput {
    /// With what was typed before, and what is wrong with it.
    pub(crate) fn new(name: &'static str, legend: &str, form: &Form, problems: &Problems) -> Self {
        Self {
            name,
            legend: legend.to_owned(),
            hour: form.raw(name).to_owned(),
            minutes: form.raw(&format!("{name}-minutes")).to_owned(),
            hint: None,
            problem: problems.at(name).map(str::to_owned),
        }
    }
}

/// One row of `parts/summary-list`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct SummaryRow {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) lines: Vec<String>,
    pub(crate) action_href: Option<String>,
    pub(crate) action_text: Option<&'static str>,
}

/// `parts/summary-list`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct SummaryList {
    pub(crate) rows: Vec<SummaryRow>,
}

impl SummaryList {
    /// Adds a row.
    #[must_use]
    pub(crate) fn row(mut self, key: &str, value: impl Into<String>) -> Self {
        self.rows.push(SummaryRow {
            key: key.to_owned(),
            value: value.into(),
            ..SummaryRow::default()
        });
        self
    }
}

/// `parts/tag`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Tag {
    pub(crate) text: String,
    pub(crate) colour: Option<&'static str>,
}

/// One tile of `parts/tiles`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Tile {
    pub(crate) href: String,
    pub(crate) count: i64,
    pub(crate) text: &'static str,
    pub(crate) urgent: bool,
    pub(crate) current: bool,
}

/// `parts/tiles`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Tiles {
    pub(crate) items: Vec<Tile>,
}

/// One item of `parts/timeline`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct TimelineItem {
    pub(crate) title: String,
    pub(crate) by: Option<String>,
    pub(crate) at: String,
    pub(crate) lines: Vec<String>,
    pub(crate) href: Option<String>,
    pub(crate) link_text: Option<&'static str>,
}

/// `parts/timeline`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Timeline {
    pub(crate) items: Vec<TimelineItem>,
}

/// `parts/pagination`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Pagination {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use render::pages::Pages;
    use serde_json::{Value, json};

    use super::*;

    fn html(part: &str, data: impl Serialize) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/pages");
        let pages = Pages::load(&folder).expect("the pages");
        pages.render(part, &data).expect(part)
    }

    fn wrong() -> (Form, Problems) {
        let mut problems = Problems::default();
        problems.add("reason", "Select a <reason>");
        (Form::default(), problems)
    }

    #[test]
    fn a_field_with_a_problem_says_it_at_the_field_and_is_tied_to_it() {
        let (form, problems) = wrong();
        let input = Input::new("reason", "Reason", &form, &problems)
            .hint("Short")
            .width("govuk-input--width-10");
        let html_of_input = html("parts/input", &input);
        assert!(
            html_of_input.contains("Select a &lt;reason&gt;"),
            "{html_of_input}"
        );
        assert!(
            html_of_input.contains(r#"aria-describedby="reason-hint reason-error""#),
            "{html_of_input}"
        );
        let radios = Choice::new("reason", "Reason", [("a", "A"), ("b", "B")], &form, &problems);
        for part in ["parts/radios", "parts/checkboxes", "parts/select"] {
            let html = html(part, &radios);
            assert!(
                html.contains(r#"id="reason-error""#) && html.contains(r#"aria-describedby="reason-error""#),
                "{html}"
            );
        }
        assert!(
            html(
                "parts/date-input",
                DateInput::new("reason", "When", &form, &problems)
            )
            .contains("reason-year")
        );
        assert!(
            html(
                "parts/time-input",
                TimeInput::new("reason", "When", &form, &problems)
            )
            .contains("reason-minutes")
        );
    }

    #[test]
    fn several_lines_are_described_by_limit_hint_and_problem_as_far_as_there_are_any() {
        let described = |hint: Option<&str>, problem: Option<&str>, characters_max| {
            let html = html(
                "parts/textarea",
                Textarea {
                    name: "words",
                    hint: hint.map(str::to_owned),
                    problem: problem.map(str::to_owned),
                    characters_max,
                    ..Textarea::default()
                },
            );
            let by = html.split_once("aria-describedby=\"").map(|(_, rest)| rest);
            by.and_then(|rest| rest.split_once('"'))
                .map(|(ids, _)| ids.to_owned())
        };
        assert_eq!(described(None, None, None), None);
        assert_eq!(
            described(Some("H"), Some("P"), None).as_deref(),
            Some("words-hint words-error")
        );
        assert_eq!(described(None, None, Some(50)).as_deref(), Some("words-info"));
        assert_eq!(
            described(Some("H"), Some("P"), Some(50)).as_deref(),
            Some("words-info words-hint words-error")
        );
    }

    #[test]
    fn every_other_part_takes_what_is_declared_here() {
        html("parts/summary-list", SummaryList::default().row("Name", "Value"));
        html(
            "parts/tag",
            Tag {
                text: "Late".to_owned(),
                colour: Some("govuk-tag--red"),
            },
        );
        let table = Table::new("Rules", &["Rule", "Duty"])
            .row("R6-05", vec![vec!["One".to_owned(), "two".to_owned()]])
            .tagged("In use", Some("govuk-tag--green"));
        let table = html("parts/table", table);
        assert!(
            table.contains(r#"data-label="Duty""#)
                && table.contains("One<br>two")
                && table.contains("In use"),
            "{table}"
        );
        let item = TimelineItem {
            title: "Sent".to_owned(),
            href: Some("/log/1".to_owned()),
            link_text: Some("Proof"),
            ..TimelineItem::default()
        };
        assert!(html("parts/timeline", Timeline { items: vec![item] }).contains("/log/1"));
        let tile = Tile {
            href: "/work".to_owned(),
            count: 3,
            text: "overdue",
            urgent: true,
            current: false,
        };
        assert!(html("parts/tiles", Tiles { items: vec![tile] }).contains('3'));
        assert_eq!(html("parts/pagination", Pagination::default()).trim(), "");
        let next = Pagination {
            next: Some("/work?after=1".to_owned()),
            ..Pagination::default()
        };
        assert!(html("parts/pagination", next).contains("after&#x3D;1"));
    }

    #[test]
    fn a_partial_given_part_of_the_page_still_reaches_the_form_token() {
        let layout: Value = json!({"lang": "en", "title": "T", "service_name": "S", "token": "tok", "user_name": "U", "nav": [],
            "back": null, "problems": [], "banner": null, "idle_s": 0});
        let page = json!({"name": "N", "user": "u", "roles": [], "areas": [], "passkeys": [], "can_remove": false,
            "sessions": [{"id": "1", "opened": "o", "seen": "s", "how": "h", "is_this": false}]});
        let html = html("account", json!({"layout": layout, "page": page}));
        assert_eq!(html.matches(r#"name="token" value="tok""#).count(), 2, "{html}");
    }
}

//! Lists come in parts: `limit` at most, and from behind the `next` of the part before. A cursor holds an instant and a
//! random identifier, nothing about a person; it means something only to the list that gave it.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::EventId;
use flows::{ListPart, ListPlace};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, IntoResponses};

use super::problem::{ApiRefusal, Problem};

/// The most of one part.
const PART_MAX: u32 = 200;
/// As many without `limit`.
const PART: u32 = 50;

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The `next` of the part before.
    after: Option<String>,
    /// 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// The parameters as they came.
pub(super) type Parameters = Result<Query<Asked>, QueryRejection>;

/// What a list may answer instead, besides `NoAccess`.
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "read by the document alone; answers are made of `ApiRefusal`"
)]
pub(super) enum NoPart {
    /// an unknown parameter
    #[response(status = 400, content_type = "application/problem+json")]
    Unknown(Problem),
    /// a limit or place that is none
    #[response(status = 422, content_type = "application/problem+json")]
    None(Problem),
}

/// The part that is asked for, and one more, which shows whether anything comes after it.
pub(super) fn part(parameters: Parameters) -> Result<ListPart, ApiRefusal> {
    let Query(asked) =
        parameters.map_err(|_| ApiRefusal::NotReadable("parameters: `after` and `limit`".to_owned()))?;
    let limit = asked.limit.unwrap_or(PART);
    if !(1..=PART_MAX).contains(&limit) {
        return Err(ApiRefusal::invalid("limit", "1 to 200"));
    }
    let after = asked.after.as_deref().map(|text| {
        place(text)
            .ok_or_else(|| ApiRefusal::invalid("after", "the `next` of the part before, as it was given"))
    });
    Ok(ListPart {
        after: after.transpose()?,
        most: limit + 1,
    })
}

/// Where the next part begins, after the one too many was taken off; none when this is the last.
pub(super) fn next<T>(
    rows: &mut Vec<T>,
    part: &ListPart,
    place: impl Fn(&T) -> (Option<Timestamp>, String),
) -> Option<String> {
    let limit = usize::try_from(part.most).unwrap_or(usize::MAX).saturating_sub(1);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|last| {
        let (at, id) = place(last);
        // What has no instant stands after every instant.
        let at_us = at.map_or(i64::MAX, Timestamp::as_microsecond);
        URL_SAFE_NO_PAD.encode(format!("{at_us}.{id}"))
    })
}

fn place(text: &str) -> Option<ListPlace> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (at_us, id) = text.split_once('.')?;
    Some(ListPlace {
        at_us: at_us.parse().ok()?,
        // Every identifier has the same form.
        id: EventId::parse(id).ok()?.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_to_its_end_and_no_further() {
        let id = |n: usize| format!("{n:032x}");
        let part = |most| ListPart { after: None, most };
        let of = |id: &String| (None, id.clone());
        let mut rows = (0..3).map(id).collect::<Vec<_>>();
        let cursor = next(&mut rows, &part(3), of).expect("one is left over");
        assert_eq!(rows.len(), 2);
        let place = place(&cursor).expect("a place");
        assert_eq!((place.at_us, place.id), (i64::MAX, id(1)));
        assert_eq!(next(&mut rows, &part(3), of), None);
        assert_eq!(rows.len(), 2);
    }
}

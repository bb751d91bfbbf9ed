//! The JSON Canonicalization Scheme (RFC 8785), for the part of JSON that the log uses.
//!
//! Members are sorted by the UTF-16 code units of their names (section 3.2.3), strings use the shortest
//! escapes (section 3.2.2.2), nothing is put between tokens. Numbers are whole and at most 2^53 - 1 in
//! magnitude, which every JSON reader holds exactly; a fraction is refused, so the hardest part of the
//! scheme, printing floating-point numbers, is not needed here.

use serde_json::{Map, Number, Value};

/// The largest whole number that every JSON reader holds exactly (RFC 8785 section 3.2.2.3, RFC 7493).
pub const WHOLE_MAX: u64 = (1 << 53) - 1;

/// A value that the log's canonical JSON cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number with a fraction or an exponent, or beyond 2^53 - 1.
    #[error("a number must be whole and between -(2^53 - 1) and 2^53 - 1")]
    Number,
}

/// The canonical bytes of `value`.
pub fn to_bytes(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = String::new();
    write_value(value, &mut out)?;
    Ok(out.into_bytes())
}

fn write_value(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out)?,
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out)?,
    }
    Ok(())
}

fn write_object(members: &Map<String, Value>, out: &mut String) -> Result<(), NotCanonical> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    out.push('{');
    for (place, (name, value)) in sorted.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write_value(value, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_number(number: &Number, out: &mut String) -> Result<(), NotCanonical> {
    let magnitude = match (number.as_u64(), number.as_i64()) {
        (Some(whole), _) => whole,
        (None, Some(whole)) => whole.unsigned_abs(),
        (None, None) => return Err(NotCanonical::Number),
    };
    if magnitude > WHOLE_MAX {
        return Err(NotCanonical::Number);
    }
    if number.as_u64().is_none() {
        out.push('-');
    }
    out.push_str(&magnitude.to_string());
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                out.push_str(&hex::encode([u8::try_from(character).unwrap_or_default()]));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(to_bytes(value).unwrap()).unwrap()
    }

    #[test]
    fn members_are_sorted_by_utf_16_code_units() {
        // U+1F600 is the surrogate pair D83D DE00, so it comes before U+FB33, although its code point is
        // larger; sorting by bytes or code points would turn them round.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "\u{20ac}": 3, "1": 4, "\r": 5, "\u{f6}": 6});
        assert_eq!(
            text(&value),
            "{\"\\r\":5,\"1\":4,\"\u{f6}\":6,\"\u{20ac}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn strings_use_the_shortest_escape_and_leave_the_rest_alone() {
        let value = json!("\u{8}\t\n\u{c}\r\"\\/\u{0}\u{1f}\u{7f}\u{2028}é");
        assert_eq!(
            text(&value),
            "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0000\\u001f\u{7f}\u{2028}é\""
        );
    }

    #[test]
    fn nesting_and_literals() {
        assert_eq!(
            text(&json!({"b": [1, -2, {"z": null, "a": true}], "a": []})),
            r#"{"a":[],"b":[1,-2,{"a":true,"z":null}]}"#
        );
    }

    #[test]
    fn numbers_are_whole_and_exact_everywhere() {
        assert_eq!(text(&json!(WHOLE_MAX)), "9007199254740991");
        assert_eq!(text(&json!(-9_007_199_254_740_991_i64)), "-9007199254740991");
        for refused in [
            json!(1.5),
            json!(1.0),
            json!(WHOLE_MAX + 1),
            json!(u64::MAX),
            json!(i64::MIN),
        ] {
            assert_eq!(to_bytes(&refused), Err(NotCanonical::Number), "{refused}");
            assert_eq!(to_bytes(&json!({"a": [refused]})), Err(NotCanonical::Number));
        }
    }

    proptest! {
        #[test]
        fn reading_back_gives_the_same_value_and_the_same_bytes(
            members in proptest::collection::btree_map(any::<String>(), any::<String>(), 0..8),
            number in -9_007_199_254_740_991_i64..=9_007_199_254_740_991,
        ) {
            let value = json!({"members": members, "number": number});
            let bytes = to_bytes(&value).unwrap();
            let back: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&back, &value);
            prop_assert_eq!(to_bytes(&back).unwrap(), bytes);
        }
    }
}

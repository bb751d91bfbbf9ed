//! An address or number as somebody typed or sent it.

use domain::address::{EmailAddress, PhoneNumber, PostalAddress};
use domain::contact::{PointValue, Route as By};

/// Reads the value of a route; a postal address has one line for each part. The error says what would be right, without
/// repeating the value.
pub(crate) fn value(by: By, text: &str) -> Result<PointValue, String> {
    match by {
        By::Email => EmailAddress::parse(text)
            .map(PointValue::Email)
            .map_err(|fault| fault.to_string()),
        By::Mobile | By::HomePhone => PhoneNumber::parse(text)
            .map(PointValue::Phone)
            .map_err(|fault| fault.to_string()),
        _ => PostalAddress::parse(&text.lines().map(str::trim).collect::<Vec<_>>())
            .map(PointValue::Post)
            .map_err(|fault| fault.to_string()),
    }
}

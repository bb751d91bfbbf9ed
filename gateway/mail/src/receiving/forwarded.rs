//! What the mail server in front of us says of whom it had a message from: Postfix's XFORWARD command.

use std::net::IpAddr;

use crate::origin::Client;

const VALUE_BYTES_MAX: usize = 255;

/// What was said for the next message.
#[derive(Debug, Default)]
pub(super) struct Forwarded {
    ip: Option<IpAddr>,
    hello: Option<String>,
}

impl Forwarded {
    /// Takes the attributes of one command; those that are not asked for are passed over.
    pub(super) fn take(&mut self, attributes: &str) -> Result<(), ()> {
        for attribute in attributes.split_ascii_whitespace() {
            let (name, value) = attribute.split_once('=').ok_or(())?;
            let value = decode(value).ok_or(())?;
            let known =
                !value.eq_ignore_ascii_case("[UNAVAILABLE]") && !value.eq_ignore_ascii_case("[TEMPUNAVAIL]");
            match name.to_ascii_uppercase().as_str() {
                "ADDR" if known => {
                    let plain = value.get(..5).filter(|head| head.eq_ignore_ascii_case("IPV6:"));
                    self.ip = Some(value[plain.map_or(0, str::len)..].parse().map_err(|_| ())?);
                }
                "ADDR" => self.ip = None,
                "HELO" => self.hello = known.then_some(value),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn client(self) -> Option<Client> {
        let hello = self.hello.unwrap_or_default();
        self.ip.map(|ip| Client { ip, hello })
    }
}

/// Reads an xtext (RFC 3461 section 4); only printable ASCII may come of it.
fn decode(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '+' {
            let digits = rest.get(..2)?;
            let byte = u8::from_str_radix(digits, 16).ok()?;
            rest = &rest[2..];
            decoded.push(char::from(byte));
        } else {
            decoded.push(c);
        }
    }
    let plain = decoded.len() <= VALUE_BYTES_MAX && decoded.bytes().all(|b| b.is_ascii_graphic());
    plain.then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_known_by_its_address() {
        let mut said = Forwarded::default();
        said.take("NAME=mail.isva.example ADDR=192.0.2.7 PORT=4711")
            .unwrap();
        said.take("PROTO=ESMTP HELO=mail+2Eisva.example IDENT=x SOURCE=REMOTE")
            .unwrap();
        let client = said.client().unwrap();
        assert_eq!(
            (client.ip.to_string().as_str(), client.hello.as_str()),
            ("192.0.2.7", "mail.isva.example")
        );
        let mut six = Forwarded::default();
        six.take("ADDR=IPv6:2001:db8::7 HELO=[UNAVAILABLE]").unwrap();
        assert_eq!(six.client().unwrap().ip.to_string(), "2001:db8::7");
        let mut none = Forwarded::default();
        none.take("ADDR=[UNAVAILABLE] HELO=x").unwrap();
        assert_eq!(none.client(), None);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [
            "ADDR",
            "ADDR=nobody",
            "HELO=+0A",
            "HELO=+",
            "HELO=+4",
            "HELO=+zz",
            "HELO=+\u{e9}1",
        ] {
            assert_eq!(Forwarded::default().take(bad), Err(()), "{bad}");
        }
        let long = format!("HELO={}", "x".repeat(256));
        assert_eq!(Forwarded::default().take(&long), Err(()));
    }
}

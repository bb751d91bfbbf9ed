//! The house of a test with a door for mail.

use std::net::SocketAddr;

use flows::{FileRules, Gateway, Incoming};
use mail::attachments::Allowed;
use mail::inbound::Bounds;
use mail::origin::Origins;
use mail::scanning::Scanner;

use crate::gateway::TestGateway;

/// Most bytes of one file that the house of a test takes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

impl TestGateway {
    /// The same house opened once more with a door for mail, which asks this resolver where a message comes from.
    pub fn taking_mail(&self, resolver: SocketAddr) -> Gateway {
        self.receiving(resolver, None)
    }

    /// The same where files are taken and this scanner looks through them.
    pub fn taking_files(&self, resolver: SocketAddr, scanner: Scanner) -> Gateway {
        let allowed = Allowed {
            kinds: Vec::new(),
            bytes_each: FILE_BYTES_MAX,
            bytes_all: 2 * FILE_BYTES_MAX,
            files: 5,
        };
        self.receiving(resolver, Some(FileRules { allowed, scanner }))
    }

    fn receiving(&self, resolver: SocketAddr, files: Option<FileRules>) -> Gateway {
        let origins = Origins::new(Some(resolver)).expect("a resolver");
        let bounds = Bounds::default();
        self.opened_with(self.next_door(), |parts| parts)
            .receiving(Incoming {
                origins,
                bounds,
                files,
            })
    }
}

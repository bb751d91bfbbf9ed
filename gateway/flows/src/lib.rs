//! Room `flows`.

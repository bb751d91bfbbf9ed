//! The HTTP door. So far it has one room behind it: [`witness`], which knows nothing of the gateway's data.

pub mod witness;

//! The pages on which an officer does things, asked for as a browser asks.

mod door;

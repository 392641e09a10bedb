//! Tests through the binary.

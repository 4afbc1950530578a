//! rows-to-http

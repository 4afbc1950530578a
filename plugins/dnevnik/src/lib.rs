//! dnevnik

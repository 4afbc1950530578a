//! The dialogue against recorded answers.

//! Observation against recorded answers.

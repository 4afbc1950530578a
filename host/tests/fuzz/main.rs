//! Damaged and hostile inputs without end: whatever comes in, an answer comes out.
//!
//! A target takes the files of its folder in `corpus`, as they are and then damaged (`mutate`), or inputs of its own
//! making, and checks what must hold for each: no panic, an end within the watchdog's time, memory within the bound,
//! every problem with its place and its remedy, and nothing lost on the way. Where a format would hide damage (the
//! checksums of a workbook, the lengths of a component's sections), damage happens inside and the rest is put right.
//! An input that fails is made smaller and kept; once the fault is mended it moves to the corpus.
//!
//! Ordinary runs take the same cases for a second each; `EXCHANGE_FUZZ_SECONDS` asks for so many seconds a target, with
//! cases that no run has had before. Seconds are those of the processor that the process has had, so that a machine
//! shared with other work judges as many cases. `README.md` says how long it has run so far.

mod answers;
mod component;
mod harness;
mod mutate;
mod settings;
mod tables;
mod written;

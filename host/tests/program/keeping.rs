//! Keeping: backups that are made while runs go on and hold what they promise when they are put back, old data that
//! goes, the doctor, and the bundle for whoever helps.

mod backup;
mod bundle;
mod doctor;
mod nightly;

//! Files of a school → typed records, and a list of what is wrong with them.
//!
//! A file is read row by row ([`rows`]: CSV, XLSX, JSON, XML), its columns are matched with fields ([`headings`]), each
//! value is judged by what its field holds ([`values`]), and references are followed among the files of one import
//! and the records known before ([`import`]). Bad rows are left out and listed; good rows go in. Files come from
//! elsewhere and are taken for hostile: everything has a limit, nothing in a file is ever run or fetched.
//!
//! Problems carry places and codes, never the values: they are journaled, and values are children's data.

mod headings;
mod import;
mod problem;
mod rows;
mod sheet;
mod text;
mod values;
mod words;

pub use import::{Circumstances, Contents, Import, Input, Known, Progress, digest, import};
pub use problem::{Code, Problem, Report, Severity};
pub use sheet::{Line, Sheet, sheet};
pub use values::snils::{SnilsFault, check_snils};
pub use words::{plain, readings};

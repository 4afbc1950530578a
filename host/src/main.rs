//! The `exchange` command: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(exchange::cli::main(std::env::args_os(), exchange::web::routes))
}

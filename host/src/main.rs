//! The `exchange` command: everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(exchange::cli::main(std::env::args_os(), exchange::web::routes))
}

//! The command line: see `discern::cli`.

fn main() -> std::process::ExitCode {
    discern::cli::run(std::env::args_os())
}

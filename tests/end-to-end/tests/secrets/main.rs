//! Where a secret or a token must not be: the memory of a program that has done its work, logs of any
//! level, arguments, core dumps; for each way in.

#![cfg(target_os = "linux")]

mod logs;
mod memory;
mod process;
mod ways;

//! `snow-token doctor`: what each check finds, and how the command ends for each fault.

mod access;
mod answer;
mod login;
mod network;
mod settings;
mod support;
mod tls;

//! The thread that a simulated instance runs on.

use std::{
    io,
    thread::{self, JoinHandle},
};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

/// A thread that runs tasks, until this is dropped.
///
/// One is enough for an instance. The scheduler for many is the only code of the command `snow-token`
/// that the library of mathematical functions is for, which each of its commands would have to load.
#[derive(Debug)]
pub(super) struct RuntimeThread {
    handle: Handle,
    /// Dropped, it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl RuntimeThread {
    pub(super) fn start(name: &str) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || {
            // An error is that it was dropped.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(super) fn spawn(&self, task: impl Future<Output: Send> + Send + 'static) {
        self.handle.spawn(async {
            task.await;
        });
    }

    /// Waits for `task` here, while the thread goes on with its own.
    pub(super) fn block_on<T>(&self, task: impl Future<Output = T>) -> T {
        self.handle.block_on(task)
    }
}

impl Drop for RuntimeThread {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // It does not panic: a task that does is caught.
            let _ = thread.join();
        }
    }
}

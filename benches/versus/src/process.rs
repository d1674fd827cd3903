//! Running one process to its end and saying what it took.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getrlimit, pidfd_open, pidfd_send_signal, setrlimit,
};
use wait4::Wait4;

use crate::results::Sample;

/// The native stack that the deepest program may need, `list` in Node. It is not "unlimited",
/// since Linux then lays out a process's memory differently.
const STACK: u64 = 1 << 30;

/// How a process ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// With success.
    Well,
    /// With a failure; the status and the beginning of its standard error.
    Badly(String),
    /// It ran into the limit.
    TooLate,
}

/// A process that has ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it took.
    pub sample: Sample,
    /// What it printed.
    pub output: Vec<u8>,
    /// How it ended.
    pub end: End,
}

/// Where processes run, and where their output goes.
#[derive(Debug)]
pub struct Runner {
    /// The folder they run in.
    pub folder: PathBuf,
    /// A folder for their output, which is written to files: nobody waits for a reader.
    pub scratch: PathBuf,
}

impl Runner {
    /// Runs a command until it ends or has taken too long.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, command: &[String], limit: Duration) -> io::Result<Run> {
        let (stdout, stderr) = (self.scratch.join("stdout"), self.scratch.join("stderr"));
        let mut process = Command::new(&command[0]);
        process.args(&command[1..]).current_dir(&self.folder).stdin(Stdio::null());
        process.stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
        let start = Instant::now();
        let child = process.spawn()?;
        let in_time = wait(child.id(), limit)?;
        let ended = child.wait4()?;
        let sample = Sample {
            wall: microseconds(start.elapsed()),
            user: microseconds(ended.rusage.utime),
            system: microseconds(ended.rusage.stime),
            peak_kib: ended.rusage.maxrss / 1024,
        };
        let end = match (in_time, ended.status.success()) {
            (false, _) => End::TooLate,
            (true, true) => End::Well,
            (true, false) => End::Badly(format!("{}: {}", ended.status, first_line(&stderr)?)),
        };
        Ok(Run { sample, output: fs::read(&stdout)?, end })
    }
}

fn microseconds(time: Duration) -> u64 {
    time.as_micros().try_into().unwrap_or(u64::MAX)
}

/// Waits until a child has ended, and ends it when it is too late; whether it was in time. A
/// descriptor cannot mean another process, as an id could.
fn wait(child: u32, limit: Duration) -> io::Result<bool> {
    let pid = Pid::from_raw(child.cast_signed()).expect("a child has an id");
    let descriptor = pidfd_open(pid, PidfdFlags::empty())?;
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&descriptor, PollFlags::IN)], Some(&left)) {
            Ok(0) => break,
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    pidfd_send_signal(&descriptor, Signal::KILL)?;
    Ok(false)
}

fn first_line(path: &Path) -> io::Result<String> {
    let text = fs::read(path)?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().next().unwrap_or("no message").chars().take(200).collect())
}

/// Lets all processes to come have as much native stack as any of them needs.
///
/// # Errors
/// With a message, when the system does not allow it.
pub fn raise_stack_limit() -> Result<(), String> {
    let Rlimit { current, maximum } = getrlimit(Resource::Stack);
    if maximum.is_some_and(|maximum| maximum < STACK) {
        return Err("the hard limit of the stack is below 1 GiB; deep programs may fail".into());
    }
    let wanted = Rlimit { current: Some(current.map_or(STACK, |old| old.max(STACK))), maximum };
    setrlimit(Resource::Stack, wanted).map_err(|error| format!("cannot raise the stack: {error}"))
}

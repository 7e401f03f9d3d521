//! A lease on an API server, processes that want it, and a network between them. Time goes in steps of a millisecond or
//! more; each process has a clock of its own, which runs at a rate of its own.

use std::time::Duration;

use cloister_core::lease::{Next, Sight, Standby, active, renewal};

pub const TERM: Duration = Duration::from_secs(5);
const STEP: u64 = 5;

/// How a message fares, in milliseconds of the true time.
pub type Delays = Box<dyn FnMut() -> u64>;

enum Message {
    /// Towards the server: a look, or a write of this process onto a version. `began` is by its clock.
    Look(usize, u32),
    Write(usize, u32, Option<String>, Duration),
    /// To a process of a certain life.
    Told(usize, u32, Sight),
    Heard(usize, u32, Sight),
    Written(usize, u32, bool, Duration),
}

enum Role {
    /// What it awaits an answer to, since when.
    Standby(Standby, Option<Duration>),
    /// Until when it may act, when it last began a renewal, whether it awaits the answer.
    Leader(Duration, Duration, bool),
}

pub struct Process {
    /// Of its clock, in thousandths.
    rate: u64,
    life: u32,
    role: Role,
    /// Whether its watch tells it anything.
    pub hears: bool,
    /// Whether what it asks arrives.
    pub speaks: bool,
    /// A process that ended is started again, or not.
    pub ended: bool,
}

pub struct World {
    pub now: u64,
    version: u64,
    holder: Option<usize>,
    life: u32,
    pub processes: Vec<Process>,
    post: Vec<(u64, Message)>,
    delays: Delays,
    /// Whether a watch tells no old news, as it does: without, more must hold than has to.
    pub in_order: bool,
}

fn identity(process: usize, life: u32) -> String {
    format!("{process}-{life}")
}

impl World {
    pub fn new(rates: &[u64], delays: Delays) -> Self {
        let mut world = Self {
            now: 0,
            version: 0,
            holder: None,
            life: 0,
            processes: Vec::new(),
            post: Vec::new(),
            delays,
            in_order: false,
        };
        for (process, rate) in rates.iter().enumerate() {
            let role = world.waiting(process, 0, *rate);
            world.processes.push(Process {
                rate: *rate,
                life: 0,
                role,
                hears: true,
                speaks: true,
                ended: false,
            });
        }
        world
    }

    fn waiting(&self, process: usize, life: u32, rate: u64) -> Role {
        let now = Duration::from_micros(self.now * rate);
        Role::Standby(Standby::new(&identity(process, life), TERM, self.sight(), now), None)
    }

    fn sight(&self) -> Sight {
        Sight {
            version: (self.version > 0).then(|| self.version.to_string()),
            holder: self.holder.map(|process| identity(process, self.life)),
            seconds: (self.version > 0).then_some(5),
        }
    }

    /// Those that would act now.
    pub fn acting(&self) -> Vec<usize> {
        let acts = |process: &Process| match process.role {
            Role::Leader(fence, ..) => !process.ended && self.clock(process) < fence,
            Role::Standby(..) => false,
        };
        (0..self.processes.len()).filter(|index| self.processes.get(*index).is_some_and(acts)).collect()
    }

    fn clock(&self, process: &Process) -> Duration {
        Duration::from_micros(self.now * process.rate)
    }

    pub fn end(&mut self, index: usize) {
        self.processes[index].ended = true;
    }

    /// The same place, another process.
    pub fn start(&mut self, index: usize) {
        let (life, rate) = (self.processes[index].life + 1, self.processes[index].rate);
        let role = self.waiting(index, life, rate);
        self.processes[index] = Process { rate, life, role, hears: true, speaks: true, ended: false };
    }

    pub fn step(&mut self) {
        self.now += STEP;
        let (due, later) = std::mem::take(&mut self.post).into_iter().partition(|(at, _)| *at <= self.now);
        self.post = later;
        let mut due: Vec<(u64, Message)> = due;
        due.sort_by_key(|(at, _)| *at);
        for (_, message) in due {
            self.deliver(message);
        }
        for index in 0..self.processes.len() {
            if !self.processes[index].ended {
                self.turn(index);
            }
        }
    }

    fn send(&mut self, message: Message) {
        let at = self.now + (self.delays)();
        self.post.push((at, message));
    }

    fn deliver(&mut self, message: Message) {
        match message {
            Message::Look(process, _) | Message::Write(process, ..) if !self.processes[process].speaks => {}
            Message::Look(process, life) => self.send(Message::Told(process, life, self.sight())),
            Message::Write(process, life, onto, began) => {
                let version = (self.version > 0).then(|| self.version.to_string());
                // A holder reads before it renews, so what counts is that it still holds.
                let mine = self.holder == Some(process) && self.life == life;
                let taken = if onto.is_none() && self.version > 0 { mine } else { onto == version };
                if taken {
                    (self.version, self.holder, self.life) = (self.version + 1, Some(process), life);
                    for other in 0..self.processes.len() {
                        self.send(Message::Heard(other, self.processes[other].life, self.sight()));
                    }
                }
                self.send(Message::Written(process, life, taken, began));
            }
            Message::Told(index, life, sight) => self.learn(index, life, sight, true),
            Message::Heard(index, life, sight) => self.learn(index, life, sight, false),
            Message::Written(index, life, taken, began) => self.answered(index, life, taken, began),
        }
    }

    fn learn(&mut self, index: usize, life: u32, sight: Sight, asked: bool) {
        let now = self.clock(&self.processes[index]);
        let process = &mut self.processes[index];
        let Role::Standby(standby, waits) = &mut process.role else { return };
        let version = |sight: &Sight| sight.version.as_ref().and_then(|version| version.parse::<u64>().ok());
        let is_old = self.in_order && version(&sight) < version(standby.known());
        // A late answer is dropped; so is an event where the watch is deaf.
        if process.life != life || is_old || (asked && waits.is_none()) || (!asked && !process.hears) {
            return;
        }
        standby.saw(sight, now);
        if asked {
            *waits = None;
        }
    }

    fn answered(&mut self, index: usize, life: u32, taken: bool, began: Duration) {
        let process = &mut self.processes[index];
        if process.life != life {
            return;
        }
        match (&mut process.role, taken) {
            (Role::Standby(_, Some(_)), true) => {
                process.role = Role::Leader(began + active(TERM), began, false);
            }
            (Role::Standby(_, waits @ Some(_)), false) => {
                *waits = None;
                self.look(index);
            }
            // It came too late: what the lease is, is looked at.
            (Role::Standby(_, None), _) => {}
            (Role::Leader(fence, _, awaits), true) if *awaits => {
                (*fence, *awaits) = (began + active(TERM), false);
            }
            (Role::Leader(_, _, awaits), true) => *awaits = false,
            (Role::Leader(..), false) => self.start(index),
        }
    }

    fn look(&mut self, index: usize) {
        let now = self.clock(&self.processes[index]);
        let life = self.processes[index].life;
        if let Role::Standby(_, waits) = &mut self.processes[index].role {
            *waits = Some(now);
        }
        self.send(Message::Look(index, life));
    }

    fn turn(&mut self, index: usize) {
        let (now, life) = (self.clock(&self.processes[index]), self.processes[index].life);
        match &mut self.processes[index].role {
            Role::Leader(fence, ..) if now >= *fence => self.start(index),
            Role::Leader(_, began, awaits) => {
                if now >= *began + renewal(TERM) {
                    (*began, *awaits) = (now, true);
                    self.send(Message::Write(index, life, None, now));
                }
            }
            Role::Standby(_, Some(asked)) => {
                if now >= *asked + renewal(TERM) {
                    self.look(index);
                }
            }
            Role::Standby(standby, waits) => match standby.next(now) {
                Next::Listen(_) => {}
                Next::Look => self.look(index),
                Next::Claim => {
                    *waits = Some(now);
                    let onto = standby.known().version.clone();
                    self.send(Message::Write(index, life, onto, now));
                }
            },
        }
    }
}

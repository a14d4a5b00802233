//! What happens on an exchange, told so that every instruction is sent at least once and succeeds.

mod governance;
mod losses;
mod recovery;
mod setup;
mod trading;

use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::thread;

use whittle_tests::World;

use super::audit::{watch, Audit};

/// A world whose transactions are tried before they are sent, from when the story says so.
pub struct Watched {
    audit: Rc<RefCell<Audit>>,
}

impl Watched {
    /// From now on.
    pub fn watch(&self, world: &mut World) {
        watch(world, &self.audit);
    }

    /// From now on, this instruction is sent in a way that lets other accounts pass than usual.
    pub fn name(&self, instruction: &str, way: &str) {
        let mut audit = self.audit.borrow_mut();
        audit.ways.insert(instruction.to_owned(), way.to_owned());
    }
}

type Story = fn(&Watched);

const STORIES: [Story; 11] = [
    setup::exchange,
    setup::liquidity,
    trading::collateral,
    trading::orders,
    trading::stops,
    recovery::before_a_liquidation,
    recovery::liquidation,
    governance::powers,
    governance::changes,
    losses::losses,
    losses::wind_down,
];

/// All stories, each in a machine of its own, side by side.
pub fn all() -> Audit {
    let audits = thread::scope(|scope| {
        let running: Vec<_> = STORIES
            .iter()
            .map(|story| scope.spawn(move || tell(*story)))
            .collect();
        let ended = running
            .into_iter()
            .map(|it| it.join().expect("a story that ends"));
        ended.collect::<Vec<_>>()
    });
    let mut all = Audit::default();
    for audit in audits {
        all.take_in(audit);
    }
    all
}

/// A story that breaks off leaves what was found until then.
fn tell(story: Story) -> Audit {
    let audit = Rc::new(RefCell::new(Audit::default()));
    let watched = Watched {
        audit: audit.clone(),
    };
    let told = catch_unwind(AssertUnwindSafe(|| story(&watched)));
    let mut audit = audit.take();
    if let Err(panic) = told {
        let said = panic.downcast_ref::<String>();
        let said = said.and_then(|it| it.lines().next());
        let said = said.unwrap_or("see above");
        audit.faults.push(format!("a story broke off: {said}"));
    }
    audit
}

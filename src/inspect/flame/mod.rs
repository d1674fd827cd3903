//! `galo flame`: folded stacks as a flame graph, a picture that can be looked around in.
//!
//! [Lines of text](read()) become a tree of frames ([`Stacks`]), and this a [drawing](draw()): each frame is as wide
//! as the share of samples in which it was there, and stands on the one that called it. The drawing is
//! one file that needs nothing else; its script zooms and searches.
//!
//! Input is hostile, as everywhere: names become text and never anything else, what cannot be seen
//! is shown by a sign, the drawing has a size that does not depend on how much is read, and whatever
//! is no stack is told with its line.

mod draw;
mod read;

pub use draw::{Heading, MARK, draw};
pub use read::{Stacks, read};

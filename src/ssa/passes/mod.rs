//! The optimiser's passes: their table and the order in which they run.

//! From return addresses in compiled code to functions and places in the program.
//!
//! Whoever walks the stack of a failing program asks, a frame at a time.

use galo_runtime::Site;

use super::code_memory::Loaded;
use super::compiled::{CallSite, Compiled};

/// The calls of all loaded functions.
#[derive(Clone, Default, Debug)]
pub struct CallSites {
    /// By address. Memory for code is given out upwards, so that new ones come last.
    functions: Vec<LoadedFunction>,
}

#[derive(Clone, Debug)]
struct LoadedFunction {
    start: usize,
    len: usize,
    /// What the caller knows it by.
    function: u32,
    /// By offset.
    calls: Box<[CallSite]>,
}

impl CallSites {
    /// Adds a function's calls. `function` is what [`find`](Self::find) will say it is.
    pub fn add(&mut self, function: u32, compiled: &Compiled, loaded: Loaded) {
        debug_assert!(compiled.calls.is_sorted_by_key(|call| call.return_offset));
        self.insert(LoadedFunction {
            start: loaded.address as usize,
            len: loaded.len,
            function,
            calls: compiled.calls.as_slice().into(),
        });
    }

    fn insert(&mut self, function: LoadedFunction) {
        let place = self.functions.partition_point(|other| other.start < function.start);
        self.functions.insert(place, function);
    }

    /// The function that has this return address, and the place of the call that returns there.
    pub fn find(&self, return_address: usize) -> Option<(u32, Site)> {
        // The address is behind the call: it may be the end of the function, but not its start.
        let next = self.functions.partition_point(|function| function.start < return_address);
        let function = &self.functions[next.checked_sub(1)?];
        let offset = return_address - function.start;
        if offset > function.len {
            return None;
        }
        let offset = u32::try_from(offset).ok()?;
        let call = function.calls.binary_search_by_key(&offset, |call| call.return_offset).ok()?;
        Some((function.function, function.calls[call].site))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(function: u32, start: usize, returns: &[u32]) -> LoadedFunction {
        let call =
            |&return_offset| CallSite { return_offset, site: function * 100 + return_offset };
        LoadedFunction { start, len: 50, function, calls: returns.iter().map(call).collect() }
    }

    #[test]
    fn return_addresses_find_their_calls() {
        let mut sites = CallSites::default();
        assert_eq!(sites.find(0), None);
        sites.insert(function(1, 1000, &[5, 20]));
        sites.insert(function(3, 2000, &[7]));
        // Upwards is how memory is given out, but nothing depends on it.
        sites.insert(function(2, 1050, &[1, 50]));
        let found = [1005, 1020, 1051, 1100, 2007].map(|address| sites.find(address));
        let expected = [(1, 105), (1, 120), (2, 201), (2, 250), (3, 307)];
        assert_eq!(found, expected.map(Some));
        for address in [0, 999, 1000, 1006, 1050, 1101, 2000, 2051, usize::MAX] {
            assert_eq!(sites.find(address), None, "{address}");
        }
    }
}

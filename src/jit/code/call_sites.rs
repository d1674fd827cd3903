//! From return addresses in compiled code to functions and places in the program.
//!
//! Whoever walks the stack of a failing program asks, a frame at a time.

use galo_runtime::Site;

use super::code_memory::Loaded;
use super::compiled::{CallSite, Compiled};

/// One of the bodies that a function's code was made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Whose body it is.
    pub function: u32,
    /// The call that it was inlined for: the scope that it is in, and its place.
    pub caller: Option<(u32, Site)>,
}

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
    /// The first one is the function's own.
    scopes: Box<[Scope]>,
    /// By offset.
    calls: Box<[CallSite]>,
}

impl CallSites {
    /// Adds a function's calls, which are in these scopes.
    pub fn add(&mut self, scopes: Box<[Scope]>, compiled: &Compiled, loaded: Loaded) {
        debug_assert!(compiled.calls.is_sorted_by_key(|call| call.return_offset));
        self.insert(LoadedFunction {
            start: loaded.address as usize,
            len: loaded.len,
            scopes,
            calls: compiled.calls.as_slice().into(),
        });
    }

    fn insert(&mut self, function: LoadedFunction) {
        let place = self.functions.partition_point(|other| other.start < function.start);
        self.functions.insert(place, function);
    }

    /// The functions that are in the middle of a call where this return address is, with the places
    /// of their calls: the function that made the call, then those that it was inlined into. None if
    /// the address is not one of a call.
    pub fn find(&self, return_address: usize) -> impl Iterator<Item = (u32, Site)> {
        let found = self.call(return_address);
        let mut next = found.map(|(_, call)| (call.scope, call.site));
        std::iter::from_fn(move || {
            let ((function, _), (scope, site)) = (found?, next?);
            let scope = function.scopes[scope as usize];
            next = scope.caller;
            Some((scope.function, site))
        })
    }

    fn call(&self, return_address: usize) -> Option<(&LoadedFunction, &CallSite)> {
        // The address is behind the call: it may be the end of the function, but not its start.
        let next = self.functions.partition_point(|function| function.start < return_address);
        let function = &self.functions[next.checked_sub(1)?];
        let offset = return_address - function.start;
        if offset > function.len {
            return None;
        }
        let offset = u32::try_from(offset).ok()?;
        let call = function.calls.binary_search_by_key(&offset, |call| call.return_offset).ok()?;
        Some((function, &function.calls[call]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(function: u32, start: usize, returns: &[u32]) -> LoadedFunction {
        let scopes =
            [Scope { function, caller: None }, Scope { function: 9, caller: Some((0, 7)) }];
        // The first call is in the function itself, the others in what was inlined.
        let call = |(index, &return_offset): (usize, &u32)| {
            let scope = (index > 0).into();
            CallSite { return_offset, site: function * 100 + return_offset, scope }
        };
        let calls = returns.iter().enumerate().map(call).collect();
        LoadedFunction { start, len: 50, scopes: scopes.into(), calls }
    }

    #[test]
    fn return_addresses_find_their_calls() {
        let mut sites = CallSites::default();
        assert_eq!(sites.find(0).count(), 0);
        sites.insert(function(1, 1000, &[5, 20]));
        sites.insert(function(3, 2000, &[7]));
        // Upwards is how memory is given out, but nothing depends on it.
        sites.insert(function(2, 1050, &[1, 50]));
        let found = |address| sites.find(address).collect::<Vec<_>>();
        assert_eq!(found(1005), [(1, 105)]);
        assert_eq!(found(1020), [(9, 120), (1, 7)]);
        assert_eq!(found(1051), [(2, 201)]);
        assert_eq!(found(1100), [(9, 250), (2, 7)]);
        assert_eq!(found(2007), [(3, 307)]);
        for address in [0, 999, 1000, 1006, 1050, 1101, 2000, 2051, usize::MAX] {
            assert_eq!(found(address), [], "{address}");
        }
    }
}

//! A map whose entries hold in a part of the dominator tree.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// A map that forgets, when a scope is left, what was inserted since it was entered.
#[derive(Debug)]
pub struct Scoped<K, V> {
    map: FxHashMap<K, V>,
    /// What was inserted, and what it hid.
    inserted: Vec<(K, Option<V>)>,
    /// How long `inserted` was when the open scopes were entered.
    scopes: Vec<usize>,
}

impl<K: Eq + Hash + Copy, V: Copy> Scoped<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Scoped { map: FxHashMap::default(), inserted: Vec::new(), scopes: Vec::new() }
    }

    /// Enters a scope.
    pub fn enter(&mut self) {
        self.scopes.push(self.inserted.len());
    }

    /// Leaves the scope that was entered last.
    pub fn leave(&mut self) {
        let len = self.scopes.pop().expect("a scope that is left was entered");
        for (key, hidden) in self.inserted.drain(len..).rev() {
            match hidden {
                Some(value) => self.map.insert(key, value),
                None => self.map.remove(&key),
            };
        }
    }

    /// What holds for the key here.
    pub fn get(&self, key: &K) -> Option<V> {
        self.map.get(key).copied()
    }

    /// Says what holds for the key until the scope is left.
    pub fn insert(&mut self, key: K, value: V) {
        let hidden = self.map.insert(key, value);
        self.inserted.push((key, hidden));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_restore_what_they_hid() {
        let mut map = Scoped::new();
        map.enter();
        map.insert(1, 'a');
        map.enter();
        map.insert(1, 'b');
        map.insert(1, 'c');
        map.insert(2, 'd');
        assert_eq!((map.get(&1), map.get(&2)), (Some('c'), Some('d')));
        map.leave();
        assert_eq!((map.get(&1), map.get(&2)), (Some('a'), None));
        map.leave();
        assert_eq!(map.get(&1), None);
    }
}

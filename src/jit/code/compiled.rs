//! A compiled function before it is loaded: bytes, and what is known of them.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use cranelift_codegen::ir::SourceLoc;
use cranelift_module::{FuncId, ModuleReloc, ModuleRelocTarget};
use galo_runtime::Site;

/// The most scopes of a function, its own among them.
pub const MAX_SCOPES: usize = (1 << (31 - SITE_BITS)) - 1;

/// Sites must be smaller in functions that have more than one scope.
pub const MAX_SCOPED_SITE: Site = 1 << SITE_BITS;

/// How many bits the site has in a location that has a scope, too.
const SITE_BITS: u32 = 22;
/// Set in locations that have a scope.
const SCOPED: u32 = 1 << 31;

/// How CLIF carries the site of an instruction.
pub fn source_location(site: Option<Site>) -> SourceLoc {
    // Zero rather than Cranelift's own mark for none: the frontend gives a function the first
    // location it sees as the base of all others, and it may be this one.
    let bits = site.map_or(0, |site| site + 1);
    debug_assert!(bits & SCOPED == 0, "a syntax tree of so many nodes fits no memory");
    SourceLoc::new(bits)
}

/// How CLIF carries the site of an instruction in one of a function's scopes.
///
/// # Panics
/// If there are more scopes than [`MAX_SCOPES`], or the site is larger than it may be.
pub fn scoped_location(site: Site, scope: u32) -> SourceLoc {
    if scope == 0 {
        return source_location(Some(site));
    }
    assert!((scope as usize) < MAX_SCOPES && site < MAX_SCOPED_SITE);
    SourceLoc::new(SCOPED | scope << SITE_BITS | site)
}

/// The site that a location in CLIF stands for.
pub fn site_of(location: SourceLoc) -> Option<Site> {
    match location.bits() {
        _ if location.is_default() => None,
        bits if bits & SCOPED != 0 => Some(bits & (MAX_SCOPED_SITE - 1)),
        bits => bits.checked_sub(1),
    }
}

/// The scope that a location in CLIF is in.
pub fn scope_of(location: SourceLoc) -> u32 {
    match location.bits() {
        bits if bits & SCOPED != 0 && !location.is_default() => (bits & !SCOPED) >> SITE_BITS,
        _ => 0,
    }
}

/// A range of a function's bytes that was made for one place in the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteRange {
    /// Offsets in the function.
    pub bytes: Range<u32>,
    /// The place.
    pub site: Site,
    /// The scope that it is in.
    pub scope: u32,
}

/// A call of a function that has a place in the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// Where the callee returns to: an offset in the function.
    pub return_offset: u32,
    /// The place.
    pub site: Site,
    /// The scope that it is in.
    pub scope: u32,
}

/// A direct reference to another function, or to itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The offset of the bytes that loading fills in.
    pub offset: u32,
    /// The name of the function that they will refer to.
    pub name: String,
}

/// A function as machine code that is not in its place yet.
#[derive(Clone)]
pub struct Compiled {
    /// The function, as it was declared.
    pub id: FuncId,
    /// Its name, for people.
    pub name: String,
    /// Its code, and the constants that follow it.
    pub bytes: Vec<u8>,
    /// The address must be a multiple of this.
    pub(super) alignment: u64,
    /// The bytes that depend on where functions are.
    pub(super) relocations: Vec<ModuleReloc>,
    /// Its direct references, by offset.
    pub references: Vec<Reference>,
    /// The offsets at which its basic blocks begin, in ascending order.
    pub blocks: Vec<u32>,
    /// How far the stack pointer is below the frame pointer between prologue and epilogue.
    pub frame_size: u32,
    /// Whether control can come back to it elsewhere than behind a call.
    pub(super) has_handlers: bool,
    /// Which bytes are for which places, by offset. Others belong to no place.
    pub sites: Vec<SiteRange>,
    /// Its calls, by offset.
    pub calls: Vec<CallSite>,
    /// Cranelift's own listing, with virtual registers where they are left: its *vcode*. There
    /// if it was asked for.
    pub listing: Option<String>,
    /// How many moves its epilogues were relieved of.
    pub removed_moves: u32,
    /// How long Cranelift took.
    pub time: Duration,
}

impl Compiled {
    /// The site of the byte at an offset.
    pub fn site_at(&self, offset: u32) -> Option<Site> {
        self.range_at(offset).map(|range| range.site)
    }

    /// What the byte at an offset was made for.
    pub(super) fn range_at(&self, offset: u32) -> Option<&SiteRange> {
        let next = self.sites.partition_point(|range| range.bytes.start <= offset);
        let range = &self.sites[next.checked_sub(1)?];
        range.bytes.contains(&offset).then_some(range)
    }

    /// The functions that it refers to directly.
    pub(super) fn targets(&self) -> impl Iterator<Item = FuncId> {
        self.relocations.iter().filter_map(|relocation| match &relocation.name {
            name @ ModuleRelocTarget::User { .. } => Some(FuncId::from_name(name)),
            _ => None,
        })
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled")
            .field("name", &self.name)
            .field("bytes", &self.bytes.len())
            .field("references", &self.references)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_pass_through_locations() {
        for site in [None, Some(0), Some(1), Some(SCOPED - 2)] {
            assert_eq!(site_of(source_location(site)), site);
            assert_eq!(scope_of(source_location(site)), 0);
        }
        assert_eq!(site_of(SourceLoc::default()), None);
        for scope in [0, 1, MAX_SCOPES as u32 - 1] {
            for site in [0, 1, MAX_SCOPED_SITE - 1] {
                let location = scoped_location(site, scope);
                assert!(!location.is_default());
                assert_eq!((site_of(location), scope_of(location)), (Some(site), scope));
            }
        }
    }
}

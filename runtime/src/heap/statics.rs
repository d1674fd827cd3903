//! Objects that live as long as the program: literals, and functions that capture
//! nothing. They are made once, lie outside the moving heap and point to nothing in it.

use std::io;

use super::object::{StringForm, StringHeader, flat_words};
use super::space::Space;
use crate::function::VmFunction;
use crate::value::{Tag, Value};

/// String literals up to this many bytes are kept in the object.
const FLAT_MAX_BYTES: usize = 256;
/// The least size of a chunk of objects, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// The functions, literals and constant closures of one program.
#[derive(Debug, Default)]
pub struct Statics {
    chunks: Vec<Space>,
    /// Owned, but not boxes: a box that is moved may not be read by an address taken before.
    buffers: Vec<*mut [u8]>,
}

impl Statics {
    /// An empty collection.
    pub fn new() -> Statics {
        Statics::default()
    }

    /// The string of a literal.
    ///
    /// # Errors
    /// If the system has no memory left.
    pub fn string(&mut self, text: &str) -> io::Result<Value> {
        if text.len() > FLAT_MAX_BYTES {
            return self.external_string(text);
        }
        let words = flat_words(text.len());
        let object = self.allocate(words)?;
        // SAFETY: fresh zeroed words.
        unsafe {
            object.write(StringHeader::new(StringForm::Flat, text.len() as u64).word());
            std::ptr::copy_nonoverlapping(text.as_ptr(), object.add(1).cast(), text.len());
        }
        Ok(Value::pointer(object, Tag::Str))
    }

    fn external_string(&mut self, text: &str) -> io::Result<Value> {
        let object = self.allocate(super::ROPE_WORDS)?;
        let bytes: *mut [u8] = Box::into_raw(text.as_bytes().into());
        // SAFETY: fresh words; the buffer is kept as long as they are.
        unsafe {
            object.write(StringHeader::new(StringForm::External, text.len() as u64).word());
            object.add(1).write(bytes.cast::<u8>() as u64);
        }
        self.buffers.push(bytes);
        Ok(Value::pointer(object, Tag::Str))
    }

    /// Keeps a function at a fixed address.
    ///
    /// # Errors
    /// If the system has no memory left.
    pub fn function(&mut self, function: VmFunction) -> io::Result<*const VmFunction> {
        // One word more, for the alignment.
        let object = self.allocate(size_of::<VmFunction>() / 8 + 1)?;
        let aligned = (object as usize).next_multiple_of(align_of::<VmFunction>());
        let place = aligned as *mut VmFunction;
        // SAFETY: fresh, large enough and aligned; a function has nothing to drop.
        unsafe { place.write(function) };
        Ok(place)
    }

    /// The closure of a function that captures nothing.
    ///
    /// # Errors
    /// If the system has no memory left.
    ///
    /// # Panics
    /// If the function does capture something.
    ///
    /// # Safety
    /// `function` is one of [`function`](Self::function)'s.
    pub unsafe fn closure(&mut self, function: *const VmFunction) -> io::Result<Value> {
        // SAFETY: by contract.
        let captures = unsafe { (*function).captures };
        assert_eq!(captures, 0, "only functions without captures are static");
        let object = self.allocate(1)?;
        // SAFETY: a fresh word.
        unsafe { object.write(function as u64) };
        Ok(Value::pointer(object, Tag::Closure))
    }

    fn allocate(&mut self, words: usize) -> io::Result<*mut u64> {
        let fits = |chunk: &Space| (chunk.end() as usize - chunk.free as usize) / 8 >= words;
        if !self.chunks.last().is_some_and(fits) {
            let doubled = CHUNK_BYTES << self.chunks.len().min(10);
            self.chunks.push(Space::reserve(doubled.max(words * 8))?);
        }
        let chunk = self.chunks.last_mut().expect("a chunk was just made");
        let object = chunk.free;
        chunk.free = object.wrapping_add(words);
        Ok(object)
    }
}

impl Drop for Statics {
    fn drop(&mut self) {
        for buffer in self.buffers.drain(..) {
            // SAFETY: each came from a box, and nothing reads it any more.
            drop(unsafe { Box::from_raw(buffer) });
        }
    }
}

// SAFETY: the chunks and buffers are owned memory; what they hold is immutable but for counters
// and code pointers, which only the owner of this value touches.
unsafe impl Send for Statics {}

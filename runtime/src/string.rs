//! Strings: flat bytes, or a concatenation that becomes flat at the first look.
//!
//! Concatenating is lazy, so that building a string piece by piece takes linear time.
//! A look at the bytes flattens the concatenation in place, iteratively, into a buffer
//! outside the moving heap (the idea is the *rope* of Boehm, Atkinson and Plass, 1995,
//! cut down to its two useful operations).

use crate::heap::object::{StringForm, StringHeader};
use crate::heap::{Heap, OutOfMemory};
use crate::value::Value;

/// Strings up to this length are copied rather than concatenated lazily, in bytes.
pub(crate) const EAGER_MAX_BYTES: u64 = 96;

fn header(string: Value) -> StringHeader {
    debug_assert!(string.is_str());
    // SAFETY: a Str points to a string object.
    StringHeader::from_word(unsafe { *string.object() })
}

/// The length of a Str in bytes.
pub fn len(string: Value) -> u64 {
    header(string).len()
}

/// Whether the bytes of a Str are still those of two others.
pub(crate) fn is_concatenation(string: Value) -> bool {
    header(string).form() == StringForm::Concat
}

/// The two halves of a concatenation.
pub(crate) fn halves(string: Value) -> Option<(Value, Value)> {
    is_concatenation(string).then(|| {
        let object = string.object();
        // SAFETY: a concatenation holds two values.
        unsafe { (Value::from_bits(*object.add(1)), Value::from_bits(*object.add(2))) }
    })
}

/// The bytes of a string that is no concatenation.
///
/// # Safety
/// The slice must not be used after the next allocation.
unsafe fn leaf_bytes<'a>(string: Value) -> &'a [u8] {
    let header = header(string);
    let object = string.object();
    // SAFETY: the header says where the bytes are; the lifetime is the caller's care.
    unsafe {
        let start = match header.form() {
            StringForm::Flat => object.add(1).cast::<u8>().cast_const(),
            StringForm::External => *object.add(1) as *const u8,
            StringForm::Concat => unreachable!("a concatenation has no bytes of its own"),
        };
        std::slice::from_raw_parts(start, header.len() as usize)
    }
}

/// Calls `visit` with the bytes of a Str, piece by piece, in order, without
/// flattening; stops at the first error.
pub(crate) fn try_for_each_piece<E>(
    string: Value,
    mut visit: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut rest = Vec::new();
    let mut next = Some(string);
    while let Some(string) = next {
        next = match halves(string) {
            Some((left, right)) => {
                rest.push(right);
                Some(left)
            }
            None => {
                // SAFETY: nothing is allocated in the heap meanwhile.
                visit(unsafe { leaf_bytes(string) })?;
                rest.pop()
            }
        };
    }
    Ok(())
}

/// The bytes of a Str, flattened first if it is a concatenation.
///
/// # Errors
/// If the flat form would break the heap's limit.
///
/// # Safety
/// The slice must not be used after the next allocation.
pub(crate) unsafe fn bytes<'a>(
    heap: &mut Heap<'_>,
    string: Value,
) -> Result<&'a [u8], OutOfMemory> {
    if is_concatenation(string) {
        flatten(heap, string)?;
    }
    // SAFETY: by contract; it is no concatenation any more.
    Ok(unsafe { leaf_bytes(string) })
}

fn flatten(heap: &mut Heap<'_>, string: Value) -> Result<(), OutOfMemory> {
    let len = len(string);
    if heap.refuses_buffer(len) {
        return Err(OutOfMemory);
    }
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(len as usize).map_err(|_| OutOfMemory)?;
    let done: Result<(), std::convert::Infallible> = try_for_each_piece(string, |piece| {
        buffer.extend_from_slice(piece);
        Ok(())
    });
    match done {
        Ok(()) => {}
    }
    debug_assert_eq!(buffer.len() as u64, len);
    // SAFETY: the string is a concatenation of that many bytes.
    unsafe { heap.set_buffer(string.object(), buffer.into_boxed_slice()) };
    Ok(())
}

/// Whether two Strs have the same bytes.
///
/// # Errors
/// If flattening one would break the heap's limit.
#[inline]
pub fn equal(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<bool, OutOfMemory> {
    if a == b {
        return Ok(true);
    }
    let (left, right) = (header(a), header(b));
    if left.len() != right.len() {
        return Ok(false);
    }
    let are_flat = left.form() == StringForm::Flat && right.form() == StringForm::Flat;
    if are_flat && left.len() <= EAGER_MAX_BYTES {
        // The last word is filled up with zeros.
        let words = 1..left.words();
        let (a, b) = (a.object(), b.object());
        // SAFETY: objects of that many words.
        return Ok(words.into_iter().all(|i| unsafe { *a.add(i) == *b.add(i) }));
    }
    // SAFETY: nothing is allocated in the moving heap while the slices live.
    unsafe { Ok(bytes(heap, a)? == bytes(heap, b)?) }
}

/// The bytewise order of two Strs.
///
/// # Errors
/// If flattening one would break the heap's limit.
pub fn compare(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<std::cmp::Ordering, OutOfMemory> {
    // SAFETY: nothing is allocated in the moving heap while the slices live.
    unsafe { Ok(bytes(heap, a)?.cmp(bytes(heap, b)?)) }
}

/// Where the bytes of a short string are: in it.
pub(crate) fn short_bytes(string: Value) -> *const u8 {
    debug_assert!(header(string).form() == StringForm::Flat, "short strings are flat");
    string.object().wrapping_add(1).cast::<u8>().cast_const()
}

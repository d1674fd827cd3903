//! Names for debuggers: an ELF image in memory for the code that has come into being, announced over
//! GDB's JIT interface (<https://sourceware.org/gdb/current/onlinedocs/gdb/JIT-Interface.html>),
//! which LLDB knows, too. Frames are found by the frame pointers that every prologue sets up.

use std::fmt;

use object::elf;
use object::write::elf::{FileHeader, SectionHeader, Sym, Writer};
use wasmtime_internal_jit_debug::gdb_jit_int::GdbJitImageRegistration;

use crate::jit::Piece;

/// What debuggers were told; they forget it when this is dropped.
#[derive(Default)]
pub(super) struct Gdb(Vec<GdbJitImageRegistration>);

impl fmt::Debug for Gdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gdb").field(&self.0.len()).finish()
    }
}

impl Gdb {
    /// Announces a piece of code.
    pub(super) fn add(&mut self, piece: &Piece, name: &str) {
        self.0.push(GdbJitImageRegistration::register(image(piece, name)));
    }
}

/// An executable without contents whose one function is at the piece's address.
fn image(piece: &Piece, name: &str) -> Vec<u8> {
    let (address, size) = (piece.address as u64, piece.len as u64);
    let name = name.replace('\0', " ");
    let mut bytes = Vec::new();
    let mut writer = Writer::new(object::Endianness::default(), true, &mut bytes);
    writer.reserve_null_section_index();
    let text_name = writer.add_section_name(b".text");
    let text = writer.reserve_section_index();
    writer.reserve_symtab_section_index();
    writer.reserve_strtab_section_index();
    writer.reserve_shstrtab_section_index();
    let name = writer.add_string(name.as_bytes());
    writer.reserve_file_header();
    writer.reserve_null_symbol_index();
    writer.reserve_symbol_index(Some(text));
    writer.reserve_symtab();
    writer.reserve_strtab();
    writer.reserve_shstrtab();
    writer.reserve_section_headers();

    let machine = if cfg!(target_arch = "aarch64") { elf::EM_AARCH64 } else { elf::EM_X86_64 };
    let header = FileHeader {
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        e_type: elf::ET_EXEC,
        e_machine: machine,
        e_entry: 0,
        e_flags: 0,
    };
    writer.write_file_header(&header).expect("all sizes were reserved");
    writer.write_null_symbol();
    writer.write_symbol(&Sym {
        name: Some(name),
        section: Some(text),
        st_info: elf::STB_GLOBAL << 4 | elf::STT_FUNC,
        st_other: 0,
        st_shndx: 0,
        st_value: address,
        st_size: size,
    });
    writer.write_strtab();
    writer.write_shstrtab();
    writer.write_null_section_header();
    writer.write_section_header(&SectionHeader {
        name: Some(text_name),
        sh_type: elf::SHT_NOBITS,
        sh_flags: u64::from(elf::SHF_ALLOC | elf::SHF_EXECINSTR),
        sh_addr: address,
        sh_offset: 0,
        sh_size: size,
        sh_link: 0,
        sh_info: 0,
        sh_addralign: 16,
        sh_entsize: 0,
    });
    writer.write_symtab_section_header(1);
    writer.write_strtab_section_header();
    writer.write_shstrtab_section_header();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_name_the_code_at_its_address() {
        let piece = Piece { address: 0x1234_5000, len: 0x40, name: String::new() };
        let bytes = image(&piece, "fib (a.rinha:1:1)");
        assert_eq!(bytes[..4], elf::ELFMAG);
        let contains = |wanted: &[u8]| bytes.windows(wanted.len()).any(|bytes| bytes == wanted);
        assert!(contains(b"\0fib (a.rinha:1:1)\0"));
        assert!(contains(&0x1234_5000_u64.to_ne_bytes()));
    }
}

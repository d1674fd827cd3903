//! The assembly text of a compiled function.
//!
//! On x86-64 instructions are decoded and written in NASM's syntax; for other processors
//! Cranelift's own text has to do. Addresses are offsets in the function.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use galo_runtime::Site;
use iced_x86::{
    Formatter, Instruction, Mnemonic, NasmFormatter, OpKind, SymbolResolver, SymbolResult,
};

use super::compiled::Compiled;
use super::instructions::{Instructions, inner_target, reference};
use super::listing::Listing;
use super::target::IS_X86_64;

/// What to say of the code.
#[derive(Clone, Copy)]
pub struct Annotations<'a> {
    /// What is at an address outside of the function, if anything that has a name.
    pub symbol: &'a dyn Fn(u64) -> Option<String>,
    /// What is at a place in the program. Said where the code for it begins.
    pub site: &'a dyn Fn(Site) -> String,
    /// More about instructions, by their offsets.
    pub notes: &'a [(u32, String)],
}

/// Below this, a constant is a number and not an address.
const LOWEST_ADDRESS: u64 = 1 << 16;

/// How many bytes of data stand on a line.
const DATA_BYTES: usize = 8;

/// A line of a function's code.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct CodeLine {
    /// What stands there, without its address.
    pub text: String,
    /// Whether it names the place that follows: a label and a colon.
    pub is_label: bool,
    /// The label that it jumps to, as bytes of the text.
    pub target: Option<Range<usize>>,
    /// Its bytes, as offsets in the function; none, if it is no code.
    pub bytes: Range<u32>,
    /// The place in the program that it was made for, if it is one.
    pub site: Option<Site>,
    /// What there is to say of it.
    pub notes: Vec<String>,
}

impl CodeLine {
    fn of_text(text: &str) -> CodeLine {
        CodeLine { text: text.to_owned(), ..CodeLine::default() }
    }

    /// The line behind its address, as it stands in the listing of its function.
    pub fn listed(&self, compiled: &Compiled) -> String {
        if self.bytes.is_empty() {
            return self.text.clone();
        }
        let digits = format!("{:x}", compiled.bytes.len()).len();
        format!("  {:>digits$x}  {}", self.bytes.start, self.text)
    }
}

/// The text of a function. For other processors than x86-64 it was compiled with
/// [`listing`](super::Options::listing).
pub fn disassemble(compiled: &Compiled, annotations: Annotations<'_>) -> String {
    let mut listing = Listing::default();
    for line in code_lines(compiled, annotations) {
        if line.is_label {
            listing.forget_place();
        }
        listing.place(line.site, annotations.site);
        line.notes.iter().for_each(|note| listing.remark(note.as_str()));
        listing.line(&line.listed(compiled));
    }
    listing.take()
}

/// The same in lines; the first says what it is. What is at places is not asked for.
pub fn code_lines(compiled: &Compiled, annotations: Annotations<'_>) -> Vec<CodeLine> {
    let Compiled { name, bytes, frame_size, .. } = compiled;
    let title = format!("; {name}: {} bytes, and {frame_size} on the stack", bytes.len());
    let mut lines = vec![CodeLine::of_text(&title)];
    match &compiled.listing {
        Some(text) if !IS_X86_64 => lines.extend(text.lines().map(CodeLine::of_text)),
        _ => Text::new(compiled, annotations).write(&mut lines),
    }
    lines
}

/// The name that the instruction at hand has for an address, shared with the formatter, which
/// wants to own whom it asks.
type Shared = Rc<RefCell<Option<Symbol>>>;

#[derive(Clone, Debug)]
struct Symbol {
    /// What the instruction refers to.
    address: u64,
    /// What is named; the difference is written behind the name.
    named: u64,
    name: String,
}

struct Resolver(Shared);

impl SymbolResolver for Resolver {
    fn symbol(
        &mut self,
        _instruction: &Instruction,
        _operand: u32,
        _instruction_operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        let symbol = self.0.borrow().clone().filter(|symbol| symbol.address == address)?;
        Some(SymbolResult::with_string(symbol.named, symbol.name))
    }
}

/// A function on its way to text.
struct Text<'a> {
    compiled: &'a Compiled,
    annotations: Annotations<'a>,
    /// None, if the bytes make no sense: then they are listed as they are.
    instructions: Option<Instructions>,
    /// Where jumps lead to, in ascending order.
    labels: Vec<u64>,
    /// By offset.
    notes: Vec<&'a (u32, String)>,
}

impl<'a> Text<'a> {
    fn new(compiled: &'a Compiled, annotations: Annotations<'a>) -> Self {
        let instructions = Instructions::decode(compiled);
        let list = instructions.iter().flat_map(|instructions| &instructions.list);
        let mut labels: Vec<u64> =
            list.filter_map(|instruction| inner_target(compiled, instruction)).collect();
        labels.sort_unstable();
        labels.dedup();
        let mut notes: Vec<_> = annotations.notes.iter().collect();
        notes.sort_by_key(|note| note.0);
        Text { compiled, annotations, instructions, labels, notes }
    }

    fn write(&self, lines: &mut Vec<CodeLine>) {
        let shared = Shared::default();
        let mut formatter = formatter(&shared);
        let mut offset = 0;
        for instruction in self.instructions.iter().flat_map(|all| &all.list) {
            self.write_data(lines, offset, instruction.ip());
            offset = instruction.next_ip();
            if let Ok(label) = self.labels.binary_search(&instruction.ip()) {
                let text = format!("{}:", label_name(label));
                lines.push(CodeLine { is_label: true, ..CodeLine::of_text(&text) });
            }
            *shared.borrow_mut() = self.symbol(instruction);
            let mut text = String::new();
            formatter.format(instruction, &mut text);
            let bytes = instruction.ip() as u32..instruction.next_ip() as u32;
            lines.push(CodeLine {
                is_label: false,
                target: self.target(instruction, &text),
                site: self.compiled.site_at(bytes.start),
                notes: self.notes_at(bytes.start),
                bytes,
                text,
            });
        }
        self.write_data(lines, offset, self.compiled.bytes.len() as u64);
    }

    /// Where in an instruction's text the label stands that it jumps to.
    fn target(&self, instruction: &Instruction, text: &str) -> Option<Range<usize>> {
        let target = inner_target(self.compiled, instruction)?;
        let name = label_name(self.labels.binary_search(&target).ok()?);
        let start = text.rfind(&name)?;
        Some(start..start + name.len())
    }

    fn notes_at(&self, offset: u32) -> Vec<String> {
        let first = self.notes.partition_point(|note| note.0 < offset);
        let notes = self.notes[first..].iter().take_while(|note| note.0 == offset);
        notes.map(|note| note.1.clone()).collect()
    }

    /// Tables and constants.
    fn write_data(&self, lines: &mut Vec<CodeLine>, from: u64, to: u64) {
        let bytes = &self.compiled.bytes[from as usize..to as usize];
        for (index, row) in bytes.chunks(DATA_BYTES).enumerate() {
            let offset = from as usize + index * DATA_BYTES;
            let end = offset + row.len();
            let row: Vec<String> = row.iter().map(|byte| format!("0x{byte:02x}")).collect();
            let text = format!("db      {}", row.join(", "));
            let bytes = offset as u32..end as u32;
            lines.push(CodeLine { text, bytes, ..CodeLine::default() });
        }
    }

    /// What an instruction refers to, if that has a name.
    fn symbol(&self, instruction: &Instruction) -> Option<Symbol> {
        let address = address(instruction)?;
        let symbol = |named, name| Some(Symbol { address, named, name });
        if let Some(name) = reference(self.compiled, instruction) {
            return symbol(address, name.to_string());
        }
        if instruction.is_ip_rel_memory_operand() {
            return symbol(0, "$$".to_string());
        }
        match self.labels.binary_search(&address) {
            Ok(label) if inner_target(self.compiled, instruction).is_some() => {
                symbol(address, label_name(label))
            }
            _ if address >= LOWEST_ADDRESS => symbol(address, (self.annotations.symbol)(address)?),
            _ => None,
        }
    }
}

/// The address that an instruction refers to.
fn address(instruction: &Instruction) -> Option<u64> {
    if instruction.is_ip_rel_memory_operand() {
        return Some(instruction.ip_rel_memory_address());
    }
    if instruction.op0_kind() == OpKind::NearBranch64 {
        return Some(instruction.near_branch_target());
    }
    let loads = instruction.mnemonic() == Mnemonic::Mov
        && matches!(instruction.op1_kind(), OpKind::Immediate32 | OpKind::Immediate64);
    loads.then(|| instruction.immediate(1))
}

fn label_name(label: usize) -> String {
    format!(".{}", label + 1)
}

fn formatter(shared: &Shared) -> NasmFormatter {
    let resolver = Box::new(Resolver(Rc::clone(shared)));
    let mut formatter = NasmFormatter::with_options(Some(resolver), None);
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_space_between_memory_add_operators(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_signed_immediate_operands(true);
    options.set_show_branch_size(false);
    options.set_first_operand_char_index(8);
    formatter
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::InstBuilder;
    use cranelift_codegen::ir::types::I64;
    use cranelift_codegen::isa::CallConv;

    use super::super::code_memory::CodeMemory;
    use super::super::fixtures::{define, fib, shapes, words};
    use super::*;

    fn plain(compiled: &Compiled) -> String {
        let annotations = Annotations { symbol: &|_| None, site: &|_| String::new(), notes: &[] };
        disassemble(compiled, annotations)
    }

    #[test]
    fn places_and_notes_stand_at_the_right() {
        if !IS_X86_64 {
            return;
        }
        let mut memory = CodeMemory::new(true).unwrap();
        let fib = fib(&mut memory);
        let notes = [(1, "its frame".to_string()), (0, "begins".to_string())];
        let site = |site| format!("3:{site}");
        let text = disassemble(&fib, Annotations { symbol: &|_| None, site: &site, notes: &notes });
        let expected = "\
; fib: 108 bytes, and 16 on the stack
   0  push    rbp                               ; begins
   1  mov     rbp, rsp                          ; its frame
   4  sub     rsp, 0x10
   8  mov     [rsp], r12
   c  mov     [rsp + 8], r13
  11  mov     r12, rdi
  14  cmp     rdi, 2
  18  jl      .1
  1e  mov     rdi, r12
  21  add     rdi, -1                           ; 3:10
  28  call    fib
  2d  mov     rdi, r12
  30  mov     r13, rax
  33  add     rdi, -2                           ; 3:20
  3a  call    fib
  3f  mov     rcx, r13
  42  add     rax, rcx                          ; 3:30
  45  mov     r12, [rsp]
  49  mov     r13, [rsp + 8]
  4e  add     rsp, 0x10
  52  nop     dword [rax]
  55  pop     rbp
  56  ret
.1:
  57  mov     rax, r12
  5a  mov     r12, [rsp]
  5e  mov     r13, [rsp + 8]
  63  add     rsp, 0x10
  67  nop     dword [rax]
  6a  pop     rbp
  6b  ret
";
        assert_eq!(text, expected);
    }

    #[test]
    fn lines_know_their_bytes_and_labels() {
        if !IS_X86_64 {
            return;
        }
        let mut memory = CodeMemory::new(true).unwrap();
        let fib = fib(&mut memory);
        let site = |_| String::new();
        let annotations = Annotations { symbol: &|_| None, site: &site, notes: &[] };
        let lines = code_lines(&fib, annotations);
        let jump = lines.iter().find(|line| line.text.contains("jl")).unwrap();
        assert_eq!((jump.bytes.clone(), jump.text.as_str()), (0x18..0x1e, "jl      .1"));
        assert_eq!(&jump.text[jump.target.clone().unwrap()], ".1");
        let labels: Vec<_> = lines.iter().filter(|line| line.is_label).map(|l| &l.text).collect();
        assert_eq!(labels, [".1:"]);
        let call = lines.iter().find(|line| line.text.contains("call")).unwrap();
        assert_eq!((call.target.clone(), call.site), (None, Some(10)));
    }

    #[test]
    fn addresses_have_names() {
        if !IS_X86_64 {
            return;
        }
        const PRINT: i64 = 0x1234_5678_9abc;
        let mut memory = CodeMemory::new(true).unwrap();
        let caller = define(&mut memory, "caller", 1, |builder, parameters, _| {
            let signature = builder.import_signature(words(CallConv::SystemV, 1));
            let address = builder.ins().iconst(I64, PRINT);
            let call = builder.ins().call_indirect(signature, address, parameters);
            let results = builder.inst_results(call).to_vec();
            builder.ins().return_(&results);
        });
        let symbol = |address| (address == PRINT as u64).then(|| "print".to_string());
        let site = |_| String::new();
        let text = disassemble(&caller, Annotations { symbol: &symbol, site: &site, notes: &[] });
        assert!(text.contains(", print\n"), "{text}");
        assert!(plain(&caller).contains(", 0x123456789abc\n"));
    }

    #[test]
    fn data_is_not_taken_for_code() {
        if !IS_X86_64 {
            return;
        }
        let mut memory = CodeMemory::new(true).unwrap();
        let mut texts = shapes(&mut memory)
            .into_iter()
            .map(|(shape, functions, _)| (shape, functions.iter().map(plain).collect::<String>()));
        let mut text = |wanted| texts.find(|(shape, _)| *shape == wanted).unwrap().1;
        let table = text("table");
        // Eight offsets, then the code of the eight blocks.
        assert_eq!(table.matches("  db  ").count(), 4, "{table}");
        assert_eq!(table.matches("  ret").count() + table.matches("  jmp     table").count(), 8);
        let constants = text("constants");
        assert!(constants.contains("  mulsd") || constants.contains("  vmulsd"), "{constants}");
        assert!(constants.contains("[rel $$ + 0x"), "{constants}");
        assert_eq!(constants.matches("  ret").count(), 1, "{constants}");
    }

    #[test]
    fn bytes_that_are_no_code_are_shown_as_they_are() {
        if !IS_X86_64 {
            return;
        }
        let mut memory = CodeMemory::new(true).unwrap();
        let mut broken = fib(&mut memory);
        broken.bytes[0] = 0x06;
        let text = plain(&broken);
        assert!(text.contains("\n   0  db      0x06, 0x48, 0x89,"), "{text}");
        assert_eq!(text.lines().count(), 1 + broken.bytes.len().div_ceil(DATA_BYTES));
    }
}

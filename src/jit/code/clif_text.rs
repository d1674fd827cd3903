//! A function in CLIF as text, with places in the program and notes at the right.

use std::fmt::{self, Write};

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Block, Function, Inst, Value};
use cranelift_codegen::write::{FuncWriter, PlainWriter, decorate_function, write_block_header};
use galo_runtime::Site;
use rustc_hash::FxHashMap;

use super::compiled::site_of;
use super::listing::Listing;

/// How far instructions are indented.
const INDENT: usize = 4;

/// How far Cranelift indents what it writes by itself if there are locations.
const CRANELIFT_INDENT: &str = "\n                                    ";

/// The text of a function. `site` says what is at a place in the program; `notes` are about
/// instructions. Values are numbered as Cranelift numbers them.
pub fn clif_text(
    function: &Function,
    site: &dyn Fn(Site) -> String,
    notes: &[(Inst, String)],
) -> String {
    let mut by_instruction: FxHashMap<Inst, Vec<&str>> = FxHashMap::default();
    for (instruction, note) in notes {
        by_instruction.entry(*instruction).or_default().push(note);
    }
    let mut writer = Annotating { site, notes: by_instruction, listing: Listing::default() };
    let mut text = String::new();
    decorate_function(&mut writer, &mut text, function).expect("strings take everything");
    text.replace(CRANELIFT_INDENT, &format!("\n{:INDENT$}", ""))
}

/// Puts remarks at the right of the lines that Cranelift writes.
struct Annotating<'a> {
    site: &'a dyn Fn(Site) -> String,
    notes: FxHashMap<Inst, Vec<&'a str>>,
    listing: Listing,
}

impl FuncWriter for Annotating<'_> {
    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        function: &Function,
        block: Block,
        _indent: usize,
    ) -> fmt::Result {
        self.listing.forget_place();
        write_block_header(w, function, block, INDENT)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        function: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        instruction: Inst,
        _indent: usize,
    ) -> fmt::Result {
        let mut text = String::new();
        PlainWriter.write_instruction(&mut text, function, aliases, instruction, INDENT)?;
        let location = function.srcloc(instruction);
        if !location.is_default() {
            // Its number says nothing to anybody.
            let number = format!("{location} ");
            text.replace_range(..number.len(), &" ".repeat(INDENT));
        }
        self.listing.place(site_of(location), self.site);
        for note in self.notes.get(&instruction).into_iter().flatten() {
            self.listing.remark(*note);
        }
        for line in text.lines() {
            self.listing.line(line);
        }
        w.write_str(&self.listing.take())
    }
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::InstBuilder;
    use cranelift_codegen::ir::condcodes::IntCC;
    use cranelift_codegen::ir::types::I64;
    use cranelift_codegen::isa::CallConv;

    use super::super::code_memory::CodeMemory;
    use super::super::compiled::source_location;
    use super::super::fixtures::{function, words};
    use super::*;

    #[test]
    fn places_and_notes_stand_at_the_right() {
        let mut memory = CodeMemory::new(true).unwrap();
        let mut noted = None;
        let function = function(&mut memory, words(CallConv::Tail, 1), |_, builder, parameters| {
            builder.set_srcloc(source_location(None));
            let sum = builder.ins().iadd_imm_s(parameters[0], 1);
            builder.set_srcloc(source_location(Some(7)));
            let product = builder.ins().imul(sum, sum);
            let small = builder.ins().icmp_imm_s(IntCC::SignedLessThan, product, 2);
            let (then, otherwise) = (builder.create_block(), builder.create_block());
            let branch = builder.ins().brif(small, then, &[], otherwise, &[]);
            noted = Some(branch);
            builder.switch_to_block(then);
            builder.ins().return_(&[sum]);
            builder.switch_to_block(otherwise);
            builder.set_srcloc(source_location(Some(8)));
            let last = builder.ins().iadd(product, sum);
            builder.ins().return_(&[last]);
            let parameter = builder.func.dfg.append_block_param(otherwise, I64);
            builder.func.dfg.detach_block_params(otherwise);
            builder.func.dfg.change_to_alias(parameter, parameters[0]);
        });
        let notes = vec![
            (noted.unwrap(), "first note".to_string()),
            (noted.unwrap(), "second note".to_string()),
        ];
        let text = clif_text(&function, &|site| format!("3:{site}"), &notes);
        let expected = "\
function u0:0(i64) -> i64 tail {
block0(v0: i64):
    v7 -> v0
    v1 = iconst.i64 1
    v2 = iadd v0, v1  ; v1 = 1
    v3 = imul v2, v2                            ; 3:7
    v4 = iconst.i64 2
    v5 = icmp slt v3, v4  ; v4 = 2
    brif v5, block1, block2                     ; first note; second note

block1:
    return v2                                   ; 3:7

block2:
    v6 = iadd.i64 v3, v2                        ; 3:8
    return v6
}
";
        assert_eq!(text, expected);
    }
}

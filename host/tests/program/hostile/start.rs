//! Core modules that misbehave before any function of the contract is called: in their start function.
//!
//! A module is put into the guest's component, which makes an instance of it beside its own. So that what a guest in
//! Rust cannot do, such as growing a table, is tried too.

use wasm_encoder::{
    BlockType, CodeSection, ComponentSection, Function, FunctionSection, HeapType, InstanceSection,
    Instruction, MemorySection, MemoryType, Module, ModuleSection, RefType, StartSection, TableSection,
    TableType, TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

use crate::foreign::importing;

/// The component with an instance of such a module in it.
pub(crate) fn with(component: &[u8], behave: &str) -> Vec<u8> {
    if behave == "import" {
        return importing("evil:net/sockets@1.0.0");
    }
    let mut component = component.to_vec();
    let modules = core_modules(&component);
    ModuleSection(&module(behave)).append_to_component(&mut component);
    let mut instances = InstanceSection::new();
    instances.instantiate(modules, std::iter::empty::<(&str, wasm_encoder::ModuleArg)>());
    instances.append_to_component(&mut component);
    component
}

/// How many core modules stand at the component's top: the number of the next one.
fn core_modules(component: &[u8]) -> u32 {
    let (mut depth, mut modules) = (0_u32, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::ModuleSection { .. } => {
                modules += u32::from(depth == 0);
                depth += 1;
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    modules
}

fn module(behave: &str) -> Module {
    let (mut types, mut functions, mut tables, mut memories) =
        (TypeSection::new(), FunctionSection::new(), TableSection::new(), MemorySection::new());
    types.ty().function([], []);
    functions.function(0);
    let table = TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    };
    tables.table(table);
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut code = CodeSection::new();
    code.function(&start(behave));
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&tables).section(&memories);
    module.section(&StartSection { function_index: 0 }).section(&code);
    module
}

/// The start function: what it does, for ever.
fn start(behave: &str) -> Function {
    let mut function = Function::new([(64, ValType::I64)]);
    let step: &[Instruction<'_>] = match behave {
        "table" => &[
            Instruction::RefNull(HeapType::FUNC),
            Instruction::I32Const(50_000),
            Instruction::TableGrow(0),
            Instruction::Drop,
        ],
        "memory" => &[Instruction::I32Const(16), Instruction::MemoryGrow(0), Instruction::Drop],
        "stack" => &[Instruction::Call(0)],
        "trap" => &[Instruction::Unreachable],
        "loop" => &[Instruction::Nop],
        other => panic!("no module does `{other}`"),
    };
    function.instruction(&Instruction::Loop(BlockType::Empty));
    step.iter().for_each(|instruction| {
        function.instruction(instruction);
    });
    function.instruction(&Instruction::Br(0)).instruction(&Instruction::End).instruction(&Instruction::End);
    function
}

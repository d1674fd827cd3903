//! Loads, compiles, runs and drops programs without end, one after the other; who started it
//! watches its memory (`cargo xtask soak`).

use arbitrary::Unstructured;
use galo::{Config, Engine, JitConfig, Tier};
use galo_testing::differential::LIMITS;
use galo_testing::generator;
use galo_testing::reference::{self, Dialect, End};

fn main() {
    let mut state = 1_u64;
    loop {
        // Knuth's MMIX: good enough to make other programs each time.
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        let bytes: Vec<u8> = (0..1_000).map(|_| next()).collect();
        let ast = generator::program(&mut Unstructured::new(&bytes), Dialect::Strict);
        if matches!(reference::run(&ast, Dialect::Strict, LIMITS).end, End::GaveUp) {
            continue;
        }
        let eager = JitConfig { threshold: Some(u64::from(next() % 4)), ..JitConfig::default() };
        for tier in Tier::ALL {
            let engine = Engine::new(Config { tier, jit: eager.clone(), ..Config::default() });
            let program = engine.load_ast(ast.clone()).expect("generated programs can be loaded");
            let _ = program.run(&mut Vec::new());
        }
    }
}

//! The contract as Rust types and traits, generated from `wit/`.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "exchange-connector",
    imports: {
        "exchange:connector/http.decode": trappable,
        "exchange:connector/http": async | trappable,
        "exchange:connector/records": async | trappable,
        "exchange:connector/signing": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "exchange:connector/http.pending": super::pending::PendingRequest,
    },
});

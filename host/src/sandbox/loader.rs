//! From a component's bytes to something that can be instantiated in microseconds.

use std::sync::Arc;

use tokio::sync::Semaphore;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use super::bindings::{ExchangeConnector, ExchangeConnectorPre};
use super::cache::{Cache, compile};
use super::engine::{Engine, MAX_CALLS};
use super::package::{is_wasi, may_import};
use super::state::CallState;
use crate::error::{Context, Error, Kind, Result};

/// Loads connectors and gives calls their places. One per process.
pub struct Sandbox {
    engine: Engine,
    cache: Option<Cache>,
    linker: Linker<CallState>,
    places: Arc<Semaphore>,
}

impl Sandbox {
    /// A sandbox over this engine; without a cache every load compiles.
    pub fn new(engine: Engine, cache: Option<Cache>) -> Result<Self> {
        let mut linker = Linker::new(&engine.inner);
        ExchangeConnector::add_to_linker::<_, HasSelf<CallState>>(&mut linker, |state| state)
            .context(Kind::Internal, "the contract does not link")?;
        Ok(Self { engine, cache, linker, places: Arc::new(Semaphore::new(MAX_CALLS as usize)) })
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles (or finds compiled), checks the imports and links. Takes a second or more for what is not in the
    /// cache: call it off the async threads.
    pub fn load(&self, component: &[u8]) -> Result<Arc<Loaded>> {
        let code = match &self.cache {
            Some(cache) => cache.load(&self.engine, component)?,
            None => compile(&self.engine, component)?,
        };
        self.check_imports(&code)?;
        let instance = self.link(&code).map_err(|cause| format!("{cause:#}"));
        let instance = instance.context(Kind::Config, "the connector does not fit the contract")?;
        let pre = ExchangeConnectorPre::new(instance)
            .map_err(|cause| format!("{cause:#}"))
            .context(Kind::Config, "the connector does not export the contract")?;
        Ok(Arc::new(Loaded { pre, engine: self.engine.clone(), places: Arc::clone(&self.places) }))
    }

    /// The import list is the permission list.
    fn check_imports(&self, code: &Component) -> Result<()> {
        let kind = code.component_type();
        let strange = kind.imports(&self.engine.inner).map(|(name, _)| name).find(|name| !may_import(name));
        match strange {
            Some(name) => Err(Error::config(format!("the connector imports `{name}`, which nobody grants"))
                .hint("a connector may import exchange:connector@0.1 and, to no effect, wasi")),
            None => Ok(()),
        }
    }

    /// WASI is linked to nothing: whoever calls it traps.
    fn link(&self, code: &Component) -> wasmtime::Result<InstancePre<CallState>> {
        let kind = code.component_type();
        if !kind.imports(&self.engine.inner).any(|(name, _)| is_wasi(name)) {
            return self.linker.instantiate_pre(code);
        }
        let mut linker = self.linker.clone();
        linker.define_unknown_imports_as_traps(code)?;
        linker.instantiate_pre(code)
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sandbox({:?})", self.engine)
    }
}

/// A connector, compiled and linked.
pub struct Loaded {
    pub(super) pre: ExchangeConnectorPre<CallState>,
    pub(super) engine: Engine,
    pub(super) places: Arc<Semaphore>,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Loaded")
    }
}

/** The part of the wasm that writes down what a session is told: for pages with `debug`, and fetched by no other. */
import type { Instance } from './guard'
import { compile } from './parts'

/** What an instance waits for, once. */
const coming = new WeakMap<Instance, Promise<void>>()

/** Adds the part to an instance that has all others. Where it cannot be had, the chat goes on and there is no trace. */
export function writeTraces(instance: Instance): Promise<void> {
  const known = coming.get(instance)
  if (known || instance.grown() < OTHERS) return known ?? Promise.resolve()
  const added = compile(new URL(__TRACE__, import.meta.url).href)
    .then((part) => instance.grow(part))
    .catch(() => void coming.delete(instance))
  coming.set(instance, added)
  return added
}

/** The parts that come before this one (`crates/xtask/src/split.rs`). */
const OTHERS = 2

/** The part of the wasm that writes down what a session is told: for pages with `debug`, and fetched by no other. */
import type { Instance } from './guard'
import { compile } from './parts'

/** What an instance waits for, once. */
const coming = new WeakMap<Instance, Promise<void>>()

/**
 * Adds the part to an instance, after all others. Where those cannot be had soon, or this one at all, the chat goes on
 * and there is no trace.
 */
export function writeTraces(instance: Instance, others: Promise<void> | undefined): Promise<unknown> {
  // Beside another widget, what cannot be had is asked for again for as long as that one waits.
  return Promise.race([added(instance, others), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
}

async function added(instance: Instance, others: Promise<void> | undefined): Promise<void> {
  await others
  if (instance.grown() < OTHERS) return
  if (!coming.has(instance)) {
    const adding = compile(new URL(__TRACE__, import.meta.url).href)
      .then((part) => instance.grow(part))
      .catch(() => void coming.delete(instance))
    coming.set(instance, adding)
  }
  return coming.get(instance)
}

/** How long a chat may wait for its trace, which is for whoever looks into it; our choice. */
const PATIENCE_MS = 3000

/** The parts that come before this one (`crates/xtask/src/split.rs`). */
const OTHERS = 2

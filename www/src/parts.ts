/**
 * The parts of the wasm that come after the widget stands, one after the other: a message can be sent without them, and
 * what was to be shown by them is shown plainly until they are there.
 */
import type { Instance } from './guard'

const files = [() => new URL(__ANSWERS__, import.meta.url).href, () => new URL(__REST__, import.meta.url).href]

/** Compiled once, however many instances there are. */
const compiled: Promise<WebAssembly.Module>[] = []

/** What is waited for by whoever needs a whole instance; nothing once it is. */
const completing = new WeakMap<Instance, Promise<void> | undefined>()

/** Gives an instance all its parts, however often this is asked for. What it gives ends when they are there, or for good. */
export function complete(instance: Instance): Promise<void> | undefined {
  if (!completing.has(instance)) {
    const ended = (): void => {
      if (instance.hearers.size) completing.set(instance, undefined)
      else completing.delete(instance)
    }
    completing.set(instance, grow(instance).then(ended))
  }
  return completing.get(instance)
}

/** What cannot be had is asked for again, in longer and longer pauses, as long as somebody waits. */
async function grow(instance: Instance): Promise<void> {
  for (let tries = 0; instance.grown() < files.length && !instance.isDead(); ) {
    const place = instance.grown()
    try {
      await instance.grow(await (compiled[place] ??= compile(files[place]!())))
      tries = 0
    } catch {
      delete compiled[place]
      const pause = PAUSES_MS[tries++]
      if (!pause) return
      await new Promise((resolve) => {
        setTimeout(resolve, pause)
      })
      if (!instance.hearers.size) return
    }
  }
}

/** Compiles what a server has under an address. */
export async function compile(url: string): Promise<WebAssembly.Module> {
  const answer = await fetch(url)
  if (!answer.ok) throw answer
  return WebAssembly.compile(await answer.arrayBuffer())
}

/** In all about half an hour; whoever is offline for longer opens the page anew. */
const PAUSES_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768].map((seconds) => seconds * 1000)

/** What the ES modules have in common: where the code is, and who is mounted. */
import type { ChatHandle, ChatOptions } from '@miptech/chat'
import type { Code } from './seat'
import { get, mountWith } from './mount'

// Both are written so that bundlers see what belongs to it and carry it along.
const fetchCode = (): Promise<[Code, Response]> =>
  Promise.all([import(__GLUE__) as Promise<Code>, fetch(new URL(__WASM__, import.meta.url).href)])

/** The handles given out, also of widgets that were refused: their errors are worth reading. */
const mounted = new Map<string, ChatHandle>()
const watchers = new Set<() => void>()

export function mount(options?: ChatOptions): ChatHandle {
  const handle = mountWith(fetchCode, options)
  if (mounted.get(handle.id) !== handle) {
    mounted.set(handle.id, handle)
    watchEnd(handle)
    tell()
  }
  return handle
}

export function handleOf(id: string): ChatHandle | undefined {
  return mounted.get(id)
}

/** Calls back whenever another handle, or none, answers to some id. Gives the function that ends it. */
export function watch(callback: () => void): () => void {
  watchers.add(callback)
  return () => void watchers.delete(callback)
}

/** Only the last holder's `destroy` takes the widget away, and its handle off the list. */
function watchEnd(handle: ChatHandle): void {
  const { destroy } = handle
  handle.destroy = handle.unmount = async () => {
    await destroy()
    if (get(handle.id) === handle || mounted.get(handle.id) !== handle) return
    mounted.delete(handle.id)
    tell()
  }
}

function tell(): void {
  for (const callback of watchers) callback()
}

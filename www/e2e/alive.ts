/** What of a widget is alive in a page: sockets, timers, listeners, nodes and globals. */
import type { Page } from '@playwright/test'

declare global {
  interface Window {
    /** Sockets that are not closed, the most there were of them at once, and timers that have not fired. */
    live: { sockets: number; mostSockets: number; timers: number }
    /** Of every instance of WebAssembly, as they are made. */
    memories: WebAssembly.Memory[]
  }
}

/** Counts from the first script of the next page on. */
export async function countWhatLives(page: Page): Promise<void> {
  await page.addInitScript(count)
}

/** Keeps the memory of every instance from the first script of the next page on. */
export async function keepMemories(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.memories = []
    const { instantiate } = WebAssembly as unknown as { instantiate: (...from: unknown[]) => Promise<WebAssembly.Instance> }
    const watched = async (...from: unknown[]): Promise<WebAssembly.Instance> => {
      // The module has been compiled by then, so that an instance is all there is to get.
      const instance = await instantiate(...from)
      for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) window.memories.push(value)
      return instance
    }
    Object.assign(WebAssembly, { instantiate: watched })
  })
}

/** The bytes of each of them. */
export async function memorySizes(page: Page): Promise<number[]> {
  return page.evaluate(() => window.memories.map(({ buffer }) => buffer.byteLength))
}

export interface Remains {
  sockets: number
  timers: number
  /** Of the page's own objects, by what they hear. */
  listeners: string[]
  elements: number
  globals: string[]
}

/** Everything that outlasts a widget, if anything does. */
export async function remainsIn(page: Page): Promise<Remains> {
  const timers = await lastingTimers(page)
  const session = await page.context().newCDPSession(page)
  const listeners: string[] = []
  for (const expression of ['window', 'document', 'document.documentElement', 'document.body']) {
    const { result } = await session.send('Runtime.evaluate', { expression })
    const heard = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId! })
    listeners.push(...heard.listeners.map(({ type }) => `${expression}: ${type}`))
  }
  await session.detach()
  const seen = await page.evaluate(() => ({
    sockets: window.live.sockets,
    elements: document.querySelectorAll('*').length,
    globals: Object.keys(window).sort(),
  }))
  return { ...seen, timers, listeners: listeners.sort() }
}

/** The fewest timers seen over some turns: what is there to stay, without what only defers. */
export async function lastingTimers(page: Page): Promise<number> {
  const counts: number[] = []
  for (let turn = 0; turn < 20; turn += 1) {
    counts.push(await page.evaluate(() => new Promise<number>((resolve) => requestAnimationFrame(() => resolve(window.live.timers)))))
  }
  return Math.min(...counts)
}

function count(): void {
  const live = (window.live = { sockets: 0, mostSockets: 0, timers: 0 })
  const timers = new Set<number>()
  const change = (id: number, isThere: boolean): void => {
    if (isThere) timers.add(id)
    else timers.delete(id)
    live.timers = timers.size
  }
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window
  window.setTimeout = ((act: () => void, ms?: number, ...rest: unknown[]) => {
    const id = setTimeout(() => {
      change(id, false)
      act(...(rest as []))
    }, ms)
    change(id, true)
    return id
  }) as unknown as typeof window.setTimeout
  window.clearTimeout = (id) => {
    change(id as number, false)
    clearTimeout(id)
  }
  window.setInterval = ((act: () => void, ms?: number) => {
    const id = setInterval(act, ms)
    change(id, true)
    return id
  }) as unknown as typeof window.setInterval
  window.clearInterval = (id) => {
    change(id as number, false)
    clearInterval(id)
  }
  window.WebSocket = class extends WebSocket {
    #isOver = false
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args)
      live.sockets += 1
      live.mostSockets = Math.max(live.mostSockets, live.sockets)
      this.addEventListener('close', () => this.#end())
    }
    override close(...args: Parameters<WebSocket['close']>): void {
      this.#end()
      super.close(...args)
    }
    #end(): void {
      if (!this.#isOver) live.sockets -= 1
      this.#isOver = true
    }
  }
}

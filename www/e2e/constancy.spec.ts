/** Nothing grows with the number of connections a page has had. */
import type { CDPSession, Page } from '@playwright/test'
import { keepMemories, memorySizes } from './alive'
import { REACT_QUESTION, expect, test } from './fixtures'

const CYCLES = 200
const WARM_UP = 20

test.describe.configure({ timeout: 300_000 })

interface Measure {
  /** Bytes of the widget's own memory. */
  wasm: number
  nodes: number
  listeners: number
  /** Timers that wait. */
  timers: number
  /** Sockets that are not closed. */
  sockets: number
}

interface Probe {
  timers: Set<unknown>
  sockets: Set<WebSocket>
}

/** Counts what the page holds; in the page before any of its scripts. */
function install(): void {
  const probe: Probe = { timers: new Set(), sockets: new Set() }
  Object.assign(window, { probe })
  const set = window.setTimeout
  const clear = window.clearTimeout
  const replaced = (run: TimerHandler, ms?: number, ...rest: unknown[]): number => {
    const act = typeof run === 'function' ? run : (): void => undefined
    const timer: number = set(() => {
      probe.timers.delete(timer)
      act(...rest)
    }, ms)
    probe.timers.add(timer)
    return timer
  }
  window.setTimeout = replaced as typeof window.setTimeout
  window.clearTimeout = (timer) => {
    probe.timers.delete(timer)
    clear(timer)
  }
  const Original = window.WebSocket
  window.WebSocket = class extends Original {
    constructor(url: string | URL) {
      super(url)
      probe.sockets.add(this)
      this.addEventListener('close', () => probe.sockets.delete(this))
    }
  }
}

async function measure(page: Page, session: CDPSession): Promise<Measure> {
  await session.send('HeapProfiler.collectGarbage')
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
  const own = await page.evaluate(() => {
    const { probe } = window as unknown as { probe: Probe }
    return { timers: probe.timers.size, sockets: probe.sockets.size }
  })
  const wasm = (await memorySizes(page)).reduce((sum, size) => sum + size, 0)
  return { ...own, wasm, nodes, listeners: jsEventListeners }
}

test(`memory, listeners and timers are the same after ${CYCLES} drops and returns`, async ({ page, widget, server }) => {
  // Pauses between attempts are the visitor's time, not the test's.
  await page.clock.install()
  await page.addInitScript(install)
  await keepMemories(page)
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const session = await page.context().newCDPSession(page)

  const opened = async (): Promise<number> =>
    (await server.log()).filter((entry) => entry.kind === 'socket' && entry.event === 'open').length
  const cycle = async (): Promise<void> => {
    const before = await opened()
    await server.breaks({ on: 'socket', now: true, drop_after: 0 })
    // The return may be over before anybody looks.
    await expect.poll(async () => (await widget.state()).connection.state !== 'live' || (await opened()) > before).toBe(true)
    await expect
      .poll(async () => {
        await page.clock.fastForward('00:15')
        return (await widget.state()).connection.state
      })
      .toBe('live')
    expect(await opened()).toBeGreaterThan(before)
    await server.clearLog()
  }

  for (let done = 0; done < WARM_UP; done += 1) await cycle()
  const early = await measure(page, session)
  expect(early.wasm).toBeGreaterThan(0)
  for (let done = WARM_UP; done < CYCLES; done += 1) await cycle()
  // What stands on the screen for a moment is gone again.
  await expect(widget.notice).toBeHidden()
  const late = await measure(page, session)
  expect(late.wasm).toBe(early.wasm)
  expect(late.sockets).toBe(1)
  expect(late.timers).toBeLessThanOrEqual(early.timers + 1)
  expect(late.listeners).toBeLessThanOrEqual(early.listeners)
  expect(late.nodes).toBeLessThanOrEqual(early.nodes + 20)
  await widget.askAndWait('What happens when the connection drops?')
  await expect(widget.messages).toHaveCount(4)
})

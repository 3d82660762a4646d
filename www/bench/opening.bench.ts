/** What a visitor waits for who opens the chat for the first time: with the code there already, and without. */
import type { Browser } from '@playwright/test'
import { type ReferenceServer, TENANT } from '../e2e/server'
import { Widget } from '../e2e/widget'
import { leave, median, test } from './stage'

/** How often each is measured, where nobody asks for less. */
const ROUNDS = 7

/** How long the page is watched after the panel stands; ms. */
const WATCHED_MS = 2_000

interface Figures {
  /** From the click to the end of the frame that shows the panel with the focus in its text field; ms. */
  opening: number
  /** From the click until the widget's code runs it; ms. */
  running: number
  /** The longest task from the first line of the page to the click, where one is above 50 ms; ms. */
  longestBefore: number
  /** The longest task from the click to two seconds after the opening, where one is above 50 ms; ms. */
  longestTask: number
  /** Cumulative layout shift of the page over all of it. */
  shift: number
  /** What the task that computed longest took of the processor over all of it, where that was traced; ms. */
  busiestTask: number
}

/** Of a trace, a task and what it ran on. */
interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** How long it had the processor; microseconds. */
  tdur?: number
  args: { name?: string }
}

interface Watched {
  /** Each with its beginning and its length. */
  tasks: [number, number][]
  shift: number
}

test('opening', async ({ browser, server }) => {
  const rounds = Math.min(ROUNDS, Number(process.env['BENCH_ROUNDS'] ?? Infinity))
  const results = []
  for (const throttle of [1, 4]) {
    for (const code of ['there', 'to come'] as const) {
      const all: Figures[] = []
      for (let round = 0; round < rounds; round++) all.push(await measure(browser, server, code === 'there', throttle))
      // Tracing takes time itself, so it is done beside what a clock measures.
      const traced: Figures[] = []
      for (let round = 0; round < rounds; round++) traced.push(await measure(browser, server, code === 'there', throttle, true))
      const middle = (of: (figures: Figures) => number): number => median(all.map(of))
      const worst = (of: (figures: Figures) => number): number => Math.max(...all.map(of))
      results.push({ code, throttle, rounds, opening: middle((one) => one.opening), running: middle((one) => one.running), longestBefore: middle((one) => one.longestBefore), longestTask: middle((one) => one.longestTask), worstTask: worst((one) => Math.max(one.longestBefore, one.longestTask)), busiestTask: Math.max(...traced.map(({ busiestTask }) => busiestTask)), shift: worst((one) => one.shift) })
    }
  }
  console.table(results)
  await leave('opening', { chromium: browser.version(), results })
})

async function measure(browser: Browser, server: ReferenceServer, isThere: boolean, throttle: number, isTraced = false): Promise<Figures> {
  const context = await browser.newContext({ baseURL: server.origin })
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle })
  await page.addInitScript(() => {
    const watched: Watched = { tasks: [], shift: 0 }
    Object.assign(window, { watched })
    const watch = (type: string, see: (entry: PerformanceEntry) => void): void => new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true })
    watch('longtask', ({ startTime, duration }) => watched.tasks.push([startTime, duration]))
    watch('layout-shift', (entry) => (watched.shift += (entry as PerformanceEntry & { value: number }).value))
  })
  if (isTraced) await browser.startTracing(page, { categories: ['toplevel'] })
  await page.goto('/widget.html')
  const widget = new Widget(page)
  await widget.mount({ apiUrl: server.origin, tenantId: TENANT })
  await widget.launcher.waitFor()
  if (isThere) {
    await widget.launcher.hover()
    await page.waitForFunction(() => document.querySelector('[data-miptech-chat]')?.shadowRoot?.querySelector('[part=launcher][aria-controls=panel]'))
  }
  const took = await widget.host.evaluateHandle((host) => {
    const find = (selector: string): Element | null | undefined => host.shadowRoot?.querySelector(selector)
    const isOpen = (): boolean => (find('[part=panel]')?.getBoundingClientRect().height ?? 0) > 0 && host.shadowRoot?.activeElement?.getAttribute('part') === 'input'
    const isRunning = (): boolean => !!find('[part=launcher][aria-controls=panel]')
    const took = new Promise<{ clicked: number; opening: number; running: number }>((resolve) => {
      let opening = 0
      const clicked = ({ timeStamp }: MouseEvent): void => {
        const channel = new MessageChannel()
        const look = (): number => requestAnimationFrame(() => channel.port2.postMessage(null))
        channel.port1.onmessage = () => {
          const now = performance.now() - timeStamp
          if (opening === 0 && isOpen()) opening = now
          if (opening > 0 && isRunning()) resolve({ clicked: timeStamp, opening, running: now })
          else look()
        }
        look()
      }
      addEventListener('click', clicked, { capture: true, once: true })
    })
    return { took }
  })
  await widget.launcher.click()
  const { clicked, opening, running } = await took.evaluate(({ took }) => took)
  await page.waitForTimeout(WATCHED_MS)
  const { tasks, shift } = await page.evaluate(() => (window as unknown as { watched: Watched }).watched)
  const busiestTask = isTraced ? busiest(await browser.stopTracing()) : 0
  await context.close()
  // One that holds the click up keeps the visitor waiting.
  const longest = (isBefore: boolean): number => Math.max(0, ...tasks.filter(([began, took]) => began + took < clicked === isBefore).map(([, took]) => took))
  return { opening, running, longestBefore: longest(true), longestTask: longest(false), shift, busiestTask }
}

/** How long any task on the thread of a page had the processor; ms. */
function busiest(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`
  const pages = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf))
  const tasks = traceEvents.filter((event) => pages.has(threadOf(event)) && event.name.endsWith('RunTask'))
  if (!tasks.some(({ tdur }) => tdur)) throw new Error('the trace has no task with its processor time')
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000
}

/** Long conversations: what a visitor who comes back to one waits for, and what the page then holds. */
import type { Browser } from '@playwright/test'
import { type ReferenceServer, TENANT } from '../e2e/server'
import { Widget } from '../e2e/widget'
import { LAST_WORDS, probe } from './probe'
import { leave, median, openWidget, test } from './stage'

/** The earlier messages of the chat; the question that makes them and its answer come on top. */
const LENGTHS = [0, 1_000, 10_000]

/** How often a panel that has everything is closed and opened again. */
const OPENINGS = 5

/** How long no message may have come for the history to count as read. */
const QUIET_MS = 5_000

interface Figures {
  /** Messages the platform has. */
  stored: number
  /** Messages `getMessages()` gives when no more come. */
  held: number
  /** From the click of a visitor who comes back to the frame that shows the newest message; ms. */
  firstOpening: number
  /** From that click until the last message was there; ms. */
  loading: number
  /** The same as the first, when everything is there already. */
  opening: number
  nodes: number
  elements: number
  heapBytes: number
  wasmBytes: number
}

test('transcript', async ({ browser, server }) => {
  const results: Figures[] = []
  for (const length of LENGTHS) results.push(await measure(browser, server, length))
  console.table(results)
  await leave('transcript', { chromium: browser.version(), results })
})

async function measure(browser: Browser, server: ReferenceServer, length: number): Promise<Figures> {
  const context = await browser.newContext({ baseURL: server.origin })
  const page = await context.newPage()
  await page.addInitScript(probe, LAST_WORDS)
  await page.goto('/widget.html')
  const before = await openWidget(page, server)
  await before.askAndWait(`/fault history ${length}`)

  await page.goto('/widget.html')
  const widget = new Widget(page)
  await widget.mount({ apiUrl: server.origin, tenantId: TENANT })
  const begun = Date.now()
  const firstOpening = await opened(widget)
  const { held, at } = await settled(widget, length + 2)
  const openings: number[] = []
  for (let opening = 0; opening < OPENINGS; opening++) {
    await widget.part('close').click()
    await widget.panel.waitFor({ state: 'hidden' })
    openings.push(await opened(widget))
  }

  const devtools = await context.newCDPSession(page)
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const wasmBytes = await page.evaluate(() => window.wasmBytes())
  const nodes = await widget.host.evaluate(({ shadowRoot }) => {
    if (!shadowRoot) throw new Error('no open shadow root')
    const walker = document.createTreeWalker(shadowRoot)
    let nodes = 0
    while (walker.nextNode()) nodes++
    return { nodes, elements: shadowRoot.querySelectorAll('*').length }
  })
  await context.close()
  return { stored: length + 2, held, firstOpening, loading: at - begun, opening: median(openings), ...nodes, heapBytes: usedSize, wasmBytes }
}

/** Opens the panel; from the click's own time to the end of the frame that shows the newest message. */
async function opened(widget: Widget): Promise<number> {
  await widget.launcher.hover()
  await widget.page.waitForFunction(() => document.querySelector('[data-miptech-chat]')?.shadowRoot?.querySelector('[part=launcher][aria-controls=panel]'))
  const took = await widget.host.evaluateHandle((host) => {
    const isShown = (): boolean => {
      const newest = [...(host.shadowRoot?.querySelectorAll('[part=message]') ?? [])].at(-1)
      const place = newest?.getBoundingClientRect()
      return !!place && place.height > 0 && place.top < innerHeight && place.bottom > 0
    }
    const took = new Promise<number>((resolve) => {
      const clicked = ({ timeStamp }: MouseEvent): void => {
        const channel = new MessageChannel()
        const look = (): number => requestAnimationFrame(() => channel.port2.postMessage(null))
        channel.port1.onmessage = () => (isShown() ? resolve(performance.now() - timeStamp) : look())
        look()
      }
      addEventListener('click', clicked, { capture: true, once: true })
    })
    return { took }
  })
  await widget.launcher.click()
  return took.evaluate(({ took }) => took)
}

/** Waits until all messages are there, or until no more come. */
async function settled(widget: Widget, wanted: number): Promise<{ held: number; at: number }> {
  let held = 0
  let at = Date.now()
  while (held < wanted && Date.now() - at < QUIET_MS) {
    const now = await widget.page.evaluate(() => window.MIPTechChat?.get()?.getMessages().length ?? 0)
    if (now > held) [held, at] = [now, Date.now()]
    await widget.page.waitForTimeout(50)
  }
  return { held, at }
}

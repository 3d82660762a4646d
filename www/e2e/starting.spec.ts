/**
 * The code starts in three tasks, so that a key never waits for all of them: what a visitor or a page does between two of
 * them counts as much as before and after.
 */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'
import type { HttpEntry, ReferenceServer } from './server'
import type { Widget } from './widget'

declare global {
  interface Window {
    /** How often the code has stepped aside. */
    asides: number
    /** The instances' memories. */
    memories: WebAssembly.Memory[]
    /** The channels to other tabs that are open. */
    channels: Set<BroadcastChannel>
    /** Lets it go on where it stepped aside for the last time. */
    goOn: () => void
  }
}

/** Before the views are drawn it steps aside twice: for a started instance, and for a prepared widget. */
const ASIDES = 2

/** Holds the code where it steps aside before it draws; in the page before any of its scripts. */
function holdDrawing(asides: number): void {
  window.asides = 0
  window.memories = []
  window.channels = new Set()
  window.BroadcastChannel = class extends BroadcastChannel {
    constructor(name: string) {
      super(name)
      window.channels.add(this)
    }

    override close(): void {
      window.channels.delete(this)
      super.close()
    }
  }
  const held = new Promise<void>((resolve) => (window.goOn = resolve))
  const { instantiate } = WebAssembly as unknown as { instantiate: (...from: unknown[]) => Promise<WebAssembly.Instance> }
  Object.assign(WebAssembly, {
    async instantiate(...from: unknown[]) {
      const instance = await instantiate(...from)
      window.memories.push(...Object.values(instance.exports).filter((value) => value instanceof WebAssembly.Memory))
      return instance
    },
  })
  Object.assign(self, { scheduler: { yield: () => (++window.asides < asides ? Promise.resolve() : held) } })
}

test.beforeEach(({ page }) => page.addInitScript(holdDrawing, ASIDES))

const untilHeld = (page: Page, asides = ASIDES): Promise<unknown> => page.waitForFunction((asides) => window.asides === asides, asides)
/** A visitor opened the chat, and its code stepped aside. */
async function openHeld(page: Page, widget: Widget, server: ReferenceServer, asides = ASIDES): Promise<void> {
  await goToPage(page, server, tag(server.origin))
  await widget.launcher.click()
  await untilHeld(page, asides)
}

const goOn = (page: Page): Promise<void> => page.evaluate(() => window.goOn())
const asked = async (server: ReferenceServer): Promise<HttpEntry[]> => (await server.log()).flatMap((entry) => (entry.kind === 'http' ? [entry] : []))

test('nothing is drawn or asked for before the last task, and what is typed, said and closed before it counts', async ({ page, widget, server, complaints }) => {
  await openHeld(page, widget, server)
  await expect(widget.launcher).not.toHaveAttribute('aria-controls')
  await page.keyboard.type('said meanwhile')
  await page.keyboard.press('Enter')
  await page.keyboard.type('half a thou')
  await page.keyboard.press('Escape')
  await expect(widget.panel).toBeHidden()
  expect(await asked(server)).toEqual([])

  await goOn(page)
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await expect(widget.panel).toBeHidden()
  await widget.launcher.click()
  await expect(widget.input).toHaveValue('half a thou')
  await expect(widget.input).toBeFocused()
  await widget.expectStatus(widget.question('said meanwhile'), 'sent')
  expect(complaints).toEqual([])
})

test('the field keeps caret and focus over all of it', async ({ page, widget, server }) => {
  await openHeld(page, widget, server)
  await page.keyboard.type('abd')
  await page.keyboard.press('ArrowLeft')
  await goOn(page)
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await page.keyboard.type('c')
  await expect(widget.input).toHaveValue('abcd')
})

test('a token and options that are told before the last task are there before anybody is asked', async ({ page, server }) => {
  const { access } = await server.registered()
  await server.clearLog()
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => void (window.handle = window.mount({ apiUrl, open: true })), server.origin)
  await untilHeld(page)
  await page.evaluate((access) => {
    window.handle?.update({ title: 'Second' })
    window.handle?.setToken(access)
  }, access)
  await goOn(page)
  await expect(page.getByRole('dialog', { name: 'Second', exact: true })).toBeVisible()
  const creations = async (): Promise<HttpEntry[]> => (await asked(server)).filter(({ method }) => method === 'POST')
  await expect.poll(creations).not.toEqual([])
  expect((await creations()).map(({ authorization }) => authorization)).toEqual([`Bearer ${access}`])
})

for (const asides of [1, ASIDES]) {
  test(`a page that changes its language while the code steps aside is followed, ${asides}`, async ({ page, widget, server }) => {
    await page.addInitScript(holdDrawing, asides)
    await openHeld(page, widget, server, asides)
    await page.evaluate(() => (document.documentElement.lang = 'it'))
    await goOn(page)
    await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  })
}

test('what a change takes and cannot be had holds nobody up once there is something to lose', async ({ page, widget, server }) => {
  await page.route('**/miptech-chat-extras-*', (route) => route.abort())
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => void (window.handle = window.mount({ apiUrl, open: true })), server.origin)
  await untilHeld(page)
  await page.evaluate(() => window.handle?.setTheme('dark'))
  await goOn(page)
  await widget.expectConnection('live')
  await expect(widget.host).toHaveCount(1)
})

test('a widget that is destroyed before the last task leaves nothing', async ({ page, widget, server, complaints }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => void (window.handle = window.mount({ apiUrl, open: true, connect: 'load' })), server.origin)
  await untilHeld(page)
  const channels = (): Promise<number> => page.evaluate(() => window.channels.size)
  expect(await channels()).toBe(1)
  await page.evaluate(async () => {
    await window.handle?.destroy()
    window.goOn()
  })
  await expect(widget.host).toHaveCount(0)
  await expect.poll(channels).toBe(0)
  await page.evaluate((apiUrl) => void (window.handle = window.mount({ apiUrl, open: true })), server.origin)
  await widget.expectConnection('live')
  await widget.askAndWait('Hello?')
  await expect(widget.host).toHaveCount(1)
  expect((await asked(server)).filter(({ method }) => method === 'POST')).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('an instance that dies before the last task is replaced', async ({ page, widget, server }) => {
  await openHeld(page, widget, server)
  await page.keyboard.type('not lost')
  await page.evaluate(() => {
    for (const { buffer } of window.memories) new Uint8Array(buffer).fill(0xff)
    const died = new Promise((resolve) => document.addEventListener('miptech-chat:error', resolve, { once: true }))
    // What the session hears of the page is the next thing to enter the instance.
    document.dispatchEvent(new Event('visibilitychange'))
    return died
  })
  await goOn(page)
  await widget.expectConnection('live', 20_000)
  await expect(widget.input).toHaveValue('not lost')
})

/**
 * A crash is contained (rows W2 to W5): the instance is made to trap for real, by overwriting its memory, and nothing in
 * the widget is there for that.
 */
import type { Page } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import { Teller } from './teller'
import type { Widget } from './widget'

interface Crashing {
  memories: WebAssembly.Memory[]
  /** What of the exports throws, while it is not empty. */
  broken: string[]
  poison(): void
}

declare global {
  interface Window {
    crashing: Crashing
    uncaught: string[]
  }
}

/** Keeps every instance's memory; in the page before any of its scripts. */
function install(): void {
  window.crashing = {
    memories: [],
    broken: [],
    poison() {
      const memory = this.memories.at(-1)
      if (!memory) throw new Error('no instance yet')
      new Uint8Array(memory.buffer).fill(0xff)
    },
  }
  window.uncaught = []
  addEventListener('error', ({ message }) => window.uncaught.push(message))
  addEventListener('unhandledrejection', ({ reason }) => window.uncaught.push(`${reason}`))
  const { instantiate } = WebAssembly as unknown as { instantiate: (...from: unknown[]) => Promise<WebAssembly.Instance> }
  const watched = async (...from: unknown[]): Promise<unknown> => {
    const { exports } = await instantiate(...from)
    const entries = Object.entries(exports).map(([name, value]) => {
      if (value instanceof WebAssembly.Memory) window.crashing.memories.push(value)
      if (typeof value !== 'function') return [name, value]
      const call = (...args: unknown[]): unknown => {
        const answer: unknown = value(...args)
        // At boot there is no event whose handler could be made to trap: the call itself does.
        const poison = localStorage.getItem('miptech_chat:miptech-company:transcript')
        if (name === 'mount' && window.crashing.broken.includes(poison ? 'stored' : 'always')) throw new WebAssembly.RuntimeError('unreachable')
        return answer
      }
      return [name, call]
    })
    return { exports: Object.fromEntries(entries) }
  }
  Object.assign(WebAssembly, { instantiate: watched })
}

/** Whatever the instance does next, it traps. */
async function poison(page: Page): Promise<void> {
  await page.evaluate(() => window.crashing.poison())
}

const instances = (page: Page): Promise<number> => page.evaluate(() => window.crashing.memories.length)

test.beforeEach(async ({ page }) => page.addInitScript(install))

test('a crash in a click handler costs two seconds and nothing else', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  // Nothing is left to be said by itself: the click is what crashes.
  await expect(widget.part('announcer')).toContainText('Answer complete')
  const answer = await widget.lastAnswer().locator('[part=bubble]').textContent()
  await widget.input.fill('half a tho')
  await widget.input.press('ArrowLeft')
  const handle = await page.evaluateHandle(() => {
    window.heard = []
    const handle = window.MIPTechChat!.get()!
    handle.on('error', ({ code }) => window.heard.push(code))
    return handle
  })
  const host = await widget.host.elementHandle()

  const crashedAt = Date.now()
  // Both at once, for the words stand for less than a second; and in one turn, for a press a little later could meet the
  // next instance, which closes.
  await Promise.all([
    expect(widget.panel.getByText('Restarting chat')).toBeVisible(),
    widget.part('close').evaluate((close) => {
      window.crashing.poison()
      ;(close as HTMLElement).click()
    }),
  ])
  await expect(widget.input).toHaveValue('half a tho')
  await expect(widget.messages).toHaveCount(2)
  expect(Date.now() - crashedAt).toBeLessThan(2000)
  await expect(widget.panel).toBeVisible()
  expect(await widget.lastAnswer().locator('[part=bubble]').textContent()).toBe(answer)
  await expect(widget.input).toHaveValue('half a tho')
  expect(await widget.input.evaluate((field) => (field as HTMLTextAreaElement).selectionStart)).toBe(9)
  await expect(widget.host).toHaveCount(1)
  expect(await widget.host.evaluate((now, before) => now !== before, host)).toBe(true)
  expect(await handle.evaluate((handle) => handle === window.MIPTechChat!.get() && handle.element?.isConnected)).toBe(true)
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['internal/panic'])

  await widget.expectConnection('live')
  await widget.input.fill('')
  await widget.askAndWait('What happens when the connection drops?')
  await expect(widget.messages).toHaveCount(4)
  // The dead instance's socket is gone, and only the new one's is left.
  const closed = (await server.log()).filter((entry) => entry.kind === 'socket' && entry.event === 'close')
  expect((await server.sockets()).size - closed.length).toBe(1)
  expect(await page.evaluate(() => window.uncaught)).toEqual([])
})

test('a crash while it is asked answers what was asked, and who listens once hears once', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await page.evaluate(() => {
    window.heard = []
    const handle = window.MIPTechChat!.get()!
    handle.once('message:received', () => window.heard.push('once'))
    handle.on('error', ({ code }) => window.heard.push(`${code} ${handle.getState().connection.state} ${handle.isAuthenticated()}`))
  })
  // In one turn: a timer would crash it first, and the next instance would send.
  const answer = await page.evaluate(() => {
    window.crashing.poison()
    return window.MIPTechChat!.get()!.send('lost in the crash')
  })
  expect(answer).toMatchObject({ ok: false, error: { code: 'message/unconfirmed' } })
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['internal/panic idle false'])
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
  await widget.askAndWait('What happens when the connection drops?')
  expect(await page.evaluate(() => window.heard)).toEqual(['internal/panic idle false', 'once'])
  expect(await page.evaluate(() => window.uncaught)).toEqual([])
})

test('a crash that takes the last widget along leaves the next one an instance of its own', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await poison(page)
  await widget.on((handle) => handle.destroy())
  await expect(widget.host).toHaveCount(0)
  await page.evaluate((apiUrl) => void window.MIPTechChat!.mount({ apiUrl, open: true }), server.origin)
  await widget.expectConnection('live')
  expect(await instances(page)).toBe(2)
  expect(await page.evaluate(() => window.uncaught)).toEqual([])
})

test('a crash in an async task is met the same way, and what waited is sent', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await page.context().setOffline(true)
  await server.breaks({ on: 'socket', now: true, drop_after: 0 })
  await expect.poll(async () => (await widget.state()).connection.state).not.toBe('live')
  await widget.ask('waiting in the outbox')
  // A promise of the page's own answers to the instance now: nobody clicked anything.
  await Promise.all([
    expect(widget.panel.getByText('Restarting chat')).toBeVisible(),
    page.evaluate(() => {
      window.crashing.poison()
      dispatchEvent(new Event('focus'))
    }),
  ])
  await page.context().setOffline(false)
  await expect(widget.question('waiting in the outbox')).toHaveCount(1)
  await widget.expectConnection('live')
  await widget.expectStatus(widget.question('waiting in the outbox'), 'sent')
  expect(await page.evaluate(() => window.uncaught)).toEqual([])
})

test('the fourth crash within ten minutes is the last, and the page is left alone', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin, 'data-fallback-href="/contact"'))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  for (let crashes = 1; crashes <= 3; crashes += 1) {
    await widget.expectConnection('live')
    // A crash right after the start is a failure to start, which is another count.
    await page.waitForFunction((at) => performance.now() > at, (await page.evaluate(() => performance.now())) + 600)
    const before = await instances(page)
    await poison(page)
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await expect.poll(() => instances(page)).toBe(before + 1)
  }
  await widget.expectConnection('live')
  await page.waitForFunction((at) => performance.now() > at, (await page.evaluate(() => performance.now())) + 600)
  await poison(page)
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await expect(widget.panel.getByText('Chat cannot run on this page')).toBeVisible()
  await expect(widget.panel.getByRole('link')).toHaveAttribute('href', '/contact')
  expect((await widget.state()).status).toBe('fallback')
  expect(await instances(page)).toBe(4)
  expect(await widget.on((handle) => handle.send('to nobody'))).toMatchObject({ ok: false, error: { code: 'internal/panic' } })
  expect(await page.evaluate(() => window.uncaught)).toEqual([])
})

/** By the handle: what comes near the launcher starts the code, and a crash in the middle of a press takes the pressed element away. */
async function opens(widget: Widget): Promise<void> {
  await widget.on((handle) => handle.open())
}

test('a crash at the start because of what was stored costs the stored transcript, not the outbox', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await expect.poll(() => page.evaluate(() => localStorage.getItem('miptech_chat:miptech-company:transcript'))).toContain('React')
  await page.addInitScript(() => window.crashing.broken.push('stored'))
  await page.reload()
  await opens(widget)
  await widget.expectConnection('live')
  expect(await page.evaluate(() => localStorage.getItem('miptech_chat:miptech-company:quarantine'))).toContain('React')
  expect(await instances(page)).toBe(3)
  expect(await page.evaluate(() => window.uncaught)).toEqual([])
})

test('a crash over an answer costs one restart and not the stored transcript, and that answer is text from then on', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const transcript = (): Promise<string | null> => page.evaluate(() => localStorage.getItem('miptech_chat:miptech-company:transcript'))
  await teller.answer('Some **bold** words.')
  for (const word of ['deadly', 'most deadly']) await teller.answer(`| a |\n|---|\n| ${word} |`)
  await expect.poll(transcript).toContain('most deadly')
  // A drawing that fails where nothing can: whoever draws this table dies of it.
  await page.addInitScript(() => {
    const described = Object.getOwnPropertyDescriptor(Element.prototype, 'className')!
    Object.defineProperty(Element.prototype, 'className', {
      ...described,
      set(name: string) {
        if (name === 'table') throw new WebAssembly.RuntimeError('unreachable')
        described.set?.call(this, name)
      },
    })
  })
  await page.reload()
  await opens(widget)
  await widget.expectConnection('live')
  await expect(widget.lastAnswer().locator('.answer')).toHaveText('| a |\n|---|\n| most deadly |')
  await expect(widget.panel.locator('strong', { hasText: 'bold' })).toBeVisible()
  // One restart for each of the two; two failures to start would have cost the stored transcript.
  expect(await instances(page)).toBe(3)
  expect(await transcript()).toContain('deadly')

  // The next one dies while it grows, and the first stays what it became. Right after the start that would be a failure to start.
  await page.waitForFunction((at) => performance.now() > at, (await page.evaluate(() => performance.now())) + 600)
  await widget.on((handle) => handle.on('error', ({ code }) => void window.uncaught.push(code)))
  await teller.answer('| b |\n|---|\n| too |')
  await expect.poll(() => instances(page)).toBe(4)
  await widget.expectConnection('live')
  await expect(widget.panel.getByText('most deadly')).toBeVisible()
  expect(await page.evaluate(() => window.uncaught)).toEqual(['internal/panic'])
})

test('three failed starts are enough for an hour, beyond reloads', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await page.addInitScript(() => window.crashing.broken.push('stored', 'always'))
  await page.reload()
  await opens(widget)
  const words = widget.panel.getByText('Chat cannot run on this page')
  await expect(words).toBeVisible()
  expect(await instances(page)).toBe(3)

  await page.reload()
  await opens(widget)
  await expect(words).toBeVisible()
  expect(await instances(page)).toBe(0)
})

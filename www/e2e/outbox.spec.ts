/** What was typed is delivered, whatever happens to the page, the network or the browser's storage meanwhile. */
import type { BrowserContext, Page } from '@playwright/test'
import { CSP_QUESTION, REACT_QUESTION, expect, test } from './fixtures'
import { type ReferenceServer, TENANT } from './server'
import { Widget } from './widget'

const TYPED = [REACT_QUESTION, 'What happens when the connection drops?', CSP_QUESTION]

test.describe.configure({ timeout: 120_000 })

async function expectDelivered(widget: Widget, server: ReferenceServer, texts: string[]): Promise<void> {
  for (const text of texts) await widget.expectStatus(widget.question(text), 'sent', 60_000)
  await expect(widget.answers).toHaveCount(texts.length)
  await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
  await expect(widget.questions.locator('[part=bubble]')).toHaveText(texts)
  const stored = await server.messages(await widget.chatId())
  expect(stored.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual(texts)
}

async function typeOffline(widget: Widget, texts: string[]): Promise<void> {
  for (const text of texts) {
    await widget.ask(text)
    await widget.expectStatus(widget.question(text), 'queued')
  }
}

/** Ends the page's process: nothing of the page runs any more, not even its farewell. */
async function killTab(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  // The process cannot answer that it is gone.
  void session.send('Page.crash').catch(() => undefined)
  await crashed
}

async function freshTab(context: BrowserContext, server: ReferenceServer): Promise<Widget> {
  const page = await context.newPage()
  await page.goto(server.origin)
  return new Widget(page)
}

test('three messages typed offline arrive in order after a restart of the platform', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await server.stop('SIGKILL')
  await typeOffline(widget, TYPED)
  await server.restart()
  await expectDelivered(widget, server, TYPED)
})

test('three messages typed offline arrive in order after a restart of the browser', async ({ page, context, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await server.stop('SIGKILL')
  await typeOffline(widget, TYPED)
  await page.close()
  await server.restart()
  const next = await freshTab(context, server)
  await next.open()
  await expectDelivered(next, server, TYPED)
})

test('a tab killed with a queue delivers it after reopening, and has the conversation and the draft', async ({ page, context, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait('Which options does mount take?')
  await server.stop('SIGKILL')
  await typeOffline(widget, TYPED)
  await widget.input.fill('half a thought')
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('half a thought')
  await killTab(page)
  await server.restart()
  const next = await freshTab(context, server)
  await next.open()
  await expect(next.input).toHaveValue('half a thought')
  await expectDelivered(next, server, ['Which options does mount take?', ...TYPED])
})

test('a closed widget that is opened elsewhere sends what waited only when it is opened', async ({ page, context, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await server.stop('SIGKILL')
  await typeOffline(widget, [REACT_QUESTION])
  await page.close()
  await server.restart()
  const next = await freshTab(context, server)
  await next.launcher.hover()
  await expect(next.launcher).toHaveAttribute('aria-controls', 'panel')
  expect((await server.sockets()).size).toBe(0)
  await next.launcher.click()
  await expectDelivered(next, server, [REACT_QUESTION])
})

test.describe('where the platform would apply a repeated message twice', () => {
  test.use({ serverFlags: ['--without', 'client_message_id', '--without', 'history'] })

  test('a message of which nobody knows whether it arrived waits for the visitor, also over a reload', async ({ page, widget, server }) => {
    const text = '/fault drop-unacked'
    await page.goto('/')
    await widget.openLive()
    await widget.ask(text)
    await widget.expectStatus(widget.question(text), 'unconfirmed', 40_000)
    await widget.expectConnection('live', 30_000)
    const said = async (): Promise<number> => (await server.framesIn()).filter(({ frame }) => frame.type === 'chat_message').length
    expect(await said()).toBe(1)
    await page.reload()
    await widget.openLive()
    await widget.expectStatus(widget.question(text), 'unconfirmed')
    // What is asked after it is not held up by it.
    await widget.askAndWait(REACT_QUESTION)
    expect(await said()).toBe(2)
    await widget.question(text).getByRole('button', { name: 'Send again', exact: true }).click()
    await expect.poll(said).toBe(3)
  })

  test('what was deleted stays deleted', async ({ page, widget, server }) => {
    await page.goto('/')
    await widget.openLive()
    await server.stop('SIGKILL')
    await typeOffline(widget, TYPED)
    await widget.question(CSP_QUESTION).getByRole('button', { name: 'Delete', exact: true }).click()
    await expect(widget.question(CSP_QUESTION)).toHaveCount(0)
    await server.restart()
    await page.reload()
    await widget.openLive()
    for (const text of TYPED.slice(0, 2)) await widget.expectStatus(widget.question(text), 'sent', 60_000)
    await expect(widget.question(CSP_QUESTION)).toHaveCount(0)
    const said = (await server.framesIn()).filter(({ frame }) => frame.type === 'chat_message')
    expect(said.map(({ frame }) => frame.data?.['message'])).toEqual(TYPED.slice(0, 2))
  })
})

test('more than twenty waiting messages are refused in words, and the text stays', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await server.stop('SIGKILL')
  await typeOffline(widget, Array.from({ length: 20 }, (_, place) => `message ${place}`))
  await widget.input.fill('one too many')
  await widget.input.press('Enter')
  await expect(widget.part('composer').getByRole('alert')).not.toBeEmpty()
  await expect(widget.input).toHaveValue('one too many')
  await expect(widget.questions).toHaveCount(20)
})

test.describe("the browser's storage", () => {
  test('a browser that denies it has a chat all the same, and says what that means', async ({ page, widget, server, complaints }) => {
    await page.addInitScript(() => {
      const refuse = (): never => {
        throw new DOMException('denied', 'SecurityError')
      }
      Object.defineProperty(window, 'localStorage', { get: refuse })
      Object.defineProperty(window, 'sessionStorage', { get: refuse })
    })
    await page.goto('/')
    await widget.openLive()
    await widget.ask(REACT_QUESTION)
    await expect(widget.notice).toContainText("This chat won't be remembered after you leave.")
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    await widget.askAndWait(CSP_QUESTION)
    await expectDelivered(widget, server, [REACT_QUESTION, CSP_QUESTION])
    expect(complaints).toEqual([])
  })

  test('one that is full loses nothing while the tab is open, and says so', async ({ page, widget, server, complaints }) => {
    await page.goto('/')
    await widget.openLive()
    await server.stop('SIGKILL')
    await page.evaluate(() => {
      for (let size = 1 << 22; size >= 1; size = Math.floor(size / 2)) {
        for (let place = 0; ; place += 1) {
          try {
            localStorage.setItem(`filler-${size}-${place}`, 'x'.repeat(size))
          } catch {
            break
          }
        }
      }
    })
    await typeOffline(widget, [REACT_QUESTION])
    await expect(widget.notice).toContainText('Keep this tab open until your message is sent.')
    await typeOffline(widget, [CSP_QUESTION])
    await server.restart()
    await expectDelivered(widget, server, [REACT_QUESTION, CSP_QUESTION])
    expect(complaints.filter((line) => !line.includes('ERR_') && !line.includes('WebSocket'))).toEqual([])
  })

  test('a host page that clears it takes nothing that waits, nor the conversation', async ({ page, widget, server }) => {
    await page.goto('/')
    await widget.openLive()
    await widget.askAndWait(REACT_QUESTION)
    const chat = await widget.chatId()
    await server.stop('SIGKILL')
    await typeOffline(widget, [CSP_QUESTION])
    await page.evaluate(() => localStorage.clear())
    await server.restart()
    await expectDelivered(widget, server, [REACT_QUESTION, CSP_QUESTION])
    expect(await widget.chatId()).toBe(chat)
  })

  test('what somebody else wrote under its keys is survived', async ({ page, widget, server, complaints }) => {
    await page.addInitScript((tenant) => {
      if (localStorage.getItem('meddled')) return
      localStorage.setItem('meddled', 'yes')
      const rubbish = ['{', '[]', 'null', '"x"', '{"v":99,"text":1}', '\u0000', 'x'.repeat(300_000)]
      for (const [place, value] of rubbish.entries()) localStorage.setItem(`miptech_chat:${tenant}:message:foreign-${place}`, value)
      for (const key of ['draft', 'hold', 'profile', 'read', 'transcript', 'visitor_id']) {
        localStorage.setItem(`miptech_chat:${tenant}:${key}`, '{"v":1,"lines":[{"text":')
      }
    }, TENANT)
    await page.goto('/')
    await widget.openLive()
    await widget.askAndWait(REACT_QUESTION)
    await page.reload()
    await widget.openLive()
    await expectDelivered(widget, server, [REACT_QUESTION])
    expect(complaints).toEqual([])
  })
})

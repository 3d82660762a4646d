/** Several tabs with one conversation: each shows all of it, one of them talks, and none says a thing twice. */
import type { Page } from '@playwright/test'
import { CSP_QUESTION, REACT_QUESTION, comesSignedIn } from './fixtures'
import { expect, test } from './ordinary'
import { TENANT } from './server'
import type { Widget } from './widget'

test.describe.configure({ timeout: 90_000 })

const THIRD_QUESTION = 'What happens when the connection drops?'

/** What one tab told the others, value by value, and what it wrote. */
async function eavesdrop(page: Page): Promise<{ said: () => Promise<string[]> }> {
  await page.evaluate((name) => {
    const said: string[] = []
    Object.assign(window, { said })
    new BroadcastChannel(name).addEventListener('message', ({ data }) => said.push(JSON.stringify(data)))
  }, `miptech_chat:${TENANT}`)
  return { said: () => page.evaluate(() => (window as unknown as { said: string[] }).said) }
}

/** Both tabs show the same: what the one shows once it has drawn all of it. */
async function expectSame(shows: Widget, follows: Widget, count: number): Promise<void> {
  await expect(shows.messages).toHaveCount(count)
  // A tab that is hidden has no frames.
  await shows.page.bringToFront()
  const drawn = await shows.drawn()
  await expect.poll(() => follows.shown()).toEqual(drawn)
}

test('two tabs show one conversation, and what is told between them is names', async ({ browserOfPeople, server }) => {
  await comesSignedIn(browserOfPeople.context, await server.registered())
  const listener = await browserOfPeople.open(`${server.origin}${await server.barePage()}`)
  const { said } = await eavesdrop(listener.page)
  const first = await browserOfPeople.open(server.origin)
  await first.openLive()
  await first.askAndWait(REACT_QUESTION)

  const second = await browserOfPeople.open(server.origin)
  await second.openLive()
  await expectSame(first, second, 2)
  await second.page.bringToFront()
  await second.askAndWait(CSP_QUESTION)
  // The first is hidden by now, and shows the second's question and answer all the same.
  await expectSame(second, first, 4)

  await second.input.fill('half a thought of a visitor')
  await expect(first.input).toHaveValue('half a thought of a visitor')

  const account = await first.account()
  await second.on((handle) => handle.logout())
  await expect.poll(() => first.isAuthenticated(), { timeout: 1000 }).toBe(false)

  const told = await said()
  expect(told.length).toBeGreaterThan(3)
  const secrets = ['half a thought', 'React', 'Policy', ...Object.values(account).flatMap((secret) => secret ?? [])]
  for (const message of told) {
    for (const secret of secrets) expect(message).not.toContain(secret)
    for (const key of JSON.parse(message) as unknown[]) expect(key).toMatch(/^miptech_[\w:.-]+$/)
  }
})

test.describe('an answer that comes after the panel was closed', () => {
  test.use({ serverFlags: ['--chunk-ms', '20'] })

  test('is unread until one tab reads it, and then read in all', async ({ browserOfPeople, server }) => {
    const first = await browserOfPeople.open(server.origin)
    await first.openLive()
    await first.ask(REACT_QUESTION)
    await first.expectStatus(first.lastAnswer(), 'streaming')
    await first.on((handle) => handle.close())
    await expect.poll(async () => (await first.state()).unread, { timeout: 60_000 }).toBe(1)
    const second = await browserOfPeople.open(server.origin)
    await second.open()
    await expect.poll(async () => (await first.state()).unread).toBe(0)
  })
})

test('what two tabs typed while nothing could be reached is said once, in the order it was typed', async ({ browserOfPeople, server }) => {
  const first = await browserOfPeople.open(server.origin)
  await first.openLive()
  await first.askAndWait('Which options does mount take?')
  const second = await browserOfPeople.open(server.origin)
  await second.openLive()
  await server.stop('SIGKILL')
  await second.ask(REACT_QUESTION)
  await second.ask(CSP_QUESTION)
  await expect(first.question(CSP_QUESTION)).toHaveCount(1)
  await first.page.bringToFront()
  await first.ask(THIRD_QUESTION)
  await expect(second.question(THIRD_QUESTION)).toHaveCount(1)
  await server.restart()
  const texts = ['Which options does mount take?', REACT_QUESTION, CSP_QUESTION, THIRD_QUESTION]
  for (const text of texts) await first.expectStatus(first.question(text), 'sent', 60_000)
  const stored = await server.messages(await first.chatId())
  expect(stored.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual(texts)
  const said = (await server.framesIn()).filter(({ frame }) => frame.type === 'chat_message')
  expect(said).toHaveLength(3)
  await expect(first.messages.and(first.page.locator('[data-author=ai][data-status=complete]'))).toHaveCount(texts.length, { timeout: 30_000 })
  for (const text of texts) await expect(second.question(text)).toHaveCount(1)
  await expectSame(first, second, 2 * texts.length)
})

test('the tab that is closed with a queue leaves it to the other', async ({ browserOfPeople, server }) => {
  const first = await browserOfPeople.open(server.origin)
  await first.openLive()
  await first.askAndWait(REACT_QUESTION)
  const second = await browserOfPeople.open(server.origin)
  await second.openLive()
  await server.stop('SIGKILL')
  await second.ask(CSP_QUESTION)
  await second.page.close()
  await first.page.bringToFront()
  await server.restart()
  await first.expectStatus(first.question(CSP_QUESTION), 'sent', 60_000)
  await first.expectStatus(first.lastAnswer(), 'complete', 30_000)
  const stored = await server.messages(await first.chatId())
  expect(stored.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([REACT_QUESTION, CSP_QUESTION])
})

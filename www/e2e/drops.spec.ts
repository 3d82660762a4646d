/** Answers and connections that are cut: what a visitor has afterwards is exact, and the platform is never hammered. */
import type { Locator } from '@playwright/test'
import { CSP_QUESTION, REACT_QUESTION, expect, test } from './fixtures'
import type { ReferenceServer } from './server'

/** The answer of `/fault drop`, whole. */
const CUT_ANSWER =
  'This is the answer after a fault that was asked for. It is short, but it has enough words to be cut in the middle.'

test.describe.configure({ timeout: 90_000 })

for (const [means, flags] of [
  ['the missing pieces are sent again', ['--capabilities', 'client_message_id,resume']],
  ['earlier messages can be read', ['--capabilities', 'client_message_id,history']],
] as const) {
  test.describe(`where ${means}`, () => {
    test.use({ serverFlags: [...flags] })

    test('an answer cut in the middle ends with its exact text', async ({ page, widget, server }) => {
      await page.goto('/')
      await widget.openLive()
      await widget.watch()
      await widget.ask('/fault drop')
      await expect.poll(async () => (await server.sockets()).size, { timeout: 30_000 }).toBe(2)
      await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
      await expect(widget.answers).toHaveCount(1)
      await expect(widget.lastAnswer().locator('[part=bubble]')).toHaveText(CUT_ANSWER)
      const trails = (await widget.watched()).trails.filter(({ author }) => author === 'ai')
      expect(trails).toHaveLength(1)
      expect(trails[0]?.statuses.at(-1)).toBe('complete')
    })
  })
}

test.describe('where a cut answer is gone for good', () => {
  test.use({ serverFlags: ['--capabilities', 'none'] })

  test('it says so, keeps what came of it, and is asked for again only by the visitor', async ({ page, widget, server }) => {
    const asked = async (): Promise<number> => (await server.framesIn()).filter(({ frame }) => frame.type === 'chat_message').length
    await page.goto('/')
    await widget.openLive()
    await widget.ask('/fault drop')
    const cut = widget.answers.first()
    await widget.expectStatus(cut, 'interrupted', 30_000)
    await widget.expectConnection('live', 30_000)
    const kept = (await cut.locator('[part=bubble]').textContent()) ?? ''
    expect(kept.length).toBeGreaterThan(3)
    expect(CUT_ANSWER.startsWith(kept.trim())).toBe(true)
    expect(await asked()).toBe(1)
    await cut.getByRole('button', { name: 'Try again', exact: true }).click()
    await expect.poll(asked).toBe(2)
    await expect(cut.locator('[part=bubble]')).toHaveText(kept)
  })
})

test.describe('a deploy that sends everybody away, again and again', () => {
  test.use({ serverFlags: ['--chunk-ms', '15'] })

  test('costs no message and repeats no sentence', async ({ page, widget, server }) => {
    const questions = [REACT_QUESTION, CSP_QUESTION, 'What happens when the connection drops?', 'Which options does mount take?']
    await page.goto('/')
    await widget.openLive()
    for (const [place, question] of questions.entries()) {
      await widget.ask(question)
      await widget.expectStatus(widget.answers.nth(place), 'streaming')
      await server.breaks({ on: 'socket', now: true, close: { code: 1001, reason: 'deploy' } })
      await expect.poll(async () => (await server.sockets()).size, { timeout: 20_000 }).toBe(place + 2)
      await widget.expectStatus(widget.answers.nth(place), 'complete', 60_000)
    }
    const stored = await server.messages(await widget.chatId())
    expect(stored.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual(questions)
    const shown = await widget.transcript()
    expect(shown.map(({ text }) => text)).toEqual(stored.map(({ content }) => content))
    await expect(widget.notice).toBeHidden()
  })
})

test.describe('a platform that accepts every socket and closes it', () => {
  test.describe.configure({ timeout: 200_000 })

  test('is asked no more often than the ceilings allow in two minutes, and the visitor is told', async ({ page, widget, server }) => {
    await page.addInitScript(() => {
      const Original = window.WebSocket
      const attempts: number[] = []
      Object.assign(window, { attempts })
      window.WebSocket = class extends Original {
        constructor(url: string | URL) {
          super(url)
          attempts.push(performance.now())
        }
      }
    })
    await server.breaks({ on: 'socket', accept_then_close: 1011 })
    await page.goto('/')
    await widget.open()
    await widget.ask(REACT_QUESTION)
    await expect(widget.notice).toBeVisible({ timeout: 30_000 })
    await expect(widget.notice).toContainText('Your text is kept')
    const first = await page.waitForFunction(() => (window as unknown as { attempts: number[] }).attempts[0])
    const begun = (await first.jsonValue()) as number
    await page.waitForFunction((until) => performance.now() > until, begun + 120_000, { timeout: 150_000, polling: 1000 })
    const attempts = await page.evaluate(() => (window as unknown as { attempts: number[] }).attempts)
    expect(busiest(attempts, 60_000)).toBeLessThanOrEqual(8)
    expect(busiest(attempts, 300_000)).toBeLessThanOrEqual(25)
    // It never gave up either.
    expect(attempts.filter((at) => at > begun + 60_000).length).toBeGreaterThan(0)
    await server.heals()
    await widget.retryNow.click()
    await expectAnswered(widget.question(REACT_QUESTION), server)
    await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
  })
})

/** The most events within any span of this length. */
function busiest(times: readonly number[], spanMs: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + spanMs).length))
}

async function expectAnswered(question: Locator, server: ReferenceServer): Promise<void> {
  await expect(question).toHaveAttribute('data-status', 'sent', { timeout: 30_000 })
  const said = (await server.framesIn()).filter(({ frame }) => frame.type === 'chat_message')
  expect(said).toHaveLength(1)
}

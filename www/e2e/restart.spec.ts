import { REACT_QUESTION, expect, test } from './fixtures'
import type { ReferenceServer } from './server'
import type { Widget } from './widget'

const FIRST = 'Which options does mount take?'
const CUT = `/fault slow ${REACT_QUESTION}`
const WHILE_DOWN = 'What happens when the connection drops?'

test.describe.configure({ timeout: 120_000 })

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`a server that ends by ${signal} in mid-answer and comes back costs nothing`, async ({ page, widget, server }) => {
    await page.goto('/')
    await widget.openLive()
    await widget.askAndWait(FIRST)
    await widget.ask(CUT)
    await widget.expectStatus(widget.answers.nth(1), 'streaming')
    const chat = await widget.chatId()
    await server.stop(signal)
    await expect.poll(async () => (await widget.state()).connection.state).not.toBe('live')

    await widget.ask(WHILE_DOWN)
    await widget.expectStatus(widget.question(WHILE_DOWN), 'queued')
    await expect(widget.question(WHILE_DOWN)).toBeVisible()

    await server.restart()
    await widget.expectConnection('live', 60_000)
    await widget.expectStatus(widget.question(WHILE_DOWN), 'sent')
    await expectAllQuestionsOnce(widget, server, chat, [FIRST, CUT, WHILE_DOWN])

    await expect(widget.answers).toHaveCount(3)
    await widget.expectStatus(widget.answers.nth(0), 'complete')
    await widget.expectStatus(widget.answers.nth(2), 'complete', 30_000)
    const cut = widget.answers.nth(1)
    if (signal === 'SIGTERM') {
      // The server finishes and stores a running answer before it goes, and history brings it.
      await widget.expectStatus(cut, 'complete')
    } else {
      await widget.expectStatus(cut, 'interrupted', 30_000)
      await cut.getByRole('button', { name: 'Try again', exact: true }).click()
      await expect(widget.question(CUT)).toHaveCount(2)
    }
    expect(await widget.chatId()).toBe(chat)
    await expect(widget.notice).toBeHidden()
  })
}

test('a server that goes in order says so with 1001', async ({ page, widget, server }) => {
  const codes = page.waitForEvent('console', { predicate: (line) => line.text().startsWith('close code') })
  await page.addInitScript(() => {
    const Original = window.WebSocket
    window.WebSocket = class extends Original {
      constructor(url: string | URL) {
        super(url)
        this.addEventListener('close', (event) => console.log(`close code ${event.code}`))
      }
    }
  })
  await page.goto('/')
  await widget.openLive()
  await server.stop('SIGTERM')
  expect((await codes).text()).toBe('close code 1001')
})

test('a cut connection is restored without the server going away', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.ask('/fault drop')
  await expect.poll(async () => (await server.sockets()).size, { timeout: 30_000 }).toBe(2)
  await widget.expectConnection('live', 30_000)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  await expect(widget.answers).toHaveCount(1)
  await expect(widget.lastAnswer().locator('[part=bubble]')).toHaveText(
    'This is the answer after a fault that was asked for. It is short, but it has enough words to be cut in the middle.',
  )
  await widget.askAndWait(FIRST)
  await expectAllQuestionsOnce(widget, server, await widget.chatId(), ['/fault drop', FIRST])
})

/** On screen, and in the server's own database. */
async function expectAllQuestionsOnce(widget: Widget, server: ReferenceServer, chat: string, texts: string[]): Promise<void> {
  for (const text of texts) await expect(widget.question(text), text).toHaveCount(1)
  const stored = (await server.messages(chat)).filter(({ role }) => role === 'user')
  expect(stored.map(({ content }) => content)).toEqual(texts)
}

/** The wasm comes in parts: a message needs the first one only, and what comes later is made up for. */
import type { Page } from '@playwright/test'
import { REACT_QUESTION, WASM_PARTS, expect, test } from './fixtures'
import { goToPage, tag } from './pages'

const ANSWERS = /\/miptech-chat-answers-\w+\.wasm$/
const REST = /\/miptech-chat-rest-\w+\.wasm$/

/** Lets nothing through that matches, until the function it gives is called. */
async function hold(page: Page, pattern: RegExp): Promise<() => Promise<void>> {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route(pattern, async (route) => {
    await held
    await route.continue()
  })
  return async () => {
    const arrived = page.waitForEvent('requestfinished', (request) => pattern.test(request.url()))
    release()
    await arrived
  }
}

test('a message is sent and its answer read before the part that draws answers is there', async ({ page, widget, server, complaints }) => {
  const release = await hold(page, ANSWERS)
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.ask(REACT_QUESTION)
  const answer = widget.lastAnswer()
  await widget.expectStatus(answer, 'complete')
  const [, message] = await widget.on((handle) => [...handle.getMessages()])
  const text = answer.locator('.answer')
  expect(await text.textContent()).toBe(message?.text)
  await expect(text.locator('*')).toHaveCount(0)

  await release()
  await expect(text.locator('p').first()).toBeVisible()
  expect(await text.textContent()).not.toBe(message?.text)
  expect(complaints).toEqual([])
})

test('a part that cannot be had is asked for again', async ({ page, widget, server }) => {
  let tries = 0
  await page.route(ANSWERS, (route) => {
    tries += 1
    return tries < 3 ? route.abort() : route.continue()
  })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.lastAnswer().locator('.answer p').first()).toBeVisible()
  expect(tries).toBe(3)
})

test('nobody asks for a part any more once the last widget is gone', async ({ page, widget, server }) => {
  await page.clock.install()
  let tries = 0
  await page.route(ANSWERS, (route) => {
    tries += 1
    return route.abort()
  })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await expect.poll(() => tries).toBeGreaterThan(1)
  await widget.on((handle) => handle.destroy())
  const before = tries
  await page.clock.runFor('01:00:00')
  expect(tries).toBe(before)
})

test('a catch-all page in the place of a part leaves the chat as it is', async ({ page, widget, server }) => {
  await page.route(ANSWERS, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html>' }))
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  expect((await widget.state()).connection.state).toBe('live')
})

test('two widgets fetch every part once', async ({ page, widget, server }) => {
  const fetched: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('.wasm')) fetched.push(request.url())
  })
  await goToPage(page, server, tag(server.origin) + tag(server.origin, 'data-id="second" data-position="top-left" data-open="true"'))
  await widget.openLive()
  await expect.poll(() => fetched).toHaveLength(WASM_PARTS)
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.lastAnswer().locator('.answer p').first()).toBeVisible()
  expect(new Set(fetched).size).toBe(WASM_PARTS)
  expect(fetched).toHaveLength(WASM_PARTS)
})

test.describe('where the platform demands a sign-in', () => {
  test.use({ serverFlags: ['--require-auth'] })

  test('it is said in words until the form is there', async ({ page, widget, server }) => {
    const release = await hold(page, REST)
    await goToPage(page, server, tag(server.origin))
    await widget.open()
    await expect(widget.notice).toBeVisible()
    await release()
    await expect(widget.form).toBeVisible()
    await expect(widget.notice).toBeHidden()
  })
})

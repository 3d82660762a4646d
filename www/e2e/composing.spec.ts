/** The composer while an answer comes, and near its limit. */
import type { Page } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToPage, tag } from './pages'

test.describe('while an answer comes', () => {
  test.use({ serverFlags: ['--chunk-ms', '40'] })

  test('Stop stands in the place of Send until something is typed, and typing goes on after it', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    await widget.ask(REACT_QUESTION)
    await widget.expectStatus(widget.lastAnswer(), 'streaming')
    const [send, stop] = [widget.part('send'), widget.part('stop')]
    await expect(stop).toHaveAccessibleName('Stop')
    await expect(send).toBeHidden()
    await widget.input.fill('next')
    await expect(send).toBeVisible()
    await expect(stop).toBeHidden()
    await widget.input.fill('')
    await stop.click()
    await widget.expectStatus(widget.lastAnswer(), 'stopped')
    await expect(send).toBeVisible()
    await expect(stop).toBeHidden()
    await expect(widget.input).toBeFocused()
  })

  test('whoever stands on Stop when the answer ends stands in the text field then', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    await widget.ask(REACT_QUESTION)
    await widget.expectStatus(widget.lastAnswer(), 'streaming')
    await page.keyboard.press('Tab')
    await expect(widget.part('stop')).toBeFocused()
    await widget.expectStatus(widget.lastAnswer(), 'complete', 40_000)
    await expect(widget.input).toBeFocused()
  })
})

test('from four fifths of the limit on it is said how much is left, then how much is too much, and nothing is cut', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const counter = widget.part('counter')
  await widget.input.fill('x'.repeat(3199))
  await expect(counter).toBeHidden()
  await widget.input.fill('x'.repeat(3200))
  await expect(counter).toHaveText('800 characters left')
  await expect(widget.input).toHaveAccessibleDescription('800 characters left')
  // The platform counts as JavaScript does, so this face is two.
  await widget.input.fill(`${'x'.repeat(3997)}😀`)
  await expect(counter).toHaveText('1 character left')
  await page.keyboard.press('End')
  await page.keyboard.insertText('👍🏽')
  await expect(counter).toHaveText('1 character too many')
  await expect(counter).toHaveAttribute('data-full', '')
  expect(await widget.input.inputValue(), 'nothing is cut').toMatch(/😀👍🏽$/u)
  await page.keyboard.press('Enter')
  await expect(widget.part('composer').getByRole('alert')).toHaveText('The message is too long.')
  expect(await widget.input.inputValue(), 'and nothing is lost').toMatch(/😀👍🏽$/u)
  await page.keyboard.press('Backspace')
  await expect(counter).toHaveText('1 character left')
})

test('what is too much is counted as people count', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const counter = widget.part('counter')
  const family = '👨‍👩‍👧‍👦'
  const vietnamese = 'ệ'.normalize('NFD')
  const hindi = 'क्षि'
  expect([family, vietnamese, hindi].map((character) => character.length), 'the platform counts them otherwise').toEqual([11, 3, 4])
  // Each begins before the limit and ends behind it.
  for (const character of [family, vietnamese, hindi]) {
    await widget.input.fill('x'.repeat(3999) + character)
    await expect(counter).toHaveText('1 character too many')
  }
  await widget.input.fill('x'.repeat(4000) + family + vietnamese + 'd')
  await expect(counter).toHaveText('3 characters too many')
  await widget.input.press('Control+End')
  await page.keyboard.press('Backspace')
  await expect(counter).toHaveText('2 characters too many')
  // A pasted book is counted as the platform counts it.
  await widget.input.fill(family.repeat(1000))
  await expect(counter).toHaveText('7,000 characters too many')
  await widget.input.fill(family.repeat(700))
  await expect(counter).toHaveText('337 characters too many')
})

test('a browser that cannot take a text apart counts its characters one by one', async ({ page, widget, server }) => {
  await page.addInitScript(() => Reflect.deleteProperty(Intl, 'Segmenter'))
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const counter = widget.part('counter')
  await widget.input.fill(`${'x'.repeat(3999)}😀`)
  await expect(counter).toHaveText('1 character too many')
  await widget.input.fill(`${'x'.repeat(3998)}😀😀e\u0301`)
  await expect(counter).toHaveText('3 characters too many')
})

/** What the page says over its socket from here on: the types of its frames, without its pulse. */
function hearFrames(page: Page): string[] {
  const types: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { type } = JSON.parse(String(payload)) as { type: string }
      if (!/^p[io]ng$/.test(type)) types.push(type)
    }),
  )
  return types
}

test('people who may be answering learn that the visitor types, until it is sent', async ({ page, widget, server }) => {
  const types = hearFrames(page)
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  // What tells it comes last.
  await expect(widget.part('menu')).toBeVisible()
  await widget.input.fill('ok')
  await page.keyboard.press('Enter')
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  expect(types, 'what is sent at once was hardly typed').toEqual(['join_chat', 'chat_message'])
  types.length = 0
  await widget.input.pressSequentially(REACT_QUESTION)
  await expect.poll(() => types).toEqual(['typing_start'])
  await page.keyboard.press('Enter')
  await expect.poll(() => types).toEqual(['typing_start', 'typing_stop', 'chat_message'])
})

test.describe('on a platform without people', () => {
  test.use({ serverFlags: ['--capabilities', 'client_message_id'] })

  test('nobody is told of typing', async ({ page, widget, server }) => {
    const types = hearFrames(page)
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    await expect(widget.part('menu')).toBeVisible()
    await widget.input.pressSequentially(REACT_QUESTION, { delay: 50 })
    await page.keyboard.press('Enter')
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    expect(types).toEqual(['join_chat', 'chat_message'])
  })
})

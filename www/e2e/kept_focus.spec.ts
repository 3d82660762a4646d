/** What is pressed goes; the focus never goes with it. */
import type { Locator } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import { LOOKS, Stage } from './states_of_the_widget'
import type { Widget } from './widget'

/** What goes away when it is pressed, by the look in which it stands. */
const GOING: readonly (readonly [look: string, what: string, button: (widget: Widget) => Locator])[] = [
  ['failed', 'Delete', ({ questions }) => questions.getByRole('button', { name: 'Delete', exact: true })],
  ['failed', 'Retry', ({ questions }) => questions.getByRole('button', { name: 'Retry', exact: true })],
  ['queued', 'Delete', ({ questions }) => questions.getByRole('button', { name: 'Delete', exact: true })],
  ['unconfirmed', 'Send again', ({ questions }) => questions.getByRole('button', { name: 'Send again', exact: true })],
  ['interrupted', 'Dismiss', ({ notice }) => notice.getByRole('button', { name: 'Dismiss', exact: true })],
  ['reconnecting', 'Retry now', ({ retryNow }) => retryNow],
]

for (const [name, what, button] of GOING) {
  const look = LOOKS.find((look) => look.name === name)
  test.describe(`where the chat is ${name}`, () => {
    test.use(look?.settings ?? {})

    test(`"${what}" leaves the focus in the text field, and Escape closes the chat as before`, async ({ page, widget, server }) => {
      const stage = new Stage(page, widget, server, 'ltr')
      await look?.reach(stage)
      // Pressed once, it is pressed for good.
      stage.breaks = false
      await server.heals()
      await button(widget).press('Enter')
      await expect(button(widget)).toHaveCount(0)
      await expect(widget.input).toBeFocused()
      await page.keyboard.press('Escape')
      await expect(widget.launcher).toBeFocused()
      await expect(widget.panel).toBeHidden()
    })
  })
}

test.describe('where the chat is reconnecting', () => {
  test.use(LOOKS.find(({ name }) => name === 'reconnecting')?.settings ?? {})

  test('whoever went on to the page is not fetched back when the button they left goes by itself', async ({ page, widget, server }) => {
    const look = LOOKS.find(({ name }) => name === 'reconnecting')
    await look?.reach(new Stage(page, widget, server, 'ltr'))
    await widget.retryNow.focus()
    await page.mouse.click(4, 4)
    await expect(widget.retryNow).not.toBeFocused()
    await server.heals()
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await expect(widget.retryNow).toHaveCount(0)
    await widget.expectConnection('live')
    // Whatever fetches the focus back does it a frame later.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    await expect(page.locator('body')).toBeFocused()
  })
})

test.describe('where a sign-in is demanded', () => {
  test.use({ serverFlags: ['--require-auth'] })

  test('whoever signed in by keyboard stands in the text field', async ({ page, widget, server }) => {
    const { email, password } = await server.registered()
    await goToPage(page, server, tag(server.origin))
    await widget.open()
    await widget.form.getByLabel('Email', { exact: true }).fill(email)
    await widget.form.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await widget.expectConnection('live')
    await expect(widget.form).toHaveCount(0)
    await expect(widget.input).toBeFocused()
  })
})

test.describe('with a finger', () => {
  test.use({ hasTouch: true })

  test('no keyboard is called up for it', async ({ page, widget, server }) => {
    const look = LOOKS.find((look) => look.name === 'failed')
    await look?.reach(new Stage(page, widget, server, 'ltr'))
    await widget.questions.getByRole('button', { name: 'Delete', exact: true }).tap()
    await expect(widget.questions).toHaveCount(0)
    await expect(widget.panel).toBeFocused()
  })
})

test('a control of the page keeps the focus it has', async ({ page, widget, server }) => {
  await goToPage(page, server, `<input aria-label="Search">${tag(server.origin)}`)
  await widget.openLive()
  await widget.ask(REACT_QUESTION)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  const search = page.getByLabel('Search')
  await search.focus()
  await widget.on((handle) => handle.eraseConversation())
  await expect(widget.messages).toHaveCount(0)
  await expect(search).toBeFocused()
})

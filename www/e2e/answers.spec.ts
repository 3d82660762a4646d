/** How an answer grows on the page, where its links lead, and what it rests on. */
import { type Locator, type Page } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { Teller } from './teller'
import type { Widget } from './widget'

const SOURCES = ['One', 'Two', 'Three', 'Four', 'Five'].map((title) => ({
  title,
  url: `https://docs.example/${title.toLowerCase()}`,
  snippet: `What ${title} says.`,
}))

async function live(page: Page, widget: Widget): Promise<Teller> {
  const teller = await Teller.on(page)
  await page.goto('/')
  await widget.openLive()
  return teller
}

const body = (answer: Locator): Locator => answer.locator('.answer')

/** One frame and the task after it. */
const painted = (page: Page): Promise<void> => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))

/** Frames that come when the test lets them, with the page hidden meanwhile or not. */
async function holdingFrames(page: Page): Promise<(name: 'hide' | 'hold' | 'show') => Promise<void>> {
  await page.addInitScript(() => {
    const waiting: FrameRequestCallback[] = []
    const given = window.requestAnimationFrame.bind(window)
    const state = { isHeld: false, isHidden: false }
    Object.defineProperty(document, 'hidden', { get: () => state.isHidden })
    window.requestAnimationFrame = (call) => (state.isHeld ? waiting.push(call) : given(call))
    const be = (isHeld: boolean, isHidden: boolean): void => {
      Object.assign(state, { isHeld, isHidden })
      if (!isHeld) waiting.splice(0).forEach((call) => given(call))
    }
    Object.assign(window, { hide: () => be(true, true), hold: () => be(true, false), show: () => be(false, false) })
  })
  return (name) => page.evaluate((name) => (window as unknown as Record<string, () => void>)[name]!(), name)
}

test('what stands keeps its nodes and its selection while the answer grows', async ({ page, widget }) => {
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('First **bold** words.\n\nSecond')
  const answer = body(widget.lastAnswer())
  await expect(answer.locator('p')).toHaveText(['First bold words.', 'Second'])
  await answer.evaluate((answer) => {
    const [first, open] = answer.querySelectorAll('p')
    const range = document.createRange()
    range.selectNodeContents(first!.querySelector('strong')!)
    const selection = document.getSelection()!
    selection.removeAllRanges()
    selection.addRange(range)
    Object.assign(window, { kept: [first, open, open!.firstChild, first!.querySelector('strong')] })
  })
  await teller.grow(' one', ' goes on.\n\n- a', ' list\n- of', ' two')
  await expect(answer.locator('li')).toHaveText(['a list', 'of two'])
  await answer.evaluate((answer) => Object.assign(window, { list: answer.querySelector('ul') }))
  await teller.grow('\n\nThird')
  await teller.end()
  await expect(answer.locator('p')).toHaveText(['First bold words.', 'Second one goes on.', 'Third'])
  const kept = await answer.evaluate((answer) => {
    const { kept, list } = window as unknown as { kept: Node[]; list: Node }
    const [first, second] = answer.querySelectorAll('p')
    return [
      [first, second, second!.firstChild, first!.querySelector('strong')].map((node, index) => node === kept[index]),
      answer.querySelector('ul') === list,
      document.getSelection()!.toString(),
    ]
  })
  expect(kept).toEqual([[true, true, true, true], true, 'bold'])
})

test('a hundred pieces between two frames are one change of one text node', async ({ page, widget }) => {
  const call = await holdingFrames(page)
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('```rust\nlet x = 1;\n', 'let')
  const code = body(widget.lastAnswer()).locator('pre code')
  await expect(code).toHaveText('let x = 1;\nlet')
  await body(widget.lastAnswer()).evaluate((answer) => {
    const changes: string[] = []
    new MutationObserver((records) => changes.push(...records.map(({ type, target }) => `${type} ${target.nodeName}`))).observe(answer, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    })
    Object.assign(window, { changes })
  })
  await call('hold')
  await teller.grow(...Array.from({ length: 100 }, (_, index) => ` y${index} =`))
  await expect.poll(() => widget.on((handle) => handle.getMessages().at(-1)?.text)).toContain('y99 =')
  await call('show')
  await expect(code).toContainText('y99 =')
  expect(await page.evaluate(() => (window as unknown as { changes: string[] }).changes)).toEqual(['characterData #text'])
})

test('a hidden page paints when it is shown, and an answer that ends meanwhile stands at once', async ({ page, widget }) => {
  const call = await holdingFrames(page)
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('One')
  const answer = body(widget.lastAnswer())
  await expect(answer).toHaveText('One')
  await call('hide')
  await teller.grow(' two')
  await page.evaluate(() => new Promise((done) => setTimeout(done)))
  await expect(answer).toHaveText('One')
  await call('show')
  await expect(answer).toHaveText('One two')
  await call('hide')
  await teller.grow(' three')
  await teller.end()
  await expect(answer).toHaveText('One two three')
})

test('text that a translator took over is drawn anew where it changes, and nowhere else', async ({ page, widget, complaints }) => {
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('Settled.\n\n- one\n- two')
  const answer = body(widget.lastAnswer())
  await expect(answer.locator('li')).toHaveText(['one', 'two'])
  await answer.evaluate((answer) => {
    for (const element of answer.querySelectorAll('p, li')) {
      const font = document.createElement('font')
      font.textContent = element.textContent!.toUpperCase()
      element.replaceChildren(font)
    }
  })
  await teller.grow(' more')
  await teller.end()
  await expect(answer.locator('li')).toHaveText(['ONE', 'two more'])
  await expect(answer.locator('p')).toHaveText('SETTLED.')
  expect(complaints).toEqual([])
})

test('a link says where it leads, and what looks like another host is asked about', async ({ page, widget }) => {
  await page.context().route(/\.example/, (route) => route.fulfill({ contentType: 'text/html', body: '<title>there</title>' }))
  const teller = await live(page, widget)
  const long = `https://docs.example/?${'q'.repeat(300)}`
  await teller.answer(
    [
      '[the docs](https://docs.example/a)',
      '[docs.example](https://docs.example/b)',
      '<https://docs.example/c>',
      '[bank.example](https://evil.example/d)',
      '[read main.js](https://docs.example/e)',
      `[more](${long})`,
      '[write](mailto:us@docs.example)',
      '[bücher](https://bücher.example/)',
      '[www.docs.example](https://docs.example/f)',
      '[version 1.2](https://docs.example/g)',
      '[bank。example!](https://evil.example/h)',
    ].join('\n\n'),
  )
  const answer = widget.lastAnswer()
  const links = body(answer).locator('a')
  await expect(links).toHaveCount(11)
  expect(await links.evaluateAll((links) => links.map((link) => [link.getAttribute('data-host'), link.getAttribute('data-asks')]))).toEqual([
    ['docs.example', null],
    [null, null],
    [null, null],
    ['evil.example', 'evil.example'],
    ['docs.example', null],
    ['docs.example', 'docs.example'],
    ['us@docs.example', null],
    ['xn--bcher-kva.example', null],
    [null, null],
    ['docs.example', null],
    ['evil.example', 'evil.example'],
  ])
  for (const link of await links.all()) {
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow ugc')
    await expect(link).toHaveAttribute('referrerpolicy', 'no-referrer')
    await expect(link).toHaveAttribute('target', '_blank')
  }

  const opening = page.waitForEvent('popup')
  await links.nth(0).click()
  const opened = await opening
  expect(await opened.evaluate(() => [window.opener, document.referrer])).toEqual([null, ''])
  await opened.close()

  const question = widget.panel.locator('dialog')
  await links.nth(3).focus()
  await page.keyboard.press('Enter')
  await expect(question).toContainText('evil.example')
  await expect(question.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
  await expect(widget.panel).toBeVisible()
  await expect(links.nth(3)).toBeFocused()
  await links.nth(3).click({ button: 'middle' })
  await question.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(question).toHaveCount(0)

  const asked = page.waitForEvent('popup')
  await links.nth(5).click()
  await question.getByRole('button', { name: 'Open link', exact: true }).click()
  const there = await asked
  await there.waitForLoadState()
  expect(there.url()).toBe(long)
  expect(await there.evaluate(() => [window.opener, document.referrer])).toEqual([null, ''])
  await expect(question).toHaveCount(0)
  expect(page.context().pages()).toHaveLength(2)
})

test('the page chooses which hosts are followed and when is asked', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await page.goto(await server.barePage())
  await widget.mount({ apiUrl: server.origin, links: { allowHosts: ['docs.example'], confirm: 'always' } })
  await widget.openLive()
  await teller.answer('[here](https://docs.example/) and [there](https://evil.example/)')
  const links = body(widget.lastAnswer()).locator('a')
  await expect(links.nth(0)).toHaveAttribute('data-asks', 'docs.example')
  await expect(links.nth(0)).toHaveAttribute('href', 'https://docs.example/')
  await expect(links.nth(1)).not.toHaveAttribute('href', /.*/)
  await expect(links.nth(1)).toHaveAttribute('data-host', 'evil.example')
})

test('a picture is a chip; a tap loads it only from where the page says so', async ({ page, widget, server }) => {
  const asked: string[] = []
  const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  await page.route(/\.example/, (route) => {
    asked.push(route.request().url())
    return route.fulfill({ contentType: 'image/gif', body: pixel })
  })
  const teller = await Teller.on(page)
  await page.goto(await server.barePage())
  await widget.mount({ apiUrl: server.origin, images: { allowHosts: ['img.example'] } })
  await widget.openLive()
  await teller.answer('![a cat](https://img.example/cat.gif) ![a dog](https://evil.example/dog.gif?c=secret) [![x](https://img.example/x.gif)](https://docs.example/)')
  const answer = body(widget.lastAnswer())
  await expect(answer.locator('.image')).toHaveText(['Image from img.example: a cat', 'Image from evil.example (blocked): a dog', 'Image from img.example (blocked): x'])
  expect(asked).toEqual([])
  await answer.locator('.image').nth(1).click()
  await answer.getByRole('button', { name: 'Image from img.example: a cat' }).press('Enter')
  await expect(answer.getByRole('img', { name: 'a cat', exact: true })).toBeFocused()
  await expect.poll(() => asked).toEqual(['https://img.example/cat.gif'])
})

test('numbers in the text lead to the sources by keyboard; the rest of a long list unfolds', async ({ page, widget }) => {
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('Known [1], far [5], lost [9], a list[0], `code [1]`.')
  const answer = widget.lastAnswer()
  const marks = body(answer).locator('.cite')
  await expect(marks).toHaveText(['[1]', '[5]', '[9]'])
  await expect(body(answer).getByRole('button')).toHaveCount(0)
  await teller.end(SOURCES)
  await expect(body(answer)).toHaveText('Known [1], far [5], lost [9], a list[0], code [1].')
  await expect(marks.nth(0)).toHaveAccessibleName('Source 1: One')
  await expect(marks.nth(2)).toHaveAccessibleName('Source 9: Source missing')
  await expect(marks.nth(2)).not.toHaveAttribute('tabindex', /.*/)

  const list = answer.getByRole('list', { name: 'Sources', exact: true })
  const pills = list.locator('[part=source]')
  await expect(pills.filter({ visible: true })).toHaveCount(3)
  const more = list.getByRole('button', { name: 'All sources' })
  await expect(more.locator('span').first()).toHaveText('+2')
  await expect(more).toHaveAttribute('aria-expanded', 'false')

  await marks.nth(0).press('Enter')
  await expect(pills.nth(0)).toBeFocused()
  await expect(more).toHaveAttribute('aria-expanded', 'false')
  await marks.nth(1).press(' ')
  await expect(pills.nth(4)).toBeFocused()
  await expect(pills.nth(4)).toHaveAccessibleName(/5\s*Five\s*docs\.example\s*What Five says\./)
  await more.press('Enter')
  await expect(pills.filter({ visible: true })).toHaveCount(3)
})

test('an answer without sources keeps its numbers as text', async ({ page, widget }) => {
  const teller = await live(page, widget)
  await teller.answer('As in [1] and [^2].')
  await expect(body(widget.lastAnswer())).toHaveText('As in [1] and [^2].')
  await painted(page)
  await expect(body(widget.lastAnswer()).locator('[role], [tabindex]')).toHaveCount(0)
})

test('code is copied exactly', async ({ page, widget, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const teller = await live(page, widget)
  await teller.answer('```\n\tif (a < b) {\n\n    "x"  \n}\n```')
  await widget.lastAnswer().getByRole('button', { name: 'Copy code', exact: true }).click()
  await expect(widget.lastAnswer().getByRole('button', { name: 'Copied', exact: true })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('\tif (a < b) {\n\n    "x"  \n}')
})

test('an answer is copied as it is shown, and asked for again', async ({ page, widget, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const teller = await live(page, widget)
  await widget.askAndWait('Which?')
  await teller.answer('It is **this** [one](https://docs.example/).\n\n```js\nlet x\n```')
  const answer = widget.lastAnswer()
  await widget.expectStatus(answer, 'complete')
  await answer.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(answer.getByRole('button', { name: 'Copied', exact: true })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('It is this one.\n\nlet x')
  await answer.getByRole('button', { name: 'Try again', exact: true }).click()
  await expect(widget.question('Which?')).toHaveCount(2)
})

test('a copied list keeps what is drawn before its items, and the page nothing of that', async ({ page, widget, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const teller = await live(page, widget)
  await teller.answer('3. three\n4. four\n   - below\n     1. deep\n\n- loose\n\n- far\n\n  apart\n\n+ [x] done')
  const answer = widget.lastAnswer()
  await widget.expectStatus(answer, 'complete')
  const drawn = await body(answer).evaluate((answer) => answer.outerHTML)
  await answer.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(answer.getByRole('button', { name: 'Copied', exact: true })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('3. three\n4. four\n  • below\n    1. deep\n\n• loose\n\n• far\n\napart\n\n☑ done')
  expect(await body(answer).evaluate((answer) => answer.outerHTML)).toBe(drawn)
})

/** An answer that can be judged, and what the page hears of that. */
async function judging(page: Page, widget: Widget) {
  const told: unknown[] = []
  await page.exposeFunction('judged', (detail: unknown) => void told.push(detail))
  await page.addInitScript(() => {
    document.addEventListener('miptech-chat:feedback', (event) => (window as unknown as { judged: (detail: unknown) => void }).judged((event as CustomEvent).detail))
  })
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const answer = widget.lastAnswer()
  const messageId = await answer.getAttribute('data-message-id')
  const helpful = answer.getByRole('button', { name: 'Helpful', exact: true })
  const notHelpful = answer.getByRole('button', { name: 'Not helpful', exact: true })
  return { answer, messageId, helpful, notHelpful, told }
}

test('what the visitor thinks of an answer reaches the platform, and the last word counts', async ({ page, widget, server }) => {
  const { messageId, helpful, notHelpful, told } = await judging(page, widget)
  await helpful.press('Enter')
  await expect(helpful).toHaveAttribute('aria-pressed', 'true')
  await helpful.click()
  await notHelpful.click()
  await expect(helpful).toHaveAttribute('aria-pressed', 'false')
  await expect(notHelpful).toHaveAttribute('aria-pressed', 'true')
  const calls = async (): Promise<unknown[]> =>
    (await server.log()).flatMap((entry) => (entry.kind === 'http' && entry.method === 'POST' && entry.path_and_query.endsWith(`/messages/${messageId}/feedback`) ? [[entry.body, entry.status]] : []))
  await expect.poll(calls).toEqual([
    ['{"value":"up"}', 204],
    ['{"value":"down"}', 204],
  ])
  await expect.poll(() => told).toEqual([
    { messageId, value: 'up' },
    { messageId, value: 'down' },
  ])
})

test('who found an answer unhelpful may say why, by keyboard too, and need not', async ({ page, widget, server }) => {
  const { answer, messageId, helpful, notHelpful, told } = await judging(page, widget)
  const why = answer.getByRole('textbox', { name: 'What was wrong?' })
  await notHelpful.press('Enter')
  await expect(notHelpful).toBeFocused()
  await expect(why).toBeInViewport()
  // Escape takes the question back and leaves the panel.
  await why.press('Escape')
  await expect(why).toHaveCount(0)
  await expect(notHelpful).toBeFocused()
  await expect(widget.part('panel')).toBeVisible()
  // And who sent it away can have it again; nothing more is told.
  await expect(notHelpful).toHaveAttribute('aria-expanded', 'false')
  await notHelpful.press('Enter')
  await expect(why).toBeVisible()
  await expect(notHelpful).toHaveAttribute('aria-expanded', 'true')
  await helpful.click()
  await expect(why).toHaveCount(0)
  await notHelpful.click()
  // Nothing is no reason.
  await why.press('Enter')
  await expect(why).toBeFocused()
  await why.fill('  It names no version.  ')
  await why.press('Enter')
  await expect(answer.getByText('Thank you.')).toBeFocused()
  await expect(why).toHaveCount(0)
  const bodies = async (): Promise<unknown[]> =>
    (await server.log()).flatMap((entry) => (entry.kind === 'http' && entry.method === 'POST' && entry.path_and_query.endsWith(`/messages/${messageId}/feedback`) ? [entry.body] : []))
  await expect.poll(bodies).toEqual(['{"value":"down"}', '{"value":"up"}', '{"value":"down"}', '{"value":"down","reason":"It names no version."}'])
  expect(told.at(-1)).toEqual({ messageId, value: 'down', reason: 'It names no version.' })
  // Who changes their mind is asked no more.
  await helpful.click()
  await expect(answer.getByText('Thank you.')).toHaveCount(0)
})

test('what belongs to a conversation that is over is not judged any more', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.lastAnswer().getByRole('button', { name: 'Helpful', exact: true })).toBeVisible()
  await widget.on((handle) => handle.newConversation())
  await widget.askAndWait('What happens when the connection drops?')
  await expect(widget.panel.getByRole('separator')).toBeVisible()
  await expect(widget.panel.getByRole('button', { name: 'Helpful', exact: true })).toHaveCount(1)
  await expect(widget.lastAnswer().getByRole('button', { name: 'Helpful', exact: true })).toBeVisible()
})

test('a page that wants no feedback has no buttons for it', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await page.goto(await server.barePage())
  await widget.mount({ apiUrl: server.origin, features: { feedback: false } })
  await widget.openLive()
  await teller.answer('Words.')
  await expect(widget.lastAnswer().getByRole('button', { name: 'Copy', exact: true })).toBeVisible()
  await expect(widget.lastAnswer().getByRole('button', { name: /helpful/i })).toHaveCount(0)
})

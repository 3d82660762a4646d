/** What a screen reader hears of an answer: whole sentences from one live region, at most every two seconds. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { LOOKS, Stage } from './states_of_the_widget'
import { Teller } from './teller'
import type { Widget } from './widget'

const SOURCE = { title: 'One', url: 'https://docs.example/one' }

/** A page whose time stands still until the test lets it run. */
async function live(page: Page, widget: Widget): Promise<Teller> {
  const teller = await Teller.on(page)
  await page.goto('/')
  await widget.openLive()
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 1000)
  return teller
}

const said = (widget: Widget): Promise<string[]> => widget.part('announcer').locator('div > p').allTextContents()

test('sentences are said once each, at most every two seconds, then that the answer is complete', async ({ page, widget }) => {
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('It is **ready**. You can', ' start. Half a sent')
  await page.clock.runFor(1900)
  expect(await said(widget)).toEqual([])
  await page.clock.runFor(200)
  expect(await said(widget)).toEqual(['It is ready. You can start.'])
  await teller.grow('ence goes on.\n\n```rust\nlet secret = 1;\n```\n\nMore. ')
  await page.clock.runFor(1900)
  expect(await said(widget)).toHaveLength(1)
  await page.clock.runFor(200)
  expect((await said(widget))[1]).toMatch(/^Half a sentence goes on\.\s+Code block, rust\.$/)
  await teller.grow('| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end')
  await teller.end([SOURCE])
  await page.clock.runFor(2100)
  expect((await said(widget))[2]).toMatch(/^More\..*The end\s+Answer complete, 1 source\.$/s)
  await page.clock.runFor(10_000)
  const all = await said(widget)
  expect(all).toHaveLength(3)
  expect(all.join(' ')).not.toContain('secret')
})

test('the next answer begins with an empty region, and what was left of the last one is still said', async ({ page, widget }) => {
  const teller = await live(page, widget)
  await teller.answer('One.')
  await page.clock.runFor(2100)
  expect(await said(widget)).toEqual([expect.stringMatching(/^One\.\s+Answer complete\.$/)])
  await teller.answer('Two.', [SOURCE, SOURCE])
  await teller.answer('Three.')
  await page.clock.runFor(2100)
  const [words, ...more] = await said(widget)
  expect(words).toMatch(/^Two\.\s+Answer complete, 2 sources\..*Three\.\s+Answer complete\.$/s)
  expect(more).toEqual([])
})

test('without Intl.Segmenter a full stop and a blank end a sentence', async ({ page, widget }) => {
  await page.addInitScript(() => void delete (Intl as { Segmenter?: unknown }).Segmenter)
  const teller = await live(page, widget)
  await teller.begin()
  await teller.grow('Version 1.2 is out! Get it at docs.exa')
  await page.clock.runFor(2100)
  expect(await said(widget)).toEqual(['Version 1.2 is out!'])
})

test('the growing transcript is no live region', async ({ page, widget }) => {
  const teller = await Teller.on(page)
  await page.goto('/')
  await widget.openLive()
  await teller.begin()
  await teller.grow('Words')
  await expect(widget.lastAnswer()).toContainText('Words')
  await expect(widget.host.locator('[aria-live], [role=status], [role=alert], [role=log]')).toHaveCount(1)
})

for (const [name, words] of [
  ['unconfirmed', /^We could not confirm this was delivered/],
  ['failed', /^Not sent/],
] as const) {
  const look = LOOKS.find((look) => look.name === name)
  test.describe(`a message that is ${name}`, () => {
    test.use(look?.settings ?? {})

    test('is told of, without a look at it', async ({ page, widget, server }) => {
      await look?.reach(new Stage(page, widget, server, 'ltr'))
      await expect.poll(() => said(widget)).toContainEqual(expect.stringMatching(words))
    })
  })
}

test('who copies hears that it is copied, and may copy again', async ({ page, context, widget }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const teller = await Teller.on(page)
  await page.goto('/')
  await widget.openLive()
  await teller.answer('Words.')
  const extras = widget.lastAnswer().locator('.extras')
  await extras.getByRole('button', { name: 'Copy', exact: true }).press('Enter')
  await expect(extras.getByRole('button', { name: 'Copied', exact: true })).toBeFocused()
  await expect.poll(() => said(widget)).toContain('Copied')
  await expect(extras.getByRole('button', { name: 'Copy', exact: true })).toBeFocused()
})

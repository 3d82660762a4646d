/** What the platform offers to ask next: under the last answer, as text, and only where the page wants it. */
import { CSP_QUESTION, REACT_QUESTION, expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'
import { Teller } from './teller'

test('what could be asked next is a press away under the last answer, and goes with the next word', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.ask(REACT_QUESTION)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  const offered = widget.lastAnswer().locator('[part=suggestion]')
  await expect(offered).not.toHaveCount(0)
  const question = await offered.first().innerText()
  await offered.first().click()
  await expect(widget.question(question)).toHaveCount(1)
  await expect(widget.input, 'whoever pressed it goes on typing').toBeFocused()
  await expect(widget.answers.first().locator('[part=suggestion]')).toHaveCount(0)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  await expect(widget.lastAnswer().locator('[part=suggestion]')).not.toHaveCount(0)
  await widget.input.fill(CSP_QUESTION)
  await page.keyboard.press('Enter')
  await expect(widget.question(CSP_QUESTION)).toHaveCount(1)
  await expect(widget.answers.nth(1).locator('[part=suggestion]')).toHaveCount(0)
})

test('words of the platform are one line of text, and what is shown is what is sent', async ({ page, widget, server, complaints }) => {
  const teller = await Teller.on(page)
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await teller.begin()
  await teller.grow('Ask me more.')
  await teller.end([], ['<img src=x onerror=alert(1)>', ' two\n  lines ', 'if\u202e reversed', '   ', 7, 'a fourth', 'a fifth'])
  const offered = widget.lastAnswer().locator('[part=suggestion]')
  await expect(offered).toHaveText(['<img src=x onerror=alert(1)>', 'two lines', 'if\ufffd reversed', 'a fourth'])
  await expect(offered.locator('*')).toHaveCount(0)
  const long = `Why ${'so '.repeat(40)}long?`
  await teller.begin()
  await teller.grow('And more.')
  await teller.end([], [long])
  await expect(offered).toHaveText([/^Why (so )+so…$/])
  expect((await offered.innerText()).length).toBeLessThanOrEqual(80)
  await offered.click()
  await expect(widget.question(long)).toHaveCount(1)
  expect(complaints).toEqual([])
})

test('a page that wants none has none', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, features: { suggestions: false } })), server.origin)
  await widget.expectConnection('live')
  await widget.ask(REACT_QUESTION)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  await expect(widget.lastAnswer().getByRole('button', { name: 'Copy', exact: true }).last()).toBeVisible()
  await expect(widget.part('suggestion')).toHaveCount(0)
})

test('they take two rows at most, so that the answer stays in sight', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const rows = async (): Promise<number[]> => {
    const tops = await widget.lastAnswer().locator('[part=suggestion]').evaluateAll((chips) => chips.map((chip) => chip.getBoundingClientRect().top))
    return [...new Set(tops)].map((row) => tops.filter((top) => top === row).length)
  }
  const long = ' of those that are as long as a whole row'
  for (const [offered, kept] of [
    [['What does it weigh?', 'Is it free?', 'Which languages?', 'Who wrote it?'], [2, 2]],
    [[`One${long}`, `Another${long}`, `A third${long}`, 'Why?'], [1, 1]],
  ] as const) {
    await teller.begin()
    await teller.grow('Ask me more.')
    await teller.end([], offered)
    await expect(widget.lastAnswer().locator('[part=suggestion]').first()).toHaveText(offered[0])
    await expect.poll(rows).toEqual(kept)
  }
})

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { REACT_QUESTION, expect, test } from './fixtures'
import { WWW } from './server'

test('a streamed answer is painted at least five times before it is complete', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.watch()
  await widget.askAndWait(REACT_QUESTION)
  const { growingFrames } = await widget.watched()
  expect(growingFrames).toBeGreaterThanOrEqual(5)
})

test('a message and its answer pass through the states of the contract, in order', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.watch()
  await widget.askAndWait(REACT_QUESTION)
  const { trails } = await widget.watched()
  expect(trails.map(({ author }) => author)).toEqual(['user', 'ai'])
  const [question, answer] = trails
  expect(question?.statuses.join(' ')).toMatch(/^(queued )?sending sent$/)
  expect(answer?.statuses).toEqual(['thinking', 'streaming', 'complete'])
})

test('a source names a real file of the documentation and its link works', async ({ page, widget, request }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const answer = widget.lastAnswer()
  await expect(answer.locator('[part=sources]')).toBeVisible()
  const sources = answer.locator('[part=source]')
  await expect(sources.first()).toBeVisible()
  const pill = answer.getByRole('link', { name: /docs\/INTEGRATION\.md/ }).first()
  await expect(pill).toBeVisible()
  expect(existsSync(join(WWW, '../docs/INTEGRATION.md'))).toBe(true)
  const href = (await pill.getAttribute('href')) ?? ''
  expect(new URL(href).pathname).toBe('/knowledge/INTEGRATION.md')
  const answered = await request.get(href)
  expect(answered.status()).toBe(200)
  expect(await answered.text()).toContain('mount')
  await expect(pill).toHaveAttribute('rel', /noopener.*noreferrer/)
  for (const source of await sources.all()) {
    const file = /docs\/([\w./-]+\.md)/.exec((await source.textContent()) ?? '')?.[1] ?? ''
    expect(existsSync(join(WWW, '../docs', file)), `docs/${file}`).toBe(true)
  }
})

test('roles, names and parts are those of the contract', async ({ page, widget }) => {
  await page.goto('/')
  const closed = page.getByRole('button', { name: 'Open chat', exact: true })
  await expect(closed).toHaveAttribute('aria-expanded', 'false')
  await expect(closed).toHaveAttribute('part', 'launcher')
  await widget.openLive()
  await expect(widget.launcher).toHaveAttribute('aria-expanded', 'true')
  await expect(widget.launcher).toHaveAccessibleName('Close chat')

  const panel = page.getByRole('dialog', { name: 'MIP AI Assistant', exact: true })
  await expect(panel).toHaveAttribute('part', 'panel')
  await expect(panel).not.toHaveAttribute('aria-modal', 'true')
  await expect(widget.part('title')).toHaveText('MIP AI Assistant')
  await expect(panel.getByRole('textbox', { name: 'Message', exact: true })).toHaveAttribute('part', 'input')
  await expect(panel.getByRole('button', { name: 'Send', exact: true })).toHaveAttribute('part', 'send')
  await expect(panel.getByRole('button', { name: 'Close chat', exact: true })).toHaveAttribute('part', 'close')
  await expect(panel.getByRole('button', { name: REACT_QUESTION, exact: true })).toHaveAttribute('part', 'suggestion')
  for (const name of ['header', 'title', 'status', 'transcript', 'composer', 'disclosure']) {
    await expect(panel.locator(`[part=${name}]`), name).toBeVisible()
  }
  await expect(widget.part('disclosure')).toContainText('You are talking to an AI')
  await expect(widget.part('status')).not.toHaveAttribute('role', 'status')

  const announcer = widget.part('announcer')
  await expect(announcer).toHaveAttribute('aria-live', 'polite')
  await expect(widget.host.locator('[aria-live]')).toHaveCount(1)

  await panel.getByRole('button', { name: REACT_QUESTION, exact: true }).click()
  await expect(widget.lastAnswer()).toHaveAttribute('data-status', 'complete')
  const articles = widget.part('transcript').getByRole('list').first().getByRole('article')
  await expect(articles).toHaveCount(2)
  for (const article of await articles.all()) {
    await expect(article).toHaveAttribute('part', 'message')
    await expect(article).toHaveAttribute('data-message-id', /.+/)
    await expect(article.locator('[part=bubble]')).toBeVisible()
  }
  await expect(widget.lastAnswer()).not.toHaveAttribute('aria-busy', 'true')
  await expect(announcer).toContainText('docs/INTEGRATION.md')
  await expect(panel.getByRole('button', { name: 'Copy code', exact: true }).first()).toBeVisible()
})

test('Enter sends, Shift+Enter breaks the line', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.input.pressSequentially('first line')
  await widget.input.press('Shift+Enter')
  await widget.input.pressSequentially('second line')
  await expect(widget.input).toHaveValue('first line\nsecond line')
  await expect(widget.questions).toHaveCount(0)
  await widget.input.press('Enter')
  await expect(widget.questions).toHaveCount(1)
  await expect(widget.input).toHaveValue('')
  const text = await widget.questions.locator('[part=bubble]').evaluate((bubble) => (bubble as HTMLElement).innerText)
  expect(text).toBe('first line\nsecond line')
})

test('an Enter that belongs to an input method does not send', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.input.fill('にほん')
  const isLeftToTheBrowser = await widget.input.evaluate((input) =>
    input.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, composed: true, cancelable: true }),
    ),
  )
  expect(isLeftToTheBrowser).toBe(true)
  await expect(widget.input).toHaveValue('にほん')
  await expect(widget.questions).toHaveCount(0)
  await widget.input.press('Enter')
  await expect(widget.question('にほん')).toHaveCount(1)
})

test('the send button sends, and waits for something to send', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  const send = page.getByRole('button', { name: 'Send', exact: true })
  await expect(send).toBeDisabled()
  await widget.input.fill('   ')
  await expect(send).toBeDisabled()
  await widget.input.fill('hello there')
  await send.click()
  await expect(widget.question('hello there')).toHaveCount(1)
  await expect(widget.input).toHaveValue('')
})

test('the focus enters the composer on opening and returns to the launcher on Escape', async ({ page, widget }) => {
  await page.goto('/')
  await widget.open()
  await expect(widget.input).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(widget.panel).toBeHidden()
  await expect(widget.launcher).toBeFocused()
  await expect(widget.launcher).toHaveAccessibleName('Open chat')
  await page.keyboard.press('Enter')
  await expect(widget.panel).toBeVisible()
  await expect(widget.input).toBeFocused()
  await widget.part('close').click()
  await expect(widget.panel).toBeHidden()
  await expect(widget.launcher).toBeFocused()
})

test('the keyboard alone opens the chat before its code has arrived', async ({ page, widget }) => {
  await page.goto('/')
  await widget.launcher.focus()
  await page.keyboard.press('Enter')
  await expect(widget.panel).toBeVisible()
  await expect(widget.input).toBeFocused()
})

test('Markdown becomes elements', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const answer = widget.lastAnswer()
  await expect(answer.locator('strong').first()).toHaveText(/^docs\//)
  await expect(answer.locator('pre code').first()).toContainText('ChatWidget')
  const text = (await answer.locator('[part=bubble]').textContent()) ?? ''
  expect(text).not.toContain('**')
  expect(text).not.toContain('```')
})

test('HTML in a message of the visitor stays text', async ({ page, widget, complaints }) => {
  await page.goto('/')
  await widget.openLive()
  const text = '<img src=x onerror="document.title=1"><b>bold</b> **not bold**'
  await widget.askAndWait(text)
  const bubble = widget.question(text).locator('[part=bubble]')
  await expect(bubble).toHaveText(text)
  await expect(bubble.locator('img, b, strong')).toHaveCount(0)
  await expect(page).toHaveTitle('MIPTech Chat, running here')
  expect(complaints).toEqual([])
})

test('a visitor of an Italian page reads Italian, before and after the code arrives', async ({ page, widget }) => {
  await page.goto('/?locale=it')
  await expect(widget.launcher).toHaveAccessibleName('Apri la chat')
  await widget.open()
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await expect(page.getByRole('dialog', { name: 'Assistente IA MIP', exact: true })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Messaggio', exact: true })).toBeFocused()
})

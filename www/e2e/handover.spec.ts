/** What a visitor does with the shell survives the arrival of the code. */
import { expect, test } from './fixtures'
import { goToPage, holdWasm, tag } from './pages'

test('text, caret and focus stay where they are when the code arrives', async ({ page, widget, server, complaints }) => {
  await goToPage(page, server, tag(server.origin))
  const release = await holdWasm(page)
  await widget.launcher.click()
  await expect(widget.panel).toBeVisible()
  await expect(widget.input).toBeFocused()
  await page.keyboard.type('Hello wrld')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  const field = await widget.input.elementHandle()
  const blurs = await widget.input.evaluateHandle((field) => {
    const seen: string[] = []
    field.addEventListener('blur', () => seen.push('blur'))
    return seen
  })

  release()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await page.keyboard.type('o')
  await expect(widget.input).toHaveValue('Hello world')
  await expect(widget.input).toBeFocused()
  expect(await blurs.jsonValue()).toEqual([])
  expect(await widget.input.evaluate((now, before) => now === before, field)).toBe(true)
  await widget.expectConnection('live')
  await page.keyboard.press('Enter')
  await expect(widget.question('Hello world')).toHaveCount(1)
  expect(complaints).toEqual([])
})

test('a running composition is not broken off', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  const release = await holdWasm(page)
  await widget.launcher.click()
  await expect(widget.input).toBeFocused()
  const session = await page.context().newCDPSession(page)
  const ends = await widget.input.evaluateHandle((field) => {
    const seen: string[] = []
    for (const name of ['compositionstart', 'compositionend']) field.addEventListener(name, (event) => seen.push(`${name} ${(event as CompositionEvent).data}`))
    return seen
  })
  await session.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 })
  await expect(widget.input).toHaveValue('に')

  release()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await session.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 })
  expect(await ends.jsonValue()).toEqual(['compositionstart '])
  await session.send('Input.insertText', { text: '日本' })
  await expect(widget.input).toHaveValue('日本')
  expect(await ends.jsonValue()).toEqual(['compositionstart ', 'compositionend 日本'])
})

test('Enter queues what is shown at once and sent when the code is there', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  const release = await holdWasm(page)
  await widget.launcher.click()
  for (const text of ['first', 'second']) {
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    await expect(widget.panel.getByText(text, { exact: true })).toBeVisible()
    await expect(widget.input).toHaveValue('')
  }
  await page.keyboard.type('not yet')
  release()
  await expect(widget.questions).toHaveCount(2)
  await expect(widget.questions).toHaveText([/first/, /second/])
  await expect(widget.input).toHaveValue('not yet')
  for (const index of [0, 1]) await widget.expectStatus(widget.questions.nth(index), 'sent')
})

test('closed again before the code arrives it stays closed, and Escape closes the shell', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  const release = await holdWasm(page)
  await widget.launcher.click()
  await expect(widget.panel).toBeVisible()
  await page.keyboard.type('draft')
  await page.keyboard.press('Escape')
  await expect(widget.panel).toBeHidden()
  await expect(widget.launcher).toBeFocused()
  await expect(widget.launcher).toHaveAttribute('aria-expanded', 'false')
  await page.keyboard.press('Escape')
  await expect(widget.panel, 'what is closed stays closed').toBeHidden()
  release()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await expect(widget.panel).toBeHidden()
  expect((await widget.state()).isOpen).toBe(false)
  await widget.launcher.click()
  await expect(widget.panel).toBeVisible()
  await expect(widget.input).toHaveValue('draft')
})

test('the page hears one open by the visitor, whenever the code arrives', async ({ page, widget, server }) => {
  await goToPage(
    page,
    server,
    `<script>heard = []; for (const name of ['open', 'close']) addEventListener('miptech-chat:' + name, ({ detail }) => heard.push(name + ' by ' + detail.by))</script>${tag(server.origin)}`,
  )
  const release = await holdWasm(page)
  await widget.launcher.click()
  release()
  await widget.expectConnection('live')
  await widget.launcher.click()
  await expect(widget.panel).toBeHidden()
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['open by visitor', 'close by visitor'])
})

test('keys typed into the shell are not the page\'s', async ({ page, widget, server }) => {
  await goToPage(page, server, `<script>heard = []; addEventListener('keydown', ({ key }) => heard.push(key))</script>${tag(server.origin)}`)
  await holdWasm(page)
  await widget.launcher.click()
  await page.keyboard.type('a/b')
  await expect(widget.input).toHaveValue('a/b')
  expect(await page.evaluate(() => window.heard)).toEqual([])
})

test('Escape leaves a panel where it is that stands in the page', async ({ page, widget, server }) => {
  await goToPage(page, server, `<div id="here" style="height:400px"></div>${tag(server.origin, 'data-target="#here"')}`)
  await holdWasm(page)
  await widget.input.focus()
  await page.keyboard.press('Escape')
  await expect(widget.panel).toBeVisible()
  await expect(widget.input).toBeFocused()
})

test('what was typed before the code could not be loaded stays in sight, and is sent once it could', async ({ page, widget, server }) => {
  let tries = 0
  await page.route('**/*.wasm', (route) => {
    tries += 1
    return route.abort()
  })
  await goToPage(page, server, `<script>heard = []; addEventListener('miptech-chat:error', ({ detail }) => heard.push(detail.code))</script>${tag(server.origin)}`)
  await widget.launcher.click()
  await expect(widget.panel.getByText('Chat could not be loaded')).toBeVisible()
  const before = tries
  await widget.input.fill('Are you there?')
  await widget.input.press('Enter')
  // Whoever sends tries again, and that fails as well.
  await expect.poll(() => page.evaluate(() => window.heard.length)).toBe(2)
  expect(tries).toBe(before + 1)
  await expect(widget.panel.getByText('Chat could not be loaded')).toHaveCount(1)
  await expect(widget.panel.getByText('Are you there?', { exact: true })).toBeVisible()

  await page.unroute('**/*.wasm')
  await widget.panel.getByRole('button', { name: 'Try again', exact: true }).click()
  await widget.expectStatus(widget.question('Are you there?'), 'sent')
  await expect(widget.questions).toHaveCount(1)
})

test.describe('where the code cannot run', () => {
  test.beforeEach(async ({ page }) => page.addInitScript(() => void delete (globalThis as { WebAssembly?: unknown }).WebAssembly))

  test('what was typed is given back to be copied, and nothing more is taken', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    const release = await holdWasm(page)
    await widget.launcher.click()
    await page.keyboard.type('first')
    await page.keyboard.press('Enter')
    await page.keyboard.type('second')
    release()
    await expect(widget.panel.getByText('Chat cannot run on this page')).toBeVisible()
    await expect(widget.input).toHaveValue('first\nsecond')
    await expect(widget.input).not.toBeEditable()
    await expect(widget.part('send')).toHaveCount(0)
    await widget.input.press('Enter')
    await page.keyboard.type('third')
    await expect(widget.input).toHaveValue('first\nsecond')
    await expect(widget.panel.getByRole('paragraph')).toHaveText(['Chat cannot run on this page'])
  })

  test('the panel opens and closes, says so, and has no text field that takes nothing', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    await widget.launcher.click()
    await expect(widget.panel.getByText('Chat cannot run on this page')).toBeVisible()
    await expect(widget.input).toBeHidden()
    await expect(widget.launcher).toBeFocused()
    await expect(widget.launcher).toHaveAttribute('aria-expanded', 'true')
    for (const isOpen of [false, false, true]) {
      await page.keyboard.press(isOpen ? 'Enter' : 'Escape')
      await expect(widget.panel).toBeVisible({ visible: isOpen })
      await expect(widget.launcher).toHaveAttribute('aria-expanded', `${isOpen}`)
      await expect(widget.launcher).toBeFocused()
    }
  })
})

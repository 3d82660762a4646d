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

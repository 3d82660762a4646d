/** The menu in the header: what it offers, by pointer and by keyboard, and what becomes of it. */
import { readFile } from 'node:fs/promises'
import type { Locator } from '@playwright/test'
import { REACT_QUESTION, comesSignedIn, expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'
import type { Widget } from './widget'

const item = (widget: Widget, name: string): Locator => widget.panel.getByRole(/Light|Dark|Auto|English|Italiano|العربية/.test(name) ? 'menuitemradio' : 'menuitem', { name, exact: true })

test('it is worked by keyboard as menus are, and Escape closes it and not the panel', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const button = widget.part('menu')
  await expect(button).toHaveAccessibleName('Menu')
  await button.focus()
  await expect(button).toHaveAttribute('aria-expanded', 'false')
  await page.keyboard.press('Enter')
  await expect(button).toHaveAttribute('aria-expanded', 'true')
  await expect(item(widget, 'New conversation')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(item(widget, 'Save as Markdown')).toBeFocused()
  await page.keyboard.press('End')
  await expect(item(widget, 'Erase conversation')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(item(widget, 'New conversation')).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(item(widget, 'Erase conversation')).toBeFocused()
  await page.keyboard.press('Home')
  await expect(item(widget, 'New conversation')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(widget.panel.getByRole('menu')).toHaveCount(0)
  await expect(button).toBeFocused()
  await expect(widget.panel).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(widget.launcher).toHaveAttribute('aria-expanded', 'false')
})

test('whoever goes on elsewhere leaves it closed', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.part('menu').click()
  await expect(widget.panel.getByRole('menu')).toBeVisible()
  await widget.input.click()
  await expect(widget.panel.getByRole('menu')).toHaveCount(0)
  await widget.part('menu').click()
  await widget.part('menu').click()
  await expect(widget.panel.getByRole('menu')).toHaveCount(0)
})

test('a new conversation begins below the old one, and typing goes on', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const before = await widget.chatId()
  await widget.part('menu').click()
  await item(widget, 'New conversation').click()
  await expect.poll(async () => (await widget.state()).chatId).not.toBe(before)
  await widget.expectConnection('live')
  await expect(widget.breaks).toHaveCount(1)
  await expect(widget.input).toBeFocused()
})

test('the conversation is saved as a file of either kind', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  for (const [name, extension] of [['Save as Markdown', 'md'], ['Save as JSON', 'json']] as const) {
    await widget.part('menu').click()
    const download = page.waitForEvent('download')
    await item(widget, name).click()
    const file = await download
    expect(file.suggestedFilename()).toMatch(new RegExp(`^chat-\\d{4}-\\d\\d-\\d\\d\\.${extension}$`))
    const text = await readFile(await file.path(), 'utf8')
    expect(text).toContain(REACT_QUESTION)
    if (extension === 'json') expect((JSON.parse(text) as { messages: unknown[] }).messages).toHaveLength(2)
    await expect(widget.part('menu')).toBeFocused()
  }
})

test('nothing is erased without a second word, and then all of it', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.part('menu').click()
  await item(widget, 'Erase conversation').click()
  const question = widget.panel.getByRole('alertdialog', { name: 'Erase conversation' })
  await expect(question).toHaveAccessibleDescription('Erase this conversation? It cannot be brought back.')
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(question).toHaveCount(0)
  await expect(widget.part('menu')).toBeFocused()
  await expect(widget.messages).toHaveCount(2)
  await page.keyboard.press('Enter')
  await item(widget, 'Erase conversation').click()
  await question.getByRole('button', { name: 'Erase' }).click()
  await expect(widget.messages).toHaveCount(0)
  await expect(widget.input).toBeFocused()
  expect(await widget.on((handle) => handle.getMessages().length)).toBe(0)
})

test('theme and language are chosen, marked, and kept once something was said', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.part('menu').click()
  await expect(item(widget, 'Auto')).toHaveAttribute('aria-checked', 'true')
  await item(widget, 'Dark').click()
  await expect(widget.host).toHaveCSS('color-scheme', 'dark')
  await expect(widget.panel).toBeFocused()
  await widget.part('menu').click()
  await expect(item(widget, 'Dark')).toHaveAttribute('aria-checked', 'true')
  await expect(item(widget, 'English')).toHaveAttribute('aria-checked', 'true')
  await item(widget, 'Italiano').click()
  await expect(widget.input).toHaveAccessibleName('Messaggio')
  await expect(widget.messages).toHaveCount(2)

  await page.reload()
  await widget.open()
  await expect(widget.input).toHaveAccessibleName('Messaggio')
  await expect(widget.host).toHaveCSS('color-scheme', 'dark')
})

test('colours of the page\'s own stand above a theme that was chosen elsewhere', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, theme: { accent: '#0a7d4f' } })), server.origin)
  await widget.expectConnection('live')
  await page.evaluate(() => localStorage.setItem('miptech_chat:miptech-company:theme', 'dark'))
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, theme: { accent: '#0a7d4f' } })), server.origin)
  await widget.expectConnection('live')
  await expect(widget.host).toHaveCSS('color-scheme', 'light dark')
  await expect(widget.part('send')).toHaveCount(1)
  expect(await widget.host.evaluate((host) => (host as HTMLElement).style.getPropertyValue('--miptech-chat-accent'))).toBe('#0a7d4f')
})

test('before anything was said nothing of it is kept', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.part('menu').click()
  await item(widget, 'Dark').click()
  await expect(widget.host).toHaveCSS('color-scheme', 'dark')
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
})

test('what the page turned off, or decided by itself, is not offered', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, theme: 'glass', features: { export: false, erase: false } })), server.origin)
  await widget.expectConnection('live')
  await widget.part('menu').click()
  await expect(widget.panel.getByRole('menuitem')).toHaveText(['New conversation'])
  await expect(widget.panel.getByRole('menuitemradio')).toHaveText(['English', 'العربية', 'Italiano'])
  await expect(widget.panel.getByRole('menuitemcheckbox')).toHaveCount(0)
})

test('a sound is offered where the page wants one, and stays as it was chosen', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, features: { sound: true } })), server.origin)
  await widget.expectConnection('live')
  const sound = widget.panel.getByRole('menuitemcheckbox', { name: 'Sound' })
  await widget.part('menu').click()
  await expect(sound).toHaveAttribute('aria-checked', 'true')
  await sound.click()
  await widget.part('menu').click()
  await expect(sound).toHaveAttribute('aria-checked', 'false')
})

test.describe('for somebody who is signed in', () => {
  test.use({ serverFlags: ['--require-auth'] })

  test('there is a way out', async ({ page, context, widget, server }) => {
    await comesSignedIn(context, await server.registered())
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    await widget.part('menu').click()
    await item(widget, 'Sign out').click()
    await expect(widget.form).toBeVisible()
    expect(await widget.isAuthenticated()).toBe(false)
  })
})

/** Languages: each comes as a pack of words when somebody reads it, follows the page, and goes the way it is written. */
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'

const PACK = /\/miptech-chat-(?:ar|en|it)-\w+\.js$/

test('Arabic is written from right to left, and counts as Arabic does', async ({ page, widget, server, complaints }) => {
  await goToPage(page, server, tag(server.origin, 'data-locale="ar"'))
  await widget.open()
  await expect(page.getByRole('dialog', { name: 'المساعد الذكي', exact: true })).toBeVisible()
  await expect(widget.panel).toHaveCSS('direction', 'rtl')
  await expect(widget.input).toHaveAccessibleName('رسالة')
  const { launcher, width } = await widget.launcher.evaluate((button) => ({ launcher: button.getBoundingClientRect().left, width: innerWidth }))
  expect(launcher, 'right is left').toBeLessThan(width / 2)
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.part('announcer')).toContainText('اكتملت الإجابة، ')
  await widget.on((handle) => handle.close())
  expect(complaints).toEqual([])
})

test('who reads English downloads no words beside the code', async ({ page, widget, server }) => {
  const packs: string[] = []
  page.on('request', (request) => {
    if (PACK.test(request.url())) packs.push(request.url())
  })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  expect(packs).toEqual([])
  await widget.on((handle) => handle.setLocale('it'))
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await widget.on((handle) => handle.setLocale('en'))
  await expect(widget.launcher).toHaveAccessibleName('Close chat')
  await widget.on((handle) => handle.setLocale('it-IT'))
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  expect(packs).toHaveLength(1)
})

test('languages asked for one after the other end with the last one', async ({ page, widget, server }) => {
  await page.route(PACK, async (route) => {
    // The first one asked for is the last one to come.
    if (route.request().url().includes('-ar-')) await expect.poll(() => isItalianThere).toBe(true)
    await route.continue()
  })
  let isItalianThere = false
  page.on('requestfinished', (request) => {
    isItalianThere ||= /-it-\w+\.js$/.test(request.url())
  })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.on((handle) => {
    handle.setLocale('ar')
    handle.setLocale('it')
    handle.setTheme('dark')
  })
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await expect(widget.panel).toHaveCSS('direction', 'ltr')
  await expect(widget.host).toHaveCSS('color-scheme', 'dark')
})

test('a pack that cannot be had leaves English, and a chat that works', async ({ page, widget, server }) => {
  await page.route(PACK, (route) => route.abort())
  await goToPage(page, server, tag(server.origin, 'data-locale="it"'))
  await widget.openLive()
  await expect(widget.launcher).toHaveAccessibleName('Close chat')
  await widget.askAndWait(REACT_QUESTION)
})

test('a page replaces single words, in whatever language is read', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, strings: { send: 'Go', status_idle: 'Here for you'} })), server.origin)
  await widget.expectConnection('live')
  await expect(widget.part('send')).toHaveAccessibleName('Go')
  await expect(widget.part('status')).toHaveText('Here for you')
  await page.evaluate(() => window.handle?.setLocale('it'))
  await expect(widget.input).toHaveAccessibleName('Messaggio')
  await expect(widget.part('send')).toHaveAccessibleName('Go')
})

test('a language chosen in another tab is read at once, one chosen in this tab when the panel opens', async ({ page, context, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const other = await context.newPage()
  await other.goto('/door.html')
  await other.evaluate(() => localStorage.setItem('mip-language', 'it'))
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await other.close()

  await widget.on((handle) => handle.close())
  await expect(widget.launcher).toHaveAccessibleName('Apri la chat')
  await page.evaluate(() => localStorage.setItem('mip-language', 'en'))
  await widget.launcher.click()
  await expect(widget.launcher).toHaveAccessibleName('Close chat')
  await expect(widget.input).toHaveAccessibleName('Message')
})

test('what is drawn beside the panel is in Arabic, too', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => void (window.handle = window.mount({ apiUrl, locale: 'ar', invitation: { text: 'هل لديك أسئلة؟', delayMs: 1, hideAfterMs: 600_000 } })), server.origin)
  await widget.part('invitation').getByRole('button', { name: 'إغلاق', exact: true }).click()
  await expect(widget.part('invitation')).toHaveCount(0)
})

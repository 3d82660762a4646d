/** How the widget makes itself known while it is closed or nobody looks: invitation, title, notification. */
import type { ChatOptions } from '@miptech/chat'
import type { Page } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToModulePage } from './pages'
import { Teller } from './teller'

const INVITATION = { text: 'Questions about shipping?', delayMs: 2000, hideAfterMs: 5000 }

function mount(page: Page, options: ChatOptions): Promise<void> {
  const plain: object = options
  return page.evaluate((options) => void (window.handle = window.mount(options as ChatOptions)), plain)
}

test('an invitation comes once, waits while it is read, and leads into the chat', async ({ page, widget, server }) => {
  await page.clock.install()
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: INVITATION })
  const invitation = widget.part('invitation')
  await expect(async () => {
    await page.clock.runFor(500)
    await expect(invitation).toBeVisible({ timeout: 100 })
  }).toPass()
  await expect(invitation).toHaveRole('status')
  await invitation.hover()
  await page.clock.runFor(60_000)
  await expect(invitation).toBeVisible()
  await page.mouse.move(0, 0)
  await invitation.getByRole('button', { name: 'Dismiss' }).focus()
  await page.clock.runFor(60_000)
  await expect(invitation, 'a keyboard is a reader too').toBeVisible()
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.clock.runFor(5000)
  await expect(invitation).toHaveCount(0)
  await page.clock.runFor(60_000)
  await expect(invitation).toHaveCount(0)
})

test('whoever presses an invitation is in the chat', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  await widget.part('invitation').getByRole('button', { name: INVITATION.text }).click()
  await widget.expectConnection('live')
  await expect(widget.panel).toBeVisible()
  await expect(widget.part('invitation')).toHaveCount(0)
})

test('an invitation that was sent away does not come again, on later pages neither once something may be kept', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin })
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  await widget.part('invitation').getByRole('button', { name: 'Dismiss' }).click()
  await expect(widget.part('invitation')).toHaveCount(0)
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  await widget.open()
  await page.evaluate(() => window.handle?.close())
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(':invitation')))).toHaveLength(1)
  await expect(widget.part('invitation')).toHaveCount(0)
})

test('while nobody looks the title says how many answers came, and leaves the rest of it to the page', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await goToModulePage(page, server)
  await page.evaluate(() => (document.title = 'Shop'))
  await mount(page, { apiUrl: server.origin, open: true })
  await widget.expectConnection('live')
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })
  })
  await teller.answer('One.')
  await expect(page).toHaveTitle('(1) Shop')
  await page.evaluate(() => {
    document.title = '(1) Basket'
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expect(page).toHaveTitle('Basket')
})

test('a notification is asked for by a press alone, and says nothing of what was said', async ({ page, context, widget, server }) => {
  await context.grantPermissions(['notifications'])
  const teller = await Teller.on(page)
  await page.addInitScript(() => {
    const told: string[] = ((window as unknown as { told: string[] }).told = [])
    window.Notification = class extends EventTarget {
      static permission = 'default'
      static requestPermission(): Promise<string> {
        told.push('asked')
        this.permission = 'granted'
        return Promise.resolve('granted')
      }
      constructor(title: string, { body }: NotificationOptions) {
        super()
        told.push(`${title}: ${body}`)
      }
    } as unknown as typeof Notification
  })
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, open: true, features: { notifications: true } })
  await widget.expectConnection('live')
  await widget.part('menu').click()
  const choice = widget.panel.getByRole('menuitemcheckbox', { name: 'Notifications' })
  await expect(choice).toHaveAttribute('aria-checked', 'false')
  const told = (): Promise<string[]> => page.evaluate(() => (window as unknown as { told: string[] }).told)
  expect(await told()).toEqual([])
  await choice.click()
  await expect.poll(told).toEqual(['asked'])
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }))
  await teller.answer('A secret.')
  await expect.poll(told).toEqual(['asked', 'AI Assistant: New answer'])
})

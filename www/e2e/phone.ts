/** What tests of phones share: a page longer than the screen, a finger that opens, and what the panel took of the page. */
import { type Page, expect } from '@playwright/test'
import { tag } from './pages'
import type { ReferenceServer } from './server'
import type { Widget } from './widget'

/** A phone of today. */
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

/** A page far longer than the screen, where `head` and `body` come on top. */
export async function goToLongPage(page: Page, server: ReferenceServer, head = '', body = tag(server.origin), doctype = '<!doctype html>'): Promise<void> {
  const lines = Array.from({ length: 200 }, (_, line) => `<p>line ${line}</p>`).join('')
  const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
  await server.addPage('long.html', `${doctype}<html lang="en"><head><title>long</title>${viewport}<link rel="icon" href="data:,">${head}</head><body>${lines}${body}</body></html>`)
  await page.goto('/long.html')
}

/** Opens the panel with a finger, and waits until it has the page in hand. */
export async function openByTap(widget: Widget): Promise<void> {
  await widget.launcher.tap()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await expect(widget.panel).toBeVisible()
  await expectLocked(widget.page)
}

export const isLocked = (page: Page): Promise<boolean> =>
  page.evaluate(() => [document.documentElement, document.body].some(({ style }) => style.overflowY === 'hidden' && style.getPropertyPriority('overflow-y') === 'important'))

export async function expectLocked(page: Page, locked = true): Promise<void> {
  await expect.poll(() => isLocked(page)).toBe(locked)
}

/** Whether the entry that is shown is one of ours. */
export const hasEntry = (page: Page): Promise<boolean> => page.evaluate(() => !!(history.state as Record<string, unknown> | null)?.['miptech-chat'])

export async function expectClosed(widget: Widget): Promise<void> {
  await expect(widget.panel).toBeHidden()
  await expectLocked(widget.page, false)
  await expect.poll(() => hasEntry(widget.page)).toBe(false)
}

/** Going back closes the panel, and going back once more leaves the page for the one before it. */
export async function expectBackToCloseAndLeave(widget: Widget, server: ReferenceServer): Promise<void> {
  await widget.page.goBack()
  await expectClosed(widget)
  await widget.page.goBack()
  await expect.poll(() => widget.page.url()).toBe(`${server.origin}/`)
}

/** The button that leads back closes the panel on a phone, and the page's own history is none the wiser. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { tag } from './pages'
import { PHONE, expectBackToCloseAndLeave, expectClosed, expectLocked, goToLongPage, hasEntry, openByTap } from './phone'
import { Widget } from './widget'

declare global {
  interface Window {
    /** Where the page's router was led, and what it was asked for. */
    routed: string[]
  }
}

/** A router of the usual kind: its entries have keys, and it goes where it hears of another address or another key. */
function installRouter(): void {
  window.routed = []
  history.replaceState({ key: 'first', idx: 7 }, '')
  const where = (): string => `${location.pathname}${location.hash} ${(history.state as { key?: string } | null)?.key}`
  let there = where()
  addEventListener('popstate', () => {
    if (there !== (there = where())) window.routed.push(`to ${there}`)
  })
  const { pushState } = history
  history.pushState = (...step) => {
    window.routed.push(`push ${step[2]}`)
    pushState.apply(history, step)
    there = where()
  }
}

const routed = (page: Page): Promise<string[]> => page.evaluate(() => window.routed)

test.use(PHONE)

test('the button that leads back closes the panel, and leaves the page after that', async ({ page, widget, server }) => {
  await page.goto('/')
  await goToLongPage(page, server)
  await openByTap(widget)
  await expect.poll(() => hasEntry(page)).toBe(true)
  await page.goBack()
  await expectClosed(widget)
  expect(page.url()).toBe(`${server.origin}/long.html`)
  await openByTap(widget)
  await expect.poll(() => hasEntry(page)).toBe(true)
  await expectBackToCloseAndLeave(widget, server)
})

test('whoever closes it otherwise leaves the page by going back once', async ({ page, widget, server }) => {
  await page.goto('/')
  await goToLongPage(page, server)
  for (const close of [
    (): Promise<void> => widget.part('close').tap(),
    (): Promise<void> => page.keyboard.press('Escape'),
    (): Promise<void> => widget.on((handle) => handle.close()),
  ]) {
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await close()
    await expectClosed(widget)
  }
  await page.goBack()
  await expect.poll(() => page.url()).toBe(`${server.origin}/`)
})

test.describe('a page with a router', () => {
  test.beforeEach(async ({ page }) => page.addInitScript(installRouter))

  test('has its state all the while, and is led nowhere', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    const address = page.url()
    const own = { key: 'first', idx: 7 }
    for (const close of [(): Promise<void> => widget.part('close').tap(), async (): Promise<void> => void (await page.goBack())]) {
      await openByTap(widget)
      await expect.poll(() => hasEntry(page)).toBe(true)
      expect(await page.evaluate(() => history.state)).toMatchObject(own)
      expect(page.url()).toBe(address)
      await close()
      await expectClosed(widget)
      expect(await page.evaluate(() => history.state)).toEqual(own)
    }
    // Whoever came after the chat does not even hear of its steps.
    await page.evaluate(() => addEventListener('popstate', () => window.routed.push('heard')))
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.goBack()
    await expectClosed(widget)
    // A step forward shows what is shown already.
    await page.goForward()
    await expect.poll(() => hasEntry(page)).toBe(true)
    await openByTap(widget)
    await page.goBack()
    await expectClosed(widget)
    expect(page.url()).toBe(address)
    expect(await routed(page)).toEqual([])
  })

  test('keeps what it notes in its state while the panel is open', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.evaluate(() => history.replaceState({ ...history.state, scroll: 12 }, ''))
    await widget.part('close').tap()
    await expectClosed(widget)
    await expect.poll(() => page.evaluate(() => history.state)).toEqual({ key: 'first', idx: 7, scroll: 12 })
    expect(await routed(page)).toEqual([])
  })

  test('that went on meanwhile is left where it is, and going back needs no step for us', async ({ page, widget, server }) => {
    await page.goto('/')
    await goToLongPage(page, server)
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.evaluate(() => history.pushState({ key: 'second', idx: 8 }, '', '/elsewhere'))
    await widget.part('close').tap()
    await expectClosed(widget)
    expect(page.url()).toBe(`${server.origin}/elsewhere`)
    expect(await page.evaluate(() => history.state)).toEqual({ key: 'second', idx: 8 })
    await page.goBack()
    await expect.poll(() => routed(page)).toHaveLength(2)
    await expectClosed(widget)
    expect(await routed(page)).toEqual(['push /elsewhere', 'to /long.html first'])
    expect(await page.evaluate(() => history.state)).toEqual({ key: 'first', idx: 7 })
    await page.goBack()
    await expect.poll(() => page.url()).toBe(`${server.origin}/`)
  })

  test('that goes on when it hears of the close is not called back', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    await widget.on((handle) => void handle.on('close', () => history.pushState({ key: 'second' }, '', '/elsewhere')))
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await widget.part('close').tap()
    await expect.poll(() => page.url()).toBe(`${server.origin}/elsewhere`)
    await expectClosed(widget)
    // A step back that was asked for would be taken by the time of two others.
    for (let turn = 0; turn < 2; turn += 1) await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)))
    expect(page.url()).toBe(`${server.origin}/elsewhere`)
  })

  test('may lead to a place within itself while the panel is open', async ({ page, widget, server }) => {
    await goToLongPage(page, server, '', `<i id="prices"></i>${tag(server.origin)}`)
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.evaluate(() => (location.hash = 'prices'))
    await expect.poll(() => routed(page)).toEqual(['to /long.html#prices undefined'])
    await expect(widget.panel).toBeVisible()
    await widget.part('close').tap()
    await expectClosed(widget)
    expect(page.url()).toBe(`${server.origin}/long.html#prices`)
  })
})

test.describe('the entry in the history', () => {

  test('is found again by a page that was reloaded with the panel open', async ({ page, widget, server }) => {
    await page.goto('/')
    await goToLongPage(page, server)
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.reload()
    await openByTap(widget)
    await expectBackToCloseAndLeave(widget, server)
  })

  test('is one for two chats, and going back closes the one on top', async ({ page, widget, server }) => {
    await page.goto('/')
    const sales = new Widget(page, 'sales')
    // Without a header the panel is closed by the launcher, which stands on it.
    await goToLongPage(page, server, '', `<button id="talk" style="position:fixed;inset:0 auto auto 0;z-index:2147483647">talk</button>${tag(server.origin)}${tag(server.origin, 'data-id="sales" data-launcher="#talk"')}`)
    await openByTap(widget)
    await page.locator('#talk').tap()
    await expect(sales.panel).toBeVisible()
    await expect(sales.launcher).toHaveAttribute('aria-controls', 'panel')
    await page.goBack()
    await expect(sales.panel).toBeHidden()
    await expect(widget.panel).toBeVisible()
    await expectLocked(page)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await expectBackToCloseAndLeave(widget, server)
  })

  test('is made for the visitor alone: a panel the host opens has none', async ({ page, widget, server }) => {
    await page.goto('/')
    await goToLongPage(page, server)
    const { length } = await page.evaluate(() => ({ length: history.length }))
    await widget.on((handle) => handle.open())
    await expectLocked(page)
    expect(await page.evaluate(() => history.length)).toBe(length)
    await page.goBack()
    await expect.poll(() => page.url()).toBe(`${server.origin}/`)
  })

  test('is not made where the state of the page takes nothing in', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    await page.evaluate(() => history.replaceState(['a', 'list'], ''))
    await openByTap(widget)
    await widget.part('close').tap()
    await expectClosed(widget)
    expect(await page.evaluate(() => history.state)).toEqual(['a', 'list'])
  })
})

/** What pages and frameworks do to an element, and what the element makes of it. */
import type { Page } from '@playwright/test'
import type { MiptechChatElement } from '@miptech/chat/element'
import { expect, REACT_QUESTION, test } from './fixtures'
import type { ReferenceServer } from './server'

/** `early` runs before the element is defined. */
async function goToElement(page: Page, server: ReferenceServer, body: string, early = ''): Promise<void> {
  await server.addPage(
    'element.html',
    `<!doctype html><html lang="en"><head><title>element</title><link rel="icon" href="data:,"></head>
    <body>${body}<script>window.heard = [];${early}</script><script type="module" src="/dist/element.js"></script></body></html>`,
  )
  await page.goto('/element.html')
  await page.waitForFunction(() => customElements.get('miptech-chat'))
}

const find = (page: Page) => page.locator('miptech-chat')

test('takes options from attributes: strings, flags and numbers', async ({ page, widget, server, complaints }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}" tenant-id="miptech-company" title="Ask us" open disclosure="false" z-index="77"></miptech-chat>`)
  await expect(page.getByRole('dialog', { name: 'Ask us', exact: true })).toBeVisible()
  await expect(widget.part('disclosure')).toHaveCount(0)
  expect(await widget.host.evaluate((host) => getComputedStyle(host).zIndex)).toBe('77')
  expect(complaints).toEqual([])
})

test('takes options from properties that were set before it was defined, functions included', async ({ page, server, complaints }) => {
  const early = `
    const element = document.querySelector('miptech-chat')
    Object.assign(element, {
      apiUrl: '${server.origin}',
      suggestions: ['What do you know?'],
      on: { open: () => heard.push('open') },
      open: true,
    })`
  await goToElement(page, server, '<miptech-chat></miptech-chat>', early)
  await expect(page.getByRole('button', { name: 'What do you know?' })).toBeVisible()
  expect(await find(page).evaluate((element: MiptechChatElement) => [element.open, element.suggestions])).toEqual([true, ['What do you know?']])
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['open'])
  expect(complaints).toEqual([])
})

test('tells its own listeners, and the document once', async ({ page, widget, server }) => {
  const early = `
    document.addEventListener('miptech-chat:open', () => heard.push('document'))
    document.querySelector('miptech-chat').addEventListener('miptech-chat:open', (event) => heard.push('element: ' + event.detail.by))`
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}"></miptech-chat>`, early)
  await widget.open()
  await expect.poll(async () => (await page.evaluate(() => window.heard)).sort()).toEqual(['document', 'element: visitor'])
})

test('keeps its session when it is moved within one task', async ({ page, widget, server }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}" open></miptech-chat><aside></aside>`)
  await expectLive(page)
  await widget.askAndWait(REACT_QUESTION)
  const isSame = await find(page).evaluate((element: MiptechChatElement) => {
    const { handle } = element
    document.querySelector('aside')?.append(element)
    return handle !== null && handle === element.handle
  })
  expect(isSame).toBe(true)
  await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
  await expectLive(page)
  expect((await server.sockets()).size).toBe(1)
})

test('removed for good leaves nothing, and has no handle', async ({ page, widget, server }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}" open></miptech-chat>`)
  await expectLive(page)
  expect(
    await find(page).evaluate((element: MiptechChatElement) => {
      element.remove()
      return element.handle
    }),
  ).toBeNull()
  await expect(widget.host).toHaveCount(0)
  await expect.poll(async () => [...(await server.sockets()).values()].flat().filter(({ event }) => event === 'close')).toHaveLength(1)
})

test('follows attributes and properties that change, with the widget it has', async ({ page, widget, server, complaints }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}" open locale="en" title="Ask us"></miptech-chat>`)
  await expectLive(page)
  await find(page).evaluate((element: MiptechChatElement) => {
    element.setAttribute('title', 'Chiedi')
    element.locale = 'it'
  })
  await expect(page.getByRole('dialog', { name: 'Chiedi', exact: true })).toBeVisible()
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  expect((await server.sockets()).size).toBe(1)
  expect(complaints).toEqual([])
})

test('a flag that is written out, as by a page in XHTML, is the flag', async ({ page, widget, server }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}" open="open" disclosure="false"></miptech-chat>`)
  await expectLive(page)
  await expect(widget.panel).toBeVisible()
  await expect(widget.part('disclosure')).toHaveCount(0)
})

test('becomes another widget when its id or tenant changes', async ({ page, widget, server }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}" open></miptech-chat>`)
  await expectLive(page)
  await find(page).evaluate((element) => element.setAttribute('tenant-id', 'another-tenant'))
  await expect.poll(async () => (await server.creations()).map(({ tenant_id }) => tenant_id)).toEqual(['miptech-company', 'another-tenant'])
  await expect(widget.host).toHaveCount(1)
})

test('defined by two copies of the module is defined once', async ({ page, server, complaints }) => {
  await goToElement(page, server, `<miptech-chat api-url="${server.origin}"></miptech-chat><script type="module" src="/dist/element.js?copy"></script>`)
  await page.waitForLoadState('networkidle')
  await expect(page.locator('[data-miptech-chat]')).toHaveCount(1)
  expect(complaints).toEqual([])
})

async function expectLive(page: Page): Promise<void> {
  await expect.poll(() => find(page).evaluate((element: MiptechChatElement) => element.handle?.getState().status)).toBe('live')
}

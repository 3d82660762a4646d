/** What a page puts into the chat, over it and around it. */
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'
import type { Widget } from './widget'

const whole = (widget: Widget): Promise<void> => expect(widget.part('menu')).toBeVisible()

test('elements of the page stand in each of the four slots, in the place of ours', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await whole(widget)
  await widget.host.evaluate((host) => {
    for (const slot of ['launcher', 'header', 'welcome', 'footer']) host.append(Object.assign(document.createElement('span'), { slot, textContent: `our ${slot}` }))
  })
  for (const slot of ['launcher', 'header', 'welcome', 'footer']) await expect(page.getByText(`our ${slot}`, { exact: true })).toBeVisible()
  await expect(widget.panel.getByText('How can we help?')).toBeHidden()
  const [header, menu, footer, input] = await Promise.all([page.getByText('our header'), widget.part('menu'), page.getByText('our footer'), widget.input].map((element) => element.boundingBox()))
  expect(header!.x).toBeLessThan(menu!.x)
  expect(footer!.y).toBeGreaterThan(input!.y)
})

test('tokens of type, shape and space change what they name', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  const theme = { font: 'Georgia, serif', 'radius-panel': '4px', width: '420px', height: '500px' }
  await page.evaluate(([apiUrl, theme]) => (window.handle = window.mount({ apiUrl: apiUrl as string, open: true, theme: theme as never })), [server.origin, theme] as const)
  await widget.expectConnection('live')
  await whole(widget)
  await expect(widget.panel).toHaveCSS('border-top-left-radius', '4px')
  await expect(widget.input).toHaveCSS('font-family', /^Georgia/)
  const box = await widget.panel.boundingBox()
  expect([box?.width, box?.height]).toEqual([420, 500])
})

test('what warns and what went well wear the colours of the page', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  const theme = { warning: 'rgb(0, 0, 255)', success: 'rgb(1, 2, 3)', surface: 'rgb(255, 255, 255)' }
  await page.evaluate(([apiUrl, theme]) => (window.handle = window.mount({ apiUrl: apiUrl as string, open: true, theme: theme as never })), [server.origin, theme] as const)
  await widget.expectConnection('live')
  await whole(widget)
  await widget.askAndWait('How do I use it with React?')
  await widget.lastAnswer().getByRole('button', { name: 'Not helpful', exact: true }).click()
  await widget.lastAnswer().getByRole('textbox').fill('Too short.')
  await widget.lastAnswer().getByRole('textbox').press('Enter')
  await expect(widget.lastAnswer().locator('.reason-told')).toHaveCSS('color', 'rgb(1, 2, 3)')
  await server.breaks({ on: 'socket', refuse_upgrade: 503 }, { on: 'socket', now: true, drop_after: 0 })
  await widget.expectNotice('socket/never-opened')
  const [red, green, blue] = await drawn(widget.notice)
  expect(blue).toBeGreaterThan(Math.max(red!, green!))
})

test('in a browser that knows no light-dark() the launcher is seen before the code has come', async ({ page, widget, server }) => {
  await page.route('**/loader.js', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('light-dark(', 'unheard-of(') })
  })
  await goToPage(page, server, tag(server.origin))
  const colours = (): Promise<string[]> => widget.launcher.evaluate((launcher) => [getComputedStyle(launcher).backgroundColor, getComputedStyle(launcher, '::before').borderTopColor])
  expect(await colours()).toEqual(['rgb(39, 99, 215)', 'rgb(0, 0, 0)'])
  await page.addStyleTag({ content: '[data-miptech-chat] { --miptech-chat-accent: rgb(200, 210, 220) }' })
  expect(await colours()).toEqual(['rgb(200, 210, 220)', 'rgb(0, 0, 0)'])
})

test('in the top layer the chat stands above everything the page can put there by number', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => {
    const cover = Object.assign(document.createElement('div'), { id: 'cover' })
    cover.style.cssText = 'position:fixed;inset:0;z-index:2147483647;background:#fff'
    document.body.append(cover)
    window.handle = window.mount({ apiUrl, open: true, zIndex: 'top-layer' })
  }, server.origin)
  await widget.expectConnection('live')
  await whole(widget)
  expect(await onTop(page, widget)).toBe(true)
  await widget.input.click()
  await expect(widget.input).toBeFocused()
})

test('a chat without a header has none, and its launcher closes it', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, header: false })), server.origin)
  await widget.expectConnection('live')
  await expect(widget.part('header')).toBeHidden()
  await widget.launcher.click()
  await expect(widget.panel).toBeHidden()
})

test('where more contrast is wanted, quiet words are as dark as the others', async ({ page, widget, server }) => {
  await page.emulateMedia({ contrast: 'more' })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await whole(widget)
  const colour = (name: string): Promise<string> => widget.part(name).evaluate((part) => getComputedStyle(part).color)
  expect(await colour('status')).toBe(await colour('title'))
})

/** Whether the middle of the panel belongs to the widget. */
async function onTop(page: Page, widget: Widget): Promise<boolean> {
  const { x, y, width, height } = (await widget.panel.boundingBox())!
  return page.evaluate(([x, y]) => document.elementFromPoint(x!, y!)?.hasAttribute('data-miptech-chat') ?? false, [x + width / 2, y + height / 2])
}

/** The red, green and blue of a background. */
function drawn(element: Locator): Promise<number[]> {
  return element.evaluate((element) => {
    const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')!
    pen.fillStyle = getComputedStyle(element).backgroundColor
    pen.fillRect(0, 0, 1, 1)
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3)
  })
}

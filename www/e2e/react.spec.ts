/** What React does to a component, and what the component makes of it. */
import type { Locator, Page } from '@playwright/test'
import type { ChatHandle } from '@miptech/chat'
import type { ChatControls, ChatWidgetProps } from '@miptech/chat/react'
import { countWhatLives, lastingTimers } from './alive'
import { expect, test } from './fixtures'
import { addReact } from './react'
import type { ReferenceServer } from './server'

declare global {
  interface Window {
    /** Renders the component with these props, functions included, at the root of the page; null unmounts it. */
    render: (props: ChatWidgetProps | null, kind?: 'inline' | 'floating') => void
    controls: ChatControls
    chat: (id?: string) => ChatHandle | undefined
    heard: string[]
    renders: number
  }
}

async function goToReact(page: Page, server: ReferenceServer): Promise<void> {
  const imports = await addReact(server)
  await server.addPage(
    'react.html',
    `<!doctype html><html lang="en"><head><title>react</title><link rel="icon" href="data:,">${imports}</head><body><main style="height:600px"></main>
    <script type="module">
      import { createElement, StrictMode } from 'react'
      import { createRoot } from 'react-dom/client'
      import { ChatInline, ChatWidget, useChatWidget } from '/dist/react.js'
      import { get } from '/dist/index.js'
      window.heard = []
      window.chat = get
      window.renders = 0
      const Controls = () => {
        window.renders += 1
        window.controls = useChatWidget()
        return null
      }
      const root = createRoot(document.querySelector('main'))
      window.render = (props, kind = 'floating') => {
        const widget = props && createElement(kind === 'inline' ? ChatInline : ChatWidget, { key: 'widget', ...props })
        root.render(createElement(StrictMode, null, createElement(Controls, { key: 'controls' }), widget))
      }
    </script></body></html>`,
  )
  await page.goto('/react.html')
  await page.waitForFunction(() => !!window.render)
}

test('a page that renders a hundred times with new callbacks restarts nothing and is told once', async ({ page, widget, server, complaints }) => {
  await goToReact(page, server)
  await page.evaluate(async (apiUrl) => {
    for (let count = 0; count < 100; count += 1) {
      window.render({
        apiUrl,
        open: true,
        tokenKeys: { access: 'a', refresh: 'b', user: 'c' },
        context: () => ({ count }),
        onChatOpen: () => window.heard.push(`open ${count}`),
        onReady: () => window.heard.push('ready'),
      })
      await new Promise((resolve) => setTimeout(resolve))
    }
  }, server.origin)
  await expectLive(page)
  await expect(widget.host).toHaveCount(1)
  const heard = await page.evaluate(() => window.heard)
  expect(heard.map((line) => line.split(' ')[0]).sort()).toEqual(['open', 'ready'])
  expect((await server.sockets()).size).toBe(1)
  expect(await server.creations()).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('a callback is the one of the last render', async ({ page, widget, server }) => {
  await goToReact(page, server)
  const render = (name: string) =>
    page.evaluate(
      ([apiUrl, name]) => window.render({ apiUrl: apiUrl!, onOpen: () => window.heard.push(`open of ${name}`), onClose: () => window.heard.push(`close of ${name}`) }),
      [server.origin, name],
    )
  await render('first')
  await widget.open()
  await render('second')
  await page.evaluate(() => window.controls.close())
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['open of first', 'close of second'])
})

test('openChat opens when it becomes true, and does not contradict a visitor who closes', async ({ page, widget, server }) => {
  await goToReact(page, server)
  const render = (openChat: boolean) => page.evaluate(([apiUrl, openChat]) => window.render({ apiUrl, openChat }), [server.origin, openChat] as const)
  await render(false)
  await expect(widget.panel).toBeHidden()
  await render(true)
  await expect(widget.panel).toBeVisible()
  await widget.part('close').click()
  await expect(widget.panel).toBeHidden()
  await render(true)
  await render(false)
  await expect(widget.panel).toBeHidden()
  await render(true)
  await expect(widget.panel).toBeVisible()
})

test('a hook sees the widget that is mounted, and what it said before there was one', async ({ page, widget, server }) => {
  await goToReact(page, server)
  await page.evaluate(() => window.render(null))
  await expect.poll(() => page.evaluate(() => window.controls?.handle)).toBeNull()
  const sent = page.evaluate(() => {
    window.controls.open()
    return window.controls.send('said before there was a widget')
  })
  await page.evaluate((apiUrl) => window.render({ apiUrl }), server.origin)
  expect(await sent).toMatchObject({ ok: true })
  await expect(widget.question('said before there was a widget')).toHaveCount(1)
  await expect.poll(() => page.evaluate(() => window.controls.status)).toBe('live')
  expect(await page.evaluate(() => window.controls.isOpen)).toBe(true)

  await page.evaluate(() => window.render(null))
  await expect.poll(() => page.evaluate(() => [window.controls.handle, window.controls.status, window.controls.isOpen])).toEqual([null, 'idle', false])
})

test('a hook renders again only when something changed', async ({ page, widget, server }) => {
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl }), server.origin)
  await expect.poll(() => page.evaluate(() => !!window.controls?.handle)).toBe(true)
  const before = await page.evaluate(() => window.renders)
  await page.evaluate(() => {
    window.chat()?.setDraft('nothing a hook would show')
    window.controls.close()
  })
  await expect(widget.launcher).toBeVisible()
  expect(await page.evaluate(() => window.renders)).toBe(before)
})

test('another tenant is another widget', async ({ page, widget, server }) => {
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl, open: true }), server.origin)
  await expectLive(page)
  await page.evaluate((apiUrl) => window.render({ apiUrl, open: true, tenantId: 'another-tenant' }), server.origin)
  await expect.poll(async () => (await server.creations()).map(({ tenant_id }) => tenant_id)).toEqual(['miptech-company', 'another-tenant'])
  await expect(widget.host).toHaveCount(1)
})

test('an option that may change does so without another widget', async ({ page, widget, server, complaints }) => {
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl, open: true, locale: 'en', title: 'Ask us' }), server.origin)
  await expectLive(page)
  await expect(page.getByRole('dialog', { name: 'Ask us', exact: true })).toBeVisible()
  await page.evaluate((apiUrl) => window.render({ apiUrl, open: true, locale: 'it', title: 'Chiedi', position: 'top-left' }), server.origin)
  await expect(page.getByRole('dialog', { name: 'Chiedi', exact: true })).toBeVisible()
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await expect.poll(() => widget.host.evaluate((host) => host.getBoundingClientRect().left)).toBeLessThan(200)
  expect((await server.sockets()).size).toBe(1)
  expect(complaints).toEqual([])
})

test('an inline widget stands in its element, which takes class and style, and goes with it', async ({ page, widget, server, complaints }) => {
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl, className: 'place', style: { height: 500, width: 400 }, 'data-testid': 'place' }, 'inline'), server.origin)
  const place = page.getByTestId('place')
  await expect(place).toHaveClass('place')
  await expect(place.locator('[data-miptech-chat]')).toHaveCount(1)
  await page.evaluate(() => window.controls.open())
  await expect(widget.panel).toBeVisible()
  const [inner, outer] = [await widget.panel.boundingBox(), await place.boundingBox()]
  expect(inner && outer && inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width).toBe(true)
  await page.evaluate(() => window.render(null))
  await expect(widget.host).toHaveCount(0)
  await expect.poll(() => page.evaluate(() => window.controls.handle)).toBeNull()
  expect(complaints).toEqual([])
})

test('class, style, data and handlers stand on the host element, and leave with the prop', async ({ page, widget, server }) => {
  await goToReact(page, server)
  await page.evaluate(
    (apiUrl) =>
      window.render({
        apiUrl,
        primaryColor: 'rgb(1, 2, 3)',
        className: 'from page',
        'data-testid': 'chat',
        'aria-label': 'Help',
        hidden: false,
        onClick: () => window.heard.push('click'),
      }),
    server.origin,
  )
  await expect(widget.host).toHaveClass('from page')
  await expect(widget.host).toHaveAttribute('data-testid', 'chat')
  await expect(widget.host).toHaveAttribute('aria-label', 'Help')
  await expect(widget.host).not.toHaveAttribute('hidden')
  expect(await accent(widget.host)).toBe('rgb(1, 2, 3)')
  await widget.launcher.click()
  expect(await page.evaluate(() => window.heard)).toEqual(['click'])

  await page.evaluate((apiUrl) => window.render({ apiUrl, className: 'page' }), server.origin)
  await expect(widget.host).toHaveClass('page')
  await expect(widget.host).not.toHaveAttribute('data-testid')
  expect(await accent(widget.host)).toBe('')
})

test('a colour stays while options change', async ({ page, widget, server }) => {
  await goToReact(page, server)
  const props = { apiUrl: server.origin, open: true, primaryColor: '#cc0000' }
  await page.evaluate((props) => window.render(props), props)
  await expectLive(page)
  await page.evaluate((props) => window.render({ ...props, locale: 'it' }), props)
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  expect(await accent(widget.host)).toBe('#cc0000')
})

test('a misspelt prop is named, not swallowed', async ({ page, widget, server, complaints }) => {
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl, tenantID: 'miptech-company', open: true } as ChatWidgetProps), server.origin)
  await expect(widget.panel).toBeVisible()
  await expect.poll(() => complaints).toEqual([expect.stringMatching(/tenantID.*tenantId/)])
})

test('names of the former component count as the options they stand for', async ({ page, server }) => {
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl, maxMessageLength: 12, open: true, onMessageSent: () => window.heard.push('sent') }), server.origin)
  await expectLive(page)
  expect(await page.evaluate(() => window.controls.send('longer than twelve units'))).toMatchObject({ ok: false, error: { code: 'message/too-long' } })
  expect(await page.evaluate(() => window.controls.send('short enough'))).toMatchObject({ ok: true })
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['sent'])
})

test('getToken is asked as it is by then', async ({ page, widget, server }) => {
  await goToReact(page, server)
  const person = await server.registered()
  await page.evaluate((apiUrl) => window.render({ apiUrl, getToken: async () => 'of the first render' }), server.origin)
  await page.evaluate(([apiUrl, token]) => window.render({ apiUrl: apiUrl!, getToken: async () => token! }), [server.origin, person.access])
  await widget.open()
  await expectLive(page)
  const authorizations = (await server.calls()).map(({ authorization }) => authorization).filter(Boolean)
  expect(authorizations.length).toBeGreaterThan(0)
  expect(JSON.stringify(await server.log())).not.toContain('of the first render')
})

test('fifty times mounted, unmounted and opened in any order: one socket, one set of timers', async ({ page, widget, server, complaints }) => {
  await countWhatLives(page)
  await goToReact(page, server)
  await page.evaluate((apiUrl) => window.render({ apiUrl, open: true }), server.origin)
  await expectLive(page)
  await expect.poll(() => page.evaluate(() => window.live.sockets)).toBe(1)
  const timers = await lastingTimers(page)
  await page.evaluate(async (apiUrl) => {
    // Drawn from a seed, so that what fails once fails again.
    let seed = 20_260_101
    const draw = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const acts = [
      () => window.render({ apiUrl }),
      () => window.render(null),
      () => window.render({ apiUrl, openChat: true }),
      () => window.controls.open(),
      () => window.controls.toggle(),
    ]
    for (let sequence = 0; sequence < 50; sequence += 1) {
      for (let act = draw(6); act >= 0; act -= 1) {
        acts[draw(acts.length)]?.()
        if (draw(2)) await new Promise((resolve) => setTimeout(resolve, draw(3) * 20))
      }
    }
    window.render(null)
    await new Promise((resolve) => setTimeout(resolve))
    window.render({ apiUrl, open: true })
  }, server.origin)
  await page.evaluate(() => window.controls.open())
  await expectLive(page)
  await expect(widget.host).toHaveCount(1)
  await expect.poll(() => page.evaluate(() => window.live.sockets)).toBe(1)
  expect(await page.evaluate(() => window.live.mostSockets)).toBe(1)
  await expect.poll(() => lastingTimers(page)).toBe(timers)
  await page.evaluate(() => window.render(null))
  await expect.poll(() => page.evaluate(() => window.live.sockets)).toBe(0)
  await expect.poll(() => lastingTimers(page)).toBe(0)
  expect(complaints).toEqual([])
})

async function accent(host: Locator): Promise<string> {
  return host.evaluate((host) => getComputedStyle(host).getPropertyValue('--miptech-chat-accent'))
}

async function expectLive(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.controls?.status)).toBe('live')
}

/** Several tabs of one browser that share one account. */
import type { BrowserContext } from '@playwright/test'
import { NOBODY, REACT_QUESTION, comesSignedIn, expect, test } from './fixtures'
import type { Person, ReferenceServer } from './server'
import { Widget } from './widget'

const REFRESH = 'POST /api/v1/auth/refresh'
const TABS = 10

/** Tabs with the widget's code at work and the panel still closed. */
async function openTabs(context: BrowserContext, server: ReferenceServer, count: number): Promise<Widget[]> {
  const widgets: Widget[] = []
  for (let left = count; left > 0; left -= 1) {
    const page = await context.newPage()
    await page.goto(server.origin)
    const widget = new Widget(page)
    await widget.launcher.hover()
    await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
    widgets.push(widget)
  }
  return widgets
}

/** What ten tabs that need a new token at the same moment come to. Gives what they asked the platform for. */
async function expectOnePair(context: BrowserContext, server: ReferenceServer, person: Person): Promise<string[]> {
  // Answered late enough that every tab has been refused by then.
  await server.breaks({ on: REFRESH, delay_ms: 2500 })
  const widgets = await openTabs(context, server, TABS)
  await Promise.all(widgets.map((widget) => widget.on((handle) => handle.open())))
  for (const widget of widgets) await widget.expectConnection('live', 30_000)
  // Every tab was refused with the old token first, so every one of them wanted to renew it.
  const refused = (await server.calls()).filter(({ status }) => status === 401)
  expect(refused).toHaveLength(TABS)
  const [first] = widgets
  const account = await first?.account()
  expect(account?.access).not.toBe(person.access)
  const joins = (await server.framesIn()).filter(({ frame }) => frame.type === 'join_chat')
  expect(joins.map(({ frame }) => frame.data?.['token'])).toEqual(Array<unknown>(TABS).fill(account?.access))
  for (const widget of widgets) {
    expect(await widget.isAuthenticated()).toBe(true)
    expect((await widget.state()).auth).toBe('signed-in')
    expect(await widget.account()).toEqual(account)
  }
  return (await server.callsOf(REFRESH)).map(({ body }) => body)
}

test.describe('where a refresh token that is shown twice ends the sign-in', () => {
  test.use({ serverFlags: ['--refresh-grace-ms', '0'] })

  test('ten tabs with one expired token renew it once, and all go on signed in', async ({ context, server }) => {
    const person = await server.registeredLongAgo()
    await comesSignedIn(context, person)
    expect(await expectOnePair(context, server, person)).toHaveLength(1)
  })
})

// A lease in storage is no lock: two tabs may read at the same instant that nobody has it. The platform's grace gives
// both the same pair then, and the commit guard lets one of them write it.
test('ten tabs without locks end with one pair, and all go on signed in', async ({ context, server }) => {
  const person = await server.registeredLongAgo()
  await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
  await comesSignedIn(context, person)
  const asked = await expectOnePair(context, server, person)
  expect([...new Set(asked)]).toEqual([JSON.stringify({ refresh_token: person.refresh })])
  expect(asked.length).toBeLessThan(TABS / 2)
})

test('signing out in one tab signs out in the others', async ({ context, server }) => {
  await comesSignedIn(context, await server.registered())
  const [here, there] = await openTabs(context, server, 2)
  if (!here || !there) throw new Error('two tabs were asked for')
  for (const widget of [here, there]) {
    await widget.on((handle) => handle.open())
    await widget.expectConnection('live')
  }
  await there.askAndWait(REACT_QUESTION)
  const chat = await there.chatId()
  await here.on((handle) => handle.logout())
  await expect.poll(() => there.isAuthenticated()).toBe(false)
  expect(await there.account()).toEqual(NOBODY)
  // What was said signed in is not gone on with by nobody.
  await there.expectConnection('live')
  await expect(there.breaks).toHaveCount(1)
  expect(await there.chatId()).not.toBe(chat)
  expect((await there.state()).auth).toBe('anonymous')
})

test('signing in in one tab signs in in the others', async ({ context, server }) => {
  const person = await server.registered()
  const [here, there] = await openTabs(context, server, 2)
  if (!here || !there) throw new Error('two tabs were asked for')
  expect(await there.isAuthenticated()).toBe(false)
  await here.on((handle, { email, password }) => handle.signIn(email, password), person)
  await expect.poll(() => there.isAuthenticated()).toBe(true)
})

test('a tab that is closed in mid-renewal holds nobody up', async ({ context, server }) => {
  test.setTimeout(120_000)
  const person = await server.registeredLongAgo()
  await comesSignedIn(context, person)
  await server.breaks({ on: REFRESH, times: 1, delay_ms: 60_000 })
  const [closed, other] = await openTabs(context, server, 2)
  if (!closed || !other) throw new Error('two tabs were asked for')
  await closed.on((handle) => handle.open())
  await expect.poll(() => server.callsOf(REFRESH)).toHaveLength(1)
  await other.on((handle) => handle.open())
  await expect.poll(async () => (await server.calls()).filter(({ status }) => status === 401).length).toBe(2)
  await closed.page.close()
  // The call that was on its way may have been applied: the next one lies half a minute behind it (invariant I16).
  await other.expectConnection('live', 45_000)
  expect(await server.callsOf(REFRESH)).toHaveLength(2)
  expect(await other.isAuthenticated()).toBe(true)
  expect((await other.account()).refresh).not.toBe(person.refresh)
})

test('a tab that holds the lock too long is overtaken, and both end with the same pair', async ({ context, server }) => {
  await comesSignedIn(context, await server.registeredLongAgo())
  await server.breaks({ on: REFRESH, times: 1, delay_ms: 8000 })
  const [slow, other] = await openTabs(context, server, 2)
  if (!slow || !other) throw new Error('two tabs were asked for')
  await slow.on((handle) => handle.open())
  await expect.poll(() => server.callsOf(REFRESH)).toHaveLength(1)
  await other.on((handle) => handle.open())
  for (const widget of [other, slow]) await widget.expectConnection('live', 30_000)
  const account = await other.account()
  expect(await slow.account()).toEqual(account)
  const joins = (await server.framesIn()).filter(({ frame }) => frame.type === 'join_chat')
  expect(joins.map(({ frame }) => frame.data?.['token'])).toEqual([account.access, account.access])
})

test('a sign-out is not undone by a renewal that was under way in another tab', async ({ context, server }) => {
  await comesSignedIn(context, await server.registeredLongAgo())
  await server.breaks({ on: REFRESH, times: 1, delay_ms: 3000 })
  const [renewing, leaving] = await openTabs(context, server, 2)
  if (!renewing || !leaving) throw new Error('two tabs were asked for')
  const ended = new Promise((resolve) => {
    for (const event of ['requestfailed', 'requestfinished'] as const) {
      renewing.page.on(event as 'requestfinished', (request) => {
        if (request.url().endsWith('/auth/refresh')) resolve(event)
      })
    }
  })
  await renewing.on((handle) => handle.open())
  await expect.poll(() => server.callsOf(REFRESH)).toHaveLength(1)
  await leaving.on((handle) => handle.logout())
  await ended
  await expect.poll(() => renewing.isAuthenticated()).toBe(false)
  expect(await renewing.account()).toEqual(NOBODY)
  expect(await leaving.account()).toEqual(NOBODY)
  expect(await leaving.isAuthenticated()).toBe(false)
})

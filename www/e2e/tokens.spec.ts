/** Renewing tokens, losing them, and tokens that the host page owns. */
import type { TokenContext } from '@miptech/chat'
import { NOBODY, REACT_QUESTION, comesSignedIn, detailsOf, expect, hearEvents, test } from './fixtures'

const CREATE = 'POST /api/v1/chat'
const REFRESH = 'POST /api/v1/auth/refresh'
const ME = 'GET /api/v1/auth/me'
const REFUSED = { status: 401, body: { code: 'invalid_token', message: 'Expired' } }

declare global {
  interface Window {
    /** Why the page was asked for a token, and with which one in hand. */
    asked: Pick<TokenContext, 'reason' | 'current'>[]
    tokens: (string | null)[]
  }
}

test('an expired token is renewed once, the pair is replaced, and the call is repeated', async ({ page, context, widget, server }) => {
  const person = await server.registeredLongAgo()
  await comesSignedIn(context, person)
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)

  const [refresh, ...more] = await server.callsOf(REFRESH)
  expect(more).toEqual([])
  expect(JSON.parse(refresh?.body ?? '')).toEqual({ refresh_token: person.refresh })
  expect(refresh?.authorization).toBeNull()
  const account = await widget.account()
  expect(account.access).not.toBe(person.access)
  expect(account.refresh).not.toBe(person.refresh)
  expect(JSON.parse(account.user ?? '')).toMatchObject({ id: person.id, email: person.email, name: 'Ada' })
  const creations = await server.callsOf(CREATE)
  expect(creations.map(({ status, authorization }) => [status, authorization])).toEqual([
    [401, `Bearer ${person.access}`],
    [200, `Bearer ${account.access}`],
  ])
  expect(creations[1]?.body).toBe(creations[0]?.body)
  expect((await server.callNames()).filter((name) => name === CREATE || name === REFRESH)).toEqual([CREATE, REFRESH, CREATE])
  expect((await server.framesIn())[0]?.frame.data?.['token']).toBe(account.access)
  await expect(widget.form).toHaveCount(0)
})

test('a socket that is sent away for its token comes back with a new one, and nobody notices', async ({ page, context, widget, server }) => {
  const person = await server.registered()
  await comesSignedIn(context, person)
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await server.breaks({ on: 'socket', now: true, close: { code: 4401, reason: 'expired' } })
  await expect.poll(async () => (await server.sockets()).size).toBe(2)
  await widget.expectConnection('live')
  expect(await server.callsOf(REFRESH)).toHaveLength(1)
  const joins = (await server.framesIn()).filter(({ frame }) => frame.type === 'join_chat')
  expect(joins.map(({ frame }) => frame.data?.['token'])).toEqual([person.access, (await widget.account()).access])
  await expect(widget.notice).toBeHidden()
  await widget.askAndWait('And again?')
})

test('a refused renewal clears the account, and the form says that the session ended', async ({ page, context, widget, server }) => {
  await comesSignedIn(context, await server.registeredLongAgo())
  await server.breaks({ on: REFRESH, status: 401, body: { code: 'invalid_grant', message: 'No longer valid' } })
  const told = await hearEvents(page)
  await page.goto('/')
  await widget.open()
  await expect(widget.form).toHaveAccessibleName('Your session ended. Your text is kept.')
  expect(await widget.account()).toEqual(NOBODY)
  expect(await widget.isAuthenticated()).toBe(false)
  expect(detailsOf(told, 'auth:required')).toEqual([{ reason: 'auth/expired' }])
  expect(detailsOf(told, 'error').map(({ code }) => code)).toEqual(['auth/expired'])
  expect(await server.callsOf(REFRESH)).toHaveLength(1)

  await widget.form.getByRole('button', { name: 'Go on without signing in', exact: true }).click()
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
})

test('a second refusal of the same call ends in auth/expired, not in a loop', async ({ page, context, widget, server }) => {
  await comesSignedIn(context, await server.registered())
  await server.breaks({ on: CREATE, ...REFUSED })
  const told = await hearEvents(page)
  await page.goto('/')
  await widget.open()
  await expect(widget.form).toHaveAccessibleName('Your session ended. Your text is kept.')
  expect((await server.callNames()).filter((name) => name === CREATE || name === REFRESH)).toEqual([CREATE, REFRESH, CREATE])
  expect(detailsOf(told, 'error')).toEqual([expect.objectContaining({ code: 'auth/expired', status: 401, retryable: false })])
  expect(await widget.account()).toEqual(NOBODY)
})

test("a portal's page with status 401 signs nobody out", async ({ page, context, widget, server }) => {
  const person = await server.registered()
  await comesSignedIn(context, person)
  await server.breaks({ on: CREATE, status: 401, html: true })
  await page.goto('/')
  await widget.open()
  await widget.expectNotice('network/captive-portal')
  expect((await widget.account()).access).toBe(person.access)
  await server.heals()
  // By itself it looks every thirty seconds; whoever signed in to the network need not wait.
  await widget.retryNow.click()
  await widget.expectConnection('live')
  expect(await server.callsOf(REFRESH)).toEqual([])
  expect((await widget.account()).refresh).toBe(person.refresh)
  await expect(widget.notice).toBeHidden()
})

for (const failure of [{ status: 503 }, { status: 429 }, { html: true, status: 401 }, { drop: true }]) {
  test(`a renewal that fails by ${JSON.stringify(failure)} keeps the account`, async ({ page, context, widget, server }) => {
    const person = await server.registeredLongAgo()
    await comesSignedIn(context, person)
    await server.breaks({ on: REFRESH, ...failure })
    await page.goto('/')
    await widget.open()
    await expect(widget.notice).toBeVisible()
    await widget.expectConnection('waiting')
    expect(await widget.account()).toEqual({ access: person.access, refresh: person.refresh, user: person.user })
    expect(await widget.isAuthenticated()).toBe(true)
    await expect(widget.form).toHaveCount(0)
    expect(await server.callsOf(REFRESH)).toHaveLength(1)
  })
}

test('getProfile tells who is signed in, and gives up after one renewal', async ({ page, context, widget, server }) => {
  const person = await server.registered()
  await comesSignedIn(context, person)
  await page.goto('/')
  expect(await widget.on((handle) => handle.getProfile())).toMatchObject({ id: person.id, email: person.email })
  const [first] = await server.callsOf(ME)
  expect(first?.authorization).toBe(`Bearer ${person.access}`)
  await server.clearLog()

  await server.breaks({ on: ME, ...REFUSED })
  expect(await widget.on((handle) => handle.getProfile())).toBeNull()
  expect((await server.callNames()).filter((name) => name.includes('/auth/'))).toEqual([ME, REFRESH, ME])
  expect(await widget.account()).toEqual(NOBODY)
  expect(await widget.on((handle) => handle.getProfile())).toBeNull()
  expect(await server.callsOf(ME)).toHaveLength(2)
})

test.describe('a host page that owns identity', () => {
  test.use({ serverFlags: ['--require-auth'] })

  test('is asked for a token first and again when it is refused, and nothing of it is stored', async ({ page, widget, server }) => {
    const [ada, grace] = [await server.registered(), await server.registered('grace@example.com')]
    await page.goto(await server.barePage())
    await page.waitForFunction(() => !!window.MIPTechChat?.version)
    await page.evaluate(
      ({ apiUrl, tokens }) => {
        window.asked = []
        const getToken = ({ reason, current }: TokenContext): Promise<string | null> => {
          window.asked.push({ reason, current })
          return Promise.resolve(tokens[window.asked.length - 1] ?? null)
        }
        window.MIPTechChat?.mount({ apiUrl, getToken })
      },
      { apiUrl: server.origin, tokens: [ada.access, grace.access] },
    )
    await widget.openLive()
    expect((await server.callsOf(CREATE)).map(({ authorization }) => authorization)).toEqual([`Bearer ${ada.access}`])
    expect((await server.framesIn()).map(({ frame }) => frame.data?.['token'])).toEqual([ada.access])
    expect(await widget.isAuthenticated()).toBe(true)

    await server.breaks({ on: 'socket', now: true, close: { code: 4401, reason: 'expired' } })
    await expect.poll(() => page.evaluate(() => window.asked)).toEqual([
      { reason: 'initial', current: null },
      { reason: 'rejected', current: ada.access },
    ])
    await widget.expectConnection('live')
    const joins = (await server.framesIn()).filter(({ frame }) => frame.type === 'join_chat')
    expect(joins.at(-1)?.frame.data?.['token']).toBe(grace.access)
    await widget.askAndWait(REACT_QUESTION)
    expect(await server.callsOf(REFRESH)).toEqual([])
    expect(await widget.account()).toEqual(NOBODY)
  })

  test('hands a token over and takes it away, and nothing of it is stored', async ({ page, widget, server }) => {
    const person = await server.registered()
    const told = await hearEvents(page)
    await page.goto('/?signIn=off')
    await widget.open()
    await widget.expectConnection('signed-out')
    await widget.on((handle, token) => handle.setToken(token), person.access)
    await widget.expectConnection('live')
    await widget.askAndWait(REACT_QUESTION)
    expect(await widget.isAuthenticated()).toBe(true)
    expect(await widget.account()).toEqual(NOBODY)
    await widget.on((handle) => handle.setToken(null))
    expect(await widget.isAuthenticated()).toBe(false)
    await widget.expectConnection('signed-out')
    expect(detailsOf(told, 'auth:change').map(({ state }) => state)).toEqual(['required', 'signed-in', 'anonymous', 'required'])
  })
})

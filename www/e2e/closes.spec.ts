/** Every close code of platform.md section 13 as the visitor meets it: a notice with an action, or a conversation that goes on. */
import { REACT_QUESTION, comesSignedIn, detailsOf, expect, hearEvents, test } from './fixtures'

interface Close {
  close: number
  reason?: string
  code: string
  state: 'blocked' | 'signed-out'
  /** How many sockets were tried. */
  sockets: number
}

/** Codes after which nothing more happens by itself. */
const FINAL: Close[] = [
  { close: 1008, reason: 'tenant_id required', code: 'socket/rejected', state: 'blocked', sockets: 1 },
  { close: 4004, code: 'tenant/denied', state: 'blocked', sockets: 1 },
  { close: 4400, code: 'socket/rejected', state: 'blocked', sockets: 2 },
  { close: 4401, code: 'auth/required', state: 'signed-out', sockets: 1 },
  { close: 4403, code: 'tenant/denied', state: 'blocked', sockets: 1 },
  { close: 4408, code: 'socket/join-timeout', state: 'blocked', sockets: 2 },
]

for (const { close, reason = '', code, state, sockets } of FINAL) {
  test(`a socket that closes with ${close} ends in the notice ${code}, with an action`, async ({ page, widget, server }) => {
    await server.breaks({ on: 'socket', close: { code: close, reason } })
    const told = await hearEvents(page)
    await page.goto('/?profile=two-step&signIn=off&locale=it')
    await widget.open()
    await widget.expectConnection(state)
    await widget.expectNotice(code)
    const { error } = await widget.state()
    expect(error).toMatchObject({ code, closeCode: close, retryable: false })
    expect(detailsOf(told, 'error').at(-1)).toMatchObject({ code, closeCode: close })
    await expect(widget.notice).toContainText(error?.message ?? '')
    expect((await server.sockets()).size).toBe(sockets)

    await server.heals()
    await widget.notice.getByRole('button', { name: 'Riprova ora', exact: true }).click()
    await widget.expectConnection('live')
    await expect(widget.notice).toBeHidden()
  })
}

/** Codes after which the widget comes back by itself. */
const PASSING = [
  { close: 1001, reason: 'deploy' },
  { close: 1011 },
  { close: 1012 },
  { close: 1013 },
  { close: 4003 },
  { close: 4006 },
  { close: 1008, reason: 'rate limited' },
  { close: 1009 },
  { close: 4999 },
]

for (const { close, reason = '' } of PASSING) {
  test(`a live socket that closes with ${close} ${reason} comes back by itself, and says so meanwhile`, async ({ page, widget, server }) => {
    const told = await hearEvents(page)
    await page.goto('/')
    await widget.openLive()
    const chat = await widget.chatId()
    await server.breaks({ on: 'socket', now: true, close: { code: close, reason } })
    await expect.poll(() => detailsOf(told, 'error').length).toBe(1)
    expect(detailsOf(told, 'error')[0]).toMatchObject({ closeCode: close, retryable: true })
    await widget.ask(REACT_QUESTION)
    await widget.expectStatus(widget.question(REACT_QUESTION), 'sent', 30_000)
    await widget.expectConnection('live')
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    await expect(widget.notice).toBeHidden()
    expect(await widget.chatId()).toBe(chat)
    expect((await server.sockets()).size).toBe(2)
  })
}

test('after 1000 nothing is tried until the visitor acts', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await server.breaks({ on: 'socket', now: true, close: { code: 1000, reason: 'done' } })
  await widget.expectConnection('idle')
  await expect(widget.notice).toBeHidden()
  await widget.ask(REACT_QUESTION)
  await widget.expectConnection('live')
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  expect((await server.sockets()).size).toBe(2)
})

test('a token of another tenant is taken away, and nothing more is tried', async ({ page, context, widget, server }) => {
  await comesSignedIn(context, await server.registered())
  await server.breaks({ on: 'socket', close: { code: 4403, reason: 'tenant mismatch' } })
  await page.goto('/')
  await widget.open()
  await widget.expectNotice('tenant/denied')
  await widget.expectConnection('blocked')
  expect(await widget.isAuthenticated()).toBe(false)
  expect(await server.callsOf('POST /api/v1/auth/refresh')).toEqual([])
})

for (const status of [401, 403, 404, 429]) {
  test(`an upgrade refused with ${status} is told from a lost connection, and tried again`, async ({ page, widget, server }) => {
    await server.breaks({ on: 'socket', refuse_upgrade: status })
    await page.goto('/')
    await widget.open()
    await widget.expectNotice('socket/never-opened')
    await expect(widget.notice).toContainText('Next try in')
    await server.heals()
    // Where nothing but sockets is blocked, it tries by itself once a minute.
    await widget.retryNow.click()
    await widget.expectConnection('live')
    await expect(widget.notice).toBeHidden()
  })
}

/** What `profile: auto` finds out about a platform, remembers, and forgets; and how a token travels. */
import { CSP_QUESTION, REACT_QUESTION, comesSignedIn, expect, test } from './fixtures'
import { type ReferenceServer, TENANT } from './server'
import type { Widget } from './widget'

const CREATE = 'POST /api/v1/chat'
const CREATE_TRAILING = 'POST /api/v1/chat/'
const MEMORY_KEY = `miptech_chat:${TENANT}:profile`

/** Which forms of the creation were called, in order. */
async function creationsOf(server: ReferenceServer): Promise<string[]> {
  return (await server.callNames()).filter((name) => name === CREATE || name === CREATE_TRAILING)
}

async function dataOf(server: ReferenceServer, type: string): Promise<Record<string, unknown>[]> {
  return (await server.framesIn()).flatMap(({ frame }) => (frame.type === type && frame.data ? [frame.data] : []))
}

async function queriesOf(server: ReferenceServer): Promise<Record<string, string>[]> {
  const opened = (await server.log()).flatMap((entry) => (entry.kind === 'socket' && entry.event === 'open' ? [entry.query] : []))
  return opened.map((query) => Object.fromEntries(new URLSearchParams(query)))
}

async function remembered(widget: Widget): Promise<string> {
  return (await widget.page.evaluate((key) => localStorage.getItem(key), MEMORY_KEY)) ?? ''
}

test.describe('against the realtime generation', () => {
  test.use({ serverFlags: ['--profile', 'realtime'] })

  test('auto makes the chat by the socket, and after the first message asks REST no more', async ({ page, widget, server }) => {
    await page.goto('/')
    await widget.openLive()
    expect(await creationsOf(server)).toEqual([CREATE, CREATE_TRAILING])
    // Nobody has asked for anything yet, so nothing is kept.
    expect(await remembered(widget)).toBe('')
    await widget.askAndWait(REACT_QUESTION)
    expect(await remembered(widget)).toMatch(/^realtime /)
    const chat = await widget.chatId()

    await server.clearLog()
    await page.reload()
    await widget.openLive()
    await expect(widget.messages).toHaveCount(2)
    await widget.askAndWait(CSP_QUESTION)
    expect(await widget.chatId()).toBe(chat)
    expect((await server.calls()).filter(({ method }) => method === 'POST')).toEqual([])
    expect(await queriesOf(server)).toEqual([{ tenant_id: TENANT }])
    expect(await dataOf(server, 'join_chat')).toEqual([{ channel: 'website', chat_id: chat }])
  })
})

test('auto forgets what a platform contradicts, and finds out anew once', async ({ page, widget, server }) => {
  await server.breaks({ on: CREATE, status: 404, body: { detail: 'Not Found' } })
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  expect(await remembered(widget)).toMatch(/^realtime /)

  // From now on it is a platform that takes no join by channel, also not the second time, with the join at open.
  await server.heals()
  await server.breaks({ on: 'socket', times: 2, close: { code: 4400, reason: 'first frame must be join_chat' } })
  await server.clearLog()
  await page.reload()
  await widget.open()
  await widget.expectConnection('live', 30_000)
  expect((await creationsOf(server)).at(-1)).toBe(CREATE)
  expect((await dataOf(server, 'join_chat')).at(-1)).toEqual({ chat_id: await widget.chatId(), tenant_id: TENANT })
  await widget.askAndWait(CSP_QUESTION)
  expect(await remembered(widget)).toMatch(/^two-step /)
})

test.describe('against the join-token generation', () => {
  test.use({ serverFlags: ['--profile', 'join-token'] })

  test('auto spells a refused text the other way, and remembers that', async ({ page, context, widget, server }) => {
    await comesSignedIn(context, await server.registered())
    await page.goto('/')
    await widget.openLive()
    await widget.askAndWait(REACT_QUESTION)
    await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
    expect((await server.framesIn()).map(({ frame }) => frame.type)).toEqual(['join_chat', 'chat_message', 'user_message'])
    expect(await dataOf(server, 'user_message')).toEqual([expect.objectContaining({ text: REACT_QUESTION })])
    expect(await remembered(widget)).toMatch(/^join-token /)

    await server.clearLog()
    await page.reload()
    await widget.openLive()
    await widget.askAndWait(CSP_QUESTION)
    expect((await server.framesIn()).map(({ frame }) => frame.type)).toEqual(['join_chat', 'user_message'])
  })
})

test.describe('where chats are created with a slash', () => {
  test.use({ serverFlags: ['--slash', 'trailing'] })

  test('two creations find that out, and one is enough afterwards', async ({ page, widget, server }) => {
    await page.goto('/')
    await widget.openLive()
    expect(await creationsOf(server)).toEqual([CREATE, CREATE_TRAILING])
    const [first, second] = await server.creations()
    expect(second).toEqual(first)
    await widget.askAndWait(REACT_QUESTION)
    const chat = await widget.chatId()

    await server.clearLog()
    await page.reload()
    await widget.openLive()
    expect(await creationsOf(server)).toEqual([CREATE_TRAILING])
    expect(await widget.chatId()).toBe(chat)
  })
})

for (const ack of ['created', 'joined', 'silent'] as const) {
  test.describe(`a realtime join that is confirmed by ${ack}`, () => {
    test.use({ serverFlags: ['--profile', 'realtime', '--realtime-ack', ack] })

    test('lets the first text go at once, and every later one with the chat it belongs to', async ({ page, widget, server }) => {
      await page.goto('/?profile=realtime')
      await widget.openLive()
      // The connection is live once the platform is ready; the acknowledgement that names the chat may be behind that.
      if (ack !== 'silent') await expect.poll(async () => (await widget.state()).chatId).not.toBeNull()
      const known = (await widget.state()).chatId
      expect(known === null).toBe(ack === 'silent')
      await widget.askAndWait(REACT_QUESTION)
      await widget.askAndWait(CSP_QUESTION)
      const chat = await widget.chatId()
      const texts = await dataOf(server, 'chat_message')
      expect(texts.map((text) => text['chat_id'])).toEqual([known ?? undefined, chat])
      expect(texts.map((text) => Object.keys(text).includes('chat_id'))).toEqual([known !== null, true])
      expect(await dataOf(server, 'join_chat')).toEqual([{ channel: 'website', create: true }])
      expect((await server.sockets()).size).toBe(1)
    })
  })
}

test('a token travels in the join alone unless the host asks for the query', async ({ page, context, widget, server }) => {
  const person = await server.registered()
  await comesSignedIn(context, person)
  await page.goto('/')
  await widget.openLive()
  const chat = await widget.chatId()
  expect(await queriesOf(server)).toEqual([{ tenant_id: TENANT, chat_id: chat }])
  expect(await dataOf(server, 'join_chat')).toEqual([{ chat_id: chat, tenant_id: TENANT, token: person.access }])
})

test('tokenTransport query puts token and user_id into the address of the socket', async ({ page, context, widget, server }) => {
  const person = await server.registered()
  await comesSignedIn(context, person)
  const opened = page.waitForEvent('websocket')
  await page.goto('/?tokenTransport=query')
  await widget.openLive()
  const query = new URL((await opened).url()).searchParams
  expect(Object.fromEntries(query)).toEqual({
    tenant_id: TENANT,
    chat_id: await widget.chatId(),
    token: person.access,
    user_id: person.id,
  })
  expect(await dataOf(server, 'join_chat')).toHaveLength(1)
})

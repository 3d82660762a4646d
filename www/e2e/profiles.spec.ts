/** The same conversation under every profile, body shape, set of capabilities and kind of visitor. */
import { CSP_QUESTION, REACT_QUESTION, comesSignedIn, expect, test } from './fixtures'
import { type Person, type ReferenceServer, TENANT } from './server'
import type { Widget } from './widget'

type Profile = 'two-step' | 'join-token' | 'realtime'
type Visitor = 'an anonymous visitor' | 'a signed-in visitor'

interface Run {
  profile: Profile
  shape: 'bare' | 'wrapped'
  capabilities: 'all' | 'none'
  visitor: Visitor
}

const THIRD_QUESTION = 'What happens when the connection drops?'
const HEALTH = 'GET /api/v1/health'
const CREATE = 'POST /api/v1/chat'

const RUNS: Run[] = (['two-step', 'join-token', 'realtime'] as const).flatMap((profile) =>
  (['bare', 'wrapped'] as const).flatMap((shape) =>
    (['all', 'none'] as const).flatMap((capabilities) =>
      (['an anonymous visitor', 'a signed-in visitor'] as const).map((visitor) => ({ profile, shape, capabilities, visitor })),
    ),
  ),
)

for (const run of RUNS) {
  const { profile, shape, capabilities, visitor } = run
  test.describe(`${profile}, ${shape} bodies, capabilities ${capabilities}`, () => {
    // The join-token generation demands a token of everybody but where the platform debugs.
    const admits = visitor === 'an anonymous visitor' && profile === 'join-token' ? ['--debug'] : []
    const flags = ['--chunk-ms', '1', '--profile', profile, '--shape', shape, '--capabilities', capabilities, ...admits]
    test.use({ serverFlags: flags })

    test(`${visitor} asks, is answered, and goes on after a reload`, async ({ page, context, widget, server, complaints }) => {
      const urls: string[] = []
      page.on('request', (request) => urls.push(request.url()))
      page.on('websocket', (socket) => urls.push(socket.url()))
      const person = visitor === 'a signed-in visitor' ? await server.registered() : undefined
      // One half signs in on the page, the other did so on an earlier one.
      if (person && shape === 'bare') await comesSignedIn(context, person)
      await page.goto(`/?profile=${profile}`)
      if (person && shape === 'wrapped') {
        const result = await widget.on((handle, { email, password }) => handle.signIn(email, password), person)
        expect(result).toMatchObject({ ok: true, user: { id: person.id, email: person.email } })
      }

      await widget.openLive()
      await widget.askAndWait(REACT_QUESTION)
      await expect(widget.lastAnswer()).toContainText('docs/')
      await expect(widget.lastAnswer().locator('[part=source]').first()).toBeVisible()
      await widget.askAndWait(CSP_QUESTION)
      const chat = await widget.chatId()
      expect(await widget.isAuthenticated()).toBe(person !== undefined)
      const before = await widget.drawn()

      await page.reload()
      await widget.openLive()
      // Earlier messages come back from this browser, also where the platform does not tell them.
      await expect(widget.messages).toHaveCount(4)
      // What draws answers may come later than they do.
      await expect.poll(() => widget.shown()).toEqual(before)
      await widget.askAndWait(THIRD_QUESTION)
      expect(await widget.chatId()).toBe(chat)

      await expectCalls(server, run, person)
      await expectSockets(server, run, chat, await accessOf(widget))
      const secrets = Object.values(person ? await widget.account() : {}).flatMap((secret) => secret ?? [])
      expect(secrets).toHaveLength(person ? 3 : 0)
      for (const url of urls) for (const secret of secrets) expect(decodeURIComponent(url)).not.toContain(secret)
      expect(complaints).toEqual([])
    })
  })
}

async function accessOf(widget: Widget): Promise<string | undefined> {
  return (await widget.account()).access ?? undefined
}

/** Which calls were made, in which order, and with which headers. */
async function expectCalls(server: ReferenceServer, run: Run, person: Person | undefined): Promise<void> {
  const { profile, capabilities, shape } = run
  const calls = await server.calls()
  const isHistory = (name: string): boolean => /^GET \/api\/v1\/chat\/[^/]+\/messages$/.test(name)
  const names = await server.callNames()
  const login = person && shape === 'wrapped' ? ['POST /api/v1/auth/login'] : []
  const perPage = profile === 'realtime' ? [] : [HEALTH, CREATE]
  expect(names.filter((name) => !isHistory(name))).toEqual([...login, ...perPage, ...perPage])
  if (capabilities === 'none') expect(names.filter(isHistory)).toEqual([])
  else expect(names.filter(isHistory).length).toBeGreaterThan(0)

  for (const [place, call] of calls.entries()) {
    const name = names[place] ?? ''
    expect(call.tenant_id, name).toBe(TENANT)
    expect(call.status, name).toBe(200)
    expect(call.headers['content-type'], name).toBe(call.method === 'POST' ? 'application/json' : undefined)
    const bears = person && !['POST /api/v1/auth/login', HEALTH].includes(name)
    if (bears) expect(call.authorization, name).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    else expect(call.authorization, name).toBeNull()
  }
  const creations = await server.creations()
  for (const creation of creations) expect(creation).toEqual(creations[0])
}

/** What the sockets were opened with, and every frame sent on them. */
async function expectSockets(server: ReferenceServer, run: Run, chat: string, access: string | undefined): Promise<void> {
  const { profile, capabilities } = run
  const sockets = [...(await server.sockets()).values()]
  expect(sockets).toHaveLength(2)
  const query = profile === 'realtime' ? { tenant_id: TENANT } : { tenant_id: TENANT, chat_id: chat }
  for (const [opened] of sockets) {
    if (opened?.event !== 'open') throw new Error('a socket that did not open')
    expect(Object.fromEntries(new URLSearchParams(opened.query))).toEqual(query)
  }
  // When the first ping goes is drawn anew on every page.
  const frames = sockets.map((entries) =>
    entries
      .flatMap((entry) => (entry.event === 'frame_in' ? [JSON.parse(entry.text) as Record<string, unknown>] : []))
      .filter(({ type }) => type !== 'ping'),
  )
  const text = profile === 'join-token' ? 'user_message' : 'chat_message'
  expect(frames.map((page) => page.map(({ type }) => type))).toEqual([
    ['join_chat', text, text],
    ['join_chat', text],
  ])
  const heard = sockets.flatMap((entries) => entries.flatMap((entry) => (entry.event === 'frame_out' ? [entry.text] : [])))
  // Three answers, each in many pieces.
  expect(heard.filter((frame) => frame.includes('"response_chunk"')).length).toBeGreaterThan(30)
  for (const frame of frames.flat()) expect(frame).toEqual({ type: frame['type'], data: frame['data'], timestamp: expect.any(Number) })
  const data = frames.map((page) => page.map((frame) => frame['data']))

  const own = capabilities === 'all' ? { client_message_id: expect.stringMatching(/^[\w-]+$/) } : {}
  const token = access === undefined ? {} : { token: access }
  const said = (words: string): object =>
    ({
      'two-step': { message: words, chat_id: chat, tenant_id: TENANT, stream: true, ...own },
      'join-token': { text: words, chat_id: chat, ...own },
      realtime: { message: words, chat_id: chat, stream: true, ...own },
    })[profile]
  const joins = {
    'two-step': [{ chat_id: chat, tenant_id: TENANT, ...token }, { chat_id: chat, tenant_id: TENANT, ...token }],
    'join-token': [{ chat_id: chat, tenant_id: TENANT, ...token }, { chat_id: chat, tenant_id: TENANT, ...token }],
    realtime: [{ channel: 'website', create: true }, { channel: 'website', chat_id: chat }],
  }[profile]
  expect(data).toEqual([
    [joins[0], said(REACT_QUESTION), said(CSP_QUESTION)],
    [joins[1], said(THIRD_QUESTION)],
  ])
}

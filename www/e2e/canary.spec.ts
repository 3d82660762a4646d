/** Tokens and passwords of a whole session are looked for everywhere they must not be. */
import type { Page, Request, Response } from '@playwright/test'
import { CSP_QUESTION, NOBODY, REACT_QUESTION, expect, hearEvents, test } from './fixtures'

const PIECE = 12
const PASSWORD = 'canary-P4ssw0rd-that-nobody-else-has'
const REFUSED = { status: 401, body: { code: 'invalid_token', message: 'Expired' } }

/** What one page shows, says and sends, by the name of the channel. */
class Overheard {
  readonly channels = new Map<string, string[]>()
  readonly secrets = new Set<string>([PASSWORD])
  /** How often a secret stood where it belongs; the proof that the ones looked for are the ones in use. */
  readonly rightly = { header: 0, join: 0, refresh: 0 }

  /** What is still being looked at. */
  private readonly pending: Promise<void>[] = []

  /** Keeps a look that takes its time; `leaks` comes after all of them. */
  later(look: Promise<void>): void {
    this.pending.push(look)
  }

  note(channel: string, ...texts: string[]): void {
    this.channels.set(channel, [...(this.channels.get(channel) ?? []), ...texts])
  }

  /** Every piece of twelve characters of every secret, where it was found. */
  async leaks(): Promise<string[]> {
    await Promise.all(this.pending)
    const pieces = [...this.secrets].flatMap((secret) =>
      Array.from({ length: Math.max(1, secret.length - PIECE + 1) }, (_, at) => secret.slice(at, at + PIECE)),
    )
    return [...this.channels].flatMap(([channel, texts]) => {
      const text = texts.join('\n')
      return pieces.filter((piece) => text.includes(piece) || text.includes(encodeURIComponent(piece))).map((piece) => `${channel}: ${piece}`)
    })
  }
}

async function overhear(page: Page): Promise<Overheard> {
  const heard = new Overheard()
  page.on('console', (line) => heard.note('console', line.text()))
  page.on('pageerror', (error) => heard.note('page error', `${error.message}\n${error.stack}`))
  const heardRequest = async (request: Request): Promise<void> => {
    const path = new URL(request.url()).pathname
    const { authorization = '', ...headers } = await request.allHeaders()
    heard.note('request address', request.url())
    heard.note('request header', JSON.stringify(headers))
    if (authorization !== '') heard.rightly.header += 1
    if (path.endsWith('/auth/refresh')) heard.rightly.refresh += 1
    // A password goes to where accounts are made and opened, a refresh token to where it is spent.
    else if (!/\/auth\/(login|register)$/.test(path)) heard.note('request body', request.postData() ?? '')
  }
  const heardResponse = async (response: Response): Promise<void> => {
    if (!/\/auth\/(login|register|refresh)$/.test(response.url()) || !response.ok()) return
    const { access_token, refresh_token } = (await response.json()) as Record<string, string>
    for (const token of [access_token, refresh_token]) if (token) heard.secrets.add(token)
  }
  page.on('request', (request) => heard.later(heardRequest(request)))
  page.on('response', (response) => heard.later(heardResponse(response)))
  page.on('websocket', (socket) => {
    heard.note('socket address', socket.url())
    socket.on('framesent', ({ payload }) => {
      const frame = JSON.parse(String(payload)) as { type: string; data: Record<string, unknown> }
      if (frame.type === 'join_chat' && 'token' in frame.data) {
        heard.rightly.join += 1
        delete frame.data['token']
      }
      heard.note('frame', JSON.stringify(frame))
    })
  })
  await page.exposeFunction('overhearMessage', (text: string) => heard.note('message between windows', text))
  await page.addInitScript(() => {
    const { overhearMessage } = window as unknown as { overhearMessage: (text: string) => void }
    for (const target of [BroadcastChannel.prototype, MessagePort.prototype, Worker.prototype, window]) {
      const { postMessage } = target as { postMessage: (...args: unknown[]) => void }
      const heard = function (this: unknown, ...args: unknown[]): void {
        overhearMessage(JSON.stringify(args[0]) ?? '')
        postMessage.apply(this, args)
      }
      Object.defineProperty(target, 'postMessage', { value: heard })
    }
  })
  return heard
}

/** Looks at everything that stands on the page and in the browser now. */
async function look(page: Page, heard: Overheard): Promise<void> {
  const seen = await page.evaluate(() => {
    const serialized = (root: ParentNode): string =>
      Array.from(root.querySelectorAll('*'), (element) => {
        const field = element as HTMLInputElement
        // What a visitor types into a field of type password is the visitor's own.
        const value = field.type === 'password' ? '' : `${field.value ?? ''}`
        return `${element.outerHTML}${value}${element.shadowRoot ? serialized(element.shadowRoot) : ''}`
      }).join('\n')
    const handle = window.MIPTechChat?.get()
    const own = ['miptech_access_token', 'miptech_refresh_token']
    const kept = [localStorage, sessionStorage].flatMap((storage) => Object.entries(storage).filter(([key]) => !own.includes(key)))
    return {
      document: serialized(document),
      state: JSON.stringify(handle?.getState()),
      messages: JSON.stringify(handle?.getMessages()),
      storage: JSON.stringify(kept),
      cookies: document.cookie,
      'history and names': `${JSON.stringify(history.state)} ${location.href} ${window.name} ${document.title}`,
      'resource timing': JSON.stringify(performance.getEntries().map(({ name }) => name)),
    }
  })
  for (const [channel, text] of Object.entries(seen)) heard.note(channel, text ?? '')
}

test('no token and no password, nor a piece of one, is found outside the places it is meant for', async ({ page, widget, server }) => {
  test.setTimeout(120_000)
  const heard = await overhear(page)
  const told = await hearEvents(page)
  const bare = await server.barePage()
  const visit = async (): Promise<void> => {
    await page.goto(bare)
    await widget.mount({ apiUrl: server.origin, debug: true })
  }
  await visit()

  // Registered, wrongly and rightly signed in, and a whole exchange.
  const account = { email: 'canary@example.com', password: PASSWORD, fullName: 'Canary' }
  expect(await widget.on((handle, data) => handle.register(data), account)).toMatchObject({ ok: true })
  const refused = await widget.on((handle, [email, password]) => handle.signIn(`${email}`, `${password}x`), [account.email, PASSWORD])
  expect(refused.ok).toBe(false)
  const taken = await widget.on((handle, data) => handle.register(data), account)
  heard.note('results', JSON.stringify([refused, taken]))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await look(page, heard)

  // After a reload: the token is refused at the socket and renewed.
  await visit()
  await widget.openLive()
  await server.breaks({ on: 'socket', now: true, close: { code: 4401, reason: 'expired' } })
  await expect.poll(() => heard.rightly.refresh).toBe(1)
  await widget.expectConnection('live')
  heard.note('results', JSON.stringify(await widget.on((handle) => handle.getProfile())))
  await widget.askAndWait(CSP_QUESTION)
  await look(page, heard)

  // Errors of every stage, with the tokens at hand.
  await widget.ask('/fault error')
  await widget.expectNotice('platform/error')
  await server.breaks({ on: 'POST /api/v1/chat', status: 503, body: { code: 'db_not_ready', message: 'Starting' } })
  await visit()
  await widget.open()
  await widget.expectNotice('platform/starting')
  await look(page, heard)
  await server.heals()
  await widget.expectConnection('live', 30_000)

  // Signed out, in again by the form, and signed out by the platform.
  await widget.on((handle) => handle.logout())
  await expect.poll(() => widget.account()).toEqual(NOBODY)
  await server.breaks({ on: 'POST /api/v1/chat', ...REFUSED })
  await page.goto(bare)
  await widget.mount({ apiUrl: server.origin, debug: true, signIn: 'required' })
  await widget.open()
  await widget.signInByForm(account)
  // Two renewals lie half a minute apart, and the last one was above.
  await expect(widget.form).toHaveAccessibleName('Your session ended. Your text is kept.', { timeout: 45_000 })
  await look(page, heard)

  // A token of the host page is no other kind of secret; nor is one that cannot be a token.
  await server.heals()
  const own = [...heard.secrets].at(-1) ?? ''
  await widget.on((handle, token) => handle.setToken(token), `${own}\nX-Evil: 1`)
  await widget.on((handle, token) => handle.setToken(token), own)
  await look(page, heard)

  heard.note('events', JSON.stringify(told))
  expect(told.length).toBeGreaterThan(20)
  expect(heard.secrets.size).toBeGreaterThanOrEqual(7)
  expect(Math.min(...Object.values(heard.rightly))).toBeGreaterThan(0)
  const expected = ['console', 'document', 'events', 'frame', 'messages', 'request address', 'request body', 'socket address', 'state']
  expect([...heard.channels.keys()]).toEqual(expect.arrayContaining(expected))
  expect(await heard.leaks()).toEqual([])

  // The proof that a leak would be found: three characters more than a piece, anywhere in a text.
  heard.note('console', `so ${own.slice(20, 35)} it leaks`)
  expect(await heard.leaks()).not.toEqual([])
})

/** What every test gets: a server, a page on it, the widget, and what the page said in its console. */
import { type BrowserContext, type Page, test as base } from '@playwright/test'
import type { ChatEvent, ChatEvents } from '@miptech/chat'
import { ACCOUNT_KEYS, type Person, ReferenceServer } from './server'
import { Widget } from './widget'

export interface Settings {
  /** Flags of the reference server besides the usual ones. */
  serverFlags: string[]
}

interface Fixtures {
  server: ReferenceServer
  widget: Widget
  /** Errors, warnings and uncaught exceptions of the page. */
  complaints: string[]
}

export const test = base.extend<Settings & Fixtures>({
  serverFlags: [[], { option: true }],

  server: async ({ serverFlags }, use) => {
    const server = await ReferenceServer.start(serverFlags)
    await use(server)
    await server.dispose()
  },

  baseURL: async ({ server }, use) => use(server.origin),

  widget: async ({ page }, use) => use(new Widget(page)),

  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('console', (line) => {
        const isOfSocket = line.text().endsWith(GIVEN_UP)
        if ((line.type() === 'error' || line.type() === 'warning') && !isOfSocket) complaints.push(`${line.type()}: ${line.text()}`)
      })
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
      await use(complaints)
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'

/** The browser's own remark on a socket that is given up while it connects, which no page can keep from being made. */
const GIVEN_UP = 'WebSocket is closed before the connection is established.'

/** The files the wasm comes in: what sends a message, what draws answers, the rest. A page with `debug` has one more. */
export const WASM_PARTS = 3

/** The question of the issue; its answer stands in docs/INTEGRATION.md. */
export const REACT_QUESTION = 'How do I embed the widget in React?'

/** A follow-up with an answer of its own. */
export const CSP_QUESTION = 'Which Content Security Policy does it need?'

/** What everybody who signed in before has in this browser, from the first page on. */
export async function comesSignedIn(context: BrowserContext, { access, refresh, user }: Person): Promise<void> {
  const kept = { [ACCOUNT_KEYS.access]: access, [ACCOUNT_KEYS.refresh]: refresh, [ACCOUNT_KEYS.user]: user }
  await context.addInitScript((kept) => {
    // Once per browser, not once per page: what a page does to the account stays done.
    if (localStorage.getItem('came-signed-in')) return
    localStorage.setItem('came-signed-in', 'yes')
    for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value)
  }, kept)
}

/** The account's three keys when nobody is signed in. */
export const NOBODY = { access: null, refresh: null, user: null }

export interface Told<E extends ChatEvent = ChatEvent> {
  name: E
  detail: ChatEvents[E]
}

const EVENTS: readonly ChatEvent[] = [
  'ready',
  'open',
  'close',
  'conversation:start',
  'conversation:end',
  'auth:change',
  'auth:required',
  'message:sent',
  'message:received',
  'message:failed',
  'unread:change',
  'connection:change',
  'error',
]

/** Everything the widget tells from now on, across page loads, in order. */
export async function hearEvents(page: Page): Promise<Told[]> {
  const told: Told[] = []
  await page.exposeFunction('hearEvent', (name: ChatEvent, detail: never) => void told.push({ name, detail }))
  await page.addInitScript((names) => {
    const { hearEvent } = window as unknown as { hearEvent: (name: string, detail: unknown) => void }
    for (const name of names) {
      document.addEventListener(`miptech-chat:${name}`, (event) => hearEvent(name, (event as CustomEvent).detail))
    }
  }, EVENTS)
  return told
}

export function detailsOf<E extends ChatEvent>(told: readonly Told[], name: E): ChatEvents[E][] {
  return told.filter((one) => one.name === name).map(({ detail }) => detail as ChatEvents[E])
}

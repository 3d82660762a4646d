/**
 * How the widget can look, by name, and how each look is reached: one table for whoever checks all of them.
 *
 * Whatever a picture shows is said here and not by the documentation the reference server answers from, which changes.
 * Parts are found by what they are and not by their words, so that a table entry holds in every language.
 */
import type { Locator, Page } from '@playwright/test'
import type { ChatOptions } from '@miptech/chat'
import { type Settings, expect } from './fixtures'
import { holdWasm } from './pages'
import type { ReferenceServer } from './server'
import { Teller } from './teller'
import type { Widget } from './widget'

/** Both ways a line can run, in a language that does. */
export const DIRECTIONS = { ltr: { locale: 'en' }, rtl: { locale: 'ar' } } as const satisfies Record<string, ChatOptions>

export type Direction = keyof typeof DIRECTIONS

export const SCHEMES = ['light', 'dark'] as const

/** Of one density, so that a picture of it weighs no more than it must. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 } as const

/** One look, on one device. */
export interface Look {
  name: string
  /** What the test is run with. */
  settings: Partial<Settings> & Partial<typeof PHONE>
  reach: (stage: Stage) => Promise<void>
}

/** Where a look is reached. */
export class Stage {
  /** Whether the platform goes on refusing what the look has it refuse. */
  breaks = true

  constructor(
    readonly page: Page,
    readonly widget: Widget,
    readonly server: ReferenceServer,
    readonly direction: Direction,
  ) {}

  /** An ordinary page with the widget on it, closed. */
  async enter(options: ChatOptions = {}): Promise<void> {
    await this.server.addPage('stage.html', PAGE)
    await this.page.goto('/stage.html')
    if (options.target) {
      await this.page.evaluate(() => {
        const place = Object.assign(document.createElement('div'), { id: 'place' })
        Object.assign(place.style, { inlineSize: '500px', blockSize: '600px' })
        document.body.append(place)
      })
    }
    await this.widget.mount({ apiUrl: this.server.origin, suggestions: PROMPTS, ...DIRECTIONS[this.direction], ...options })
    await expect(options.target ? this.widget.panel : this.widget.launcher).toBeVisible()
  }

  async enterLive(options: ChatOptions = {}): Promise<void> {
    await this.enter(options)
    if (!options.target) await this.widget.open()
    await this.widget.expectConnection('live')
  }

  /** A question whose answer the look tells by itself. */
  async asked(options: ChatOptions = {}): Promise<Teller> {
    const teller = await Teller.on(this.page)
    await this.page.routeWebSocket(SOCKET, (socket) => {
      const platform = socket.connectToServer()
      socket.onMessage((text) => {
        const { type, data } = read(text)
        if (type !== 'chat_message') return platform.send(text)
        const { client_message_id } = data as Record<string, unknown>
        socket.send(JSON.stringify({ type: 'message_received', data: { message_id: 'asked', client_message_id } }))
      })
    })
    await this.enterLive(options)
    await this.widget.ask(QUESTION)
    await this.widget.expectStatus(this.widget.question(QUESTION), 'sent')
    return teller
  }

  async answered(options: ChatOptions = {}): Promise<Teller> {
    const teller = await this.asked(options)
    await teller.answer(ANSWER, SOURCES)
    await this.widget.expectStatus(this.widget.lastAnswer(), 'complete')
    await expect(this.more()).toBeVisible()
    return teller
  }

  /** An answer that came to its end while the panel was closed. */
  async unread(options: ChatOptions = {}): Promise<void> {
    const teller = await this.asked(options)
    await teller.begin()
    await this.page.keyboard.press('Escape')
    await expect(this.widget.panel).toBeHidden()
    await teller.grow('Here it is.')
    await teller.end()
    await expect(this.widget.part('badge')).toBeVisible()
  }

  /** What unfolds the sources. */
  more(): Locator {
    return this.widget.lastAnswer().locator('[part=sources] button[aria-expanded]')
  }

  /** The menu as a keyboard opens it. Whoever presses a key before its first item has the focus presses nothing of it. */
  async openMenu(): Promise<void> {
    await this.widget.part('menu').press('Enter')
    await expect(this.widget.panel.getByRole('menu').locator('[role^=menuitem]').first()).toBeFocused()
  }

  async goesOffline(): Promise<void> {
    await this.page.context().setOffline(true)
    // A socket that is open stays open, whatever the browser is told of the network.
    await this.server.breaks({ on: 'socket', now: true, drop_after: 0 })
    await this.widget.expectNotice('network/offline')
  }

  /** At a platform that demands a sign-in. */
  async refusedAtTheDoor(): Promise<void> {
    await this.enter()
    await this.widget.open()
    await expect(this.widget.form).toBeVisible()
    await this.widget.expectConnection('signed-out')
  }
}

/** Brings the widget into this look, with nothing on its way that is not for ever. */
export async function reach(look: Look, stage: Stage): Promise<void> {
  await look.reach(stage)
  // Where the code draws, all of it is there.
  if (await stage.widget.panel.locator('.names').count()) await expect(stage.widget.part('menu')).toHaveCount(1)
  // What the pointer happens to lie on looks otherwise.
  await stage.page.mouse.move(1, 1)
  await isSettled(stage.widget)
}

/** Waits for transitions to be over; what moves for ever is not waited for. */
export async function isSettled({ host }: Widget): Promise<void> {
  const moving = (): Promise<number> =>
    host.evaluate((host) => {
      const moves = host.shadowRoot?.getAnimations() ?? []
      return moves.filter(({ effect, playState }) => playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime)).length
    })
  await expect.poll(moving).toBe(0)
}

const STATES: Record<string, { flags?: string[]; reach: (stage: Stage) => Promise<void> }> = {
  closed: { reach: (stage) => stage.enter() },

  unread: { reach: (stage) => stage.unread() },

  loading: {
    reach: async (stage) => {
      await holdWasm(stage.page)
      await stage.enter()
      await stage.widget.launcher.click()
      await expect(stage.widget.panel).toBeVisible()
    },
  },

  'not-loaded': {
    reach: async (stage) => {
      await stage.page.route('**/*.wasm', (route) => route.abort())
      await stage.enter()
      await stage.widget.launcher.click()
      await expect(stage.widget.panel.locator('.list').getByRole('button')).toBeVisible()
    },
  },

  'cannot-run': {
    reach: async (stage) => {
      await stage.page.addInitScript(() => Reflect.deleteProperty(window, 'WebAssembly'))
      await stage.enter({ fallbackHref: 'mailto:help@docs.example' })
      await stage.widget.launcher.click()
      await expect(stage.widget.panel.getByRole('link')).toBeVisible()
    },
  },

  empty: { reach: (stage) => stage.enterLive() },

  connecting: {
    reach: async (stage) => {
      await stage.page.route('**/api/v1/chat*', () => undefined)
      await stage.enter()
      await stage.widget.open()
      await stage.widget.expectConnection('starting')
    },
  },

  thinking: {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.begin()
      await expect(stage.widget.lastAnswer().getByRole('img')).toBeVisible()
    },
  },

  streaming: {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.begin()
      await teller.grow(ANSWER.slice(0, ANSWER.indexOf('| Door')), 'The doors diff')
      await stage.widget.expectStatus(stage.widget.lastAnswer(), 'streaming')
      await expect(stage.widget.lastAnswer()).toContainText('The doors diff')
    },
  },

  complete: { reach: async (stage) => void (await stage.answered()) },

  'asked-next': {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.begin()
      await teller.grow('With one **tag**, or with `mount()` from the package.')
      await teller.end(SOURCES.slice(0, 1), ['What does it weigh?', 'Is it free?', 'Which languages does it speak?'])
      await stage.widget.expectStatus(stage.widget.lastAnswer(), 'complete')
      await expect(stage.widget.lastAnswer().locator('[part=suggestion]')).toHaveCount(3)
    },
  },

  'near-limit': {
    reach: async (stage) => {
      await stage.enterLive()
      await stage.widget.input.fill('Is this too long? '.repeat(210))
      await expect(stage.widget.part('counter')).toBeVisible()
    },
  },

  menu: {
    reach: async (stage) => {
      await stage.answered()
      await stage.openMenu()
    },
  },

  'erase-asked': {
    reach: async (stage) => {
      await stage.answered()
      await stage.openMenu()
      await stage.widget.panel.locator('[role=menuitem][data-danger]').press('Enter')
      await expect(stage.widget.panel.getByRole('alertdialog')).toBeVisible()
    },
  },

  compact: { reach: async (stage) => void (await stage.answered({ size: 'compact' })) },

  large: { reach: async (stage) => void (await stage.answered({ size: 'large' })) },

  'without-header': { reach: async (stage) => void (await stage.answered({ header: false })) },

  inline: {
    reach: async (stage) => {
      const teller = await stage.asked({ target: '#place' })
      await teller.answer('With one **tag**, or with `mount()` from the package.', SOURCES)
      await stage.widget.expectStatus(stage.widget.lastAnswer(), 'complete')
      await expect(stage.more()).toBeVisible()
    },
  },

  glass: {
    reach: async (stage) => {
      const teller = await stage.asked({ theme: 'glass' })
      await teller.answer('Two ways: one **script tag**, or `mount()` from the package.', SOURCES)
      await stage.widget.expectStatus(stage.widget.lastAnswer(), 'complete')
      await expect(stage.more()).toBeVisible()
    },
  },

  invitation: {
    reach: async (stage) => {
      await stage.enter({ invitation: { text: 'Questions about the doors? Ask away.', delayMs: 1, hideAfterMs: 600_000 } })
      await expect(stage.widget.part('invitation')).toBeVisible()
    },
  },

  'sources-unfolded': {
    reach: async (stage) => {
      await stage.answered()
      await stage.more().press('Enter')
      await expect(stage.more()).toHaveAttribute('aria-expanded', 'true')
      await stage.more().scrollIntoViewIfNeeded()
    },
  },

  'feedback-asked': {
    reach: async (stage) => {
      // The platform knows nothing of an answer that only this page was told.
      await stage.page.route('**/feedback', (route) => route.fulfill({ status: 204 }))
      await stage.answered()
      await stage.widget.lastAnswer().locator('[aria-pressed][aria-expanded]').press('Enter')
      await expect(stage.widget.lastAnswer().getByRole('textbox')).toBeInViewport()
    },
  },

  'answer-below': {
    reach: async (stage) => {
      const teller = await stage.answered()
      // Nobody leaves an end that is the beginning, too.
      await stage.widget.drawn()
      await expect.poll(() => stage.widget.part('transcript').evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0)
      await stage.widget.part('transcript').press('Home')
      // The list has heard of it a frame after it is there.
      await stage.widget.part('transcript').evaluate(async (transcript) => {
        const frame = (): Promise<unknown> => new Promise(requestAnimationFrame)
        while (transcript.scrollTop > 0) await frame()
        await frame()
        await frame()
      })
      await teller.answer(ANSWER, SOURCES)
      await expect(stage.widget.part('new-answer')).toBeVisible()
    },
  },

  interrupted: {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.begin()
      await teller.grow('It has one tag for any page, and')
      const error = JSON.stringify({ type: 'error', data: { type: 'ai_processing_error', message: 'No answer' } })
      await stage.server.breaks({ on: 'socket', now: true, send: error })
      await stage.widget.expectStatus(stage.widget.lastAnswer(), 'interrupted')
      await stage.widget.expectNotice('platform/error')
    },
  },

  offline: {
    reach: async (stage) => {
      await stage.answered()
      await stage.goesOffline()
    },
  },

  queued: {
    reach: async (stage) => {
      await stage.enterLive()
      await stage.goesOffline()
      await stage.widget.ask(QUESTION)
      await stage.widget.expectStatus(stage.widget.question(QUESTION), 'queued')
      await expect(stage.widget.question(QUESTION).getByRole('button')).toBeVisible()
    },
  },

  reconnecting: {
    reach: async (stage) => {
      await stage.enterLive()
      await stage.server.breaks({ on: 'socket', refuse_upgrade: 503 }, { on: 'socket', now: true, drop_after: 0 })
      await stage.widget.expectNotice('socket/never-opened')
    },
  },

  'rate-limited': {
    reach: async (stage) => {
      await whenAsked(stage, (socket) => socket.send(PATIENCE))
      await stage.enterLive()
      await stage.widget.ask(QUESTION)
      await stage.widget.expectNotice('rate/limited')
    },
  },

  failed: {
    reach: async (stage) => {
      await whenAsked(stage, (socket) => socket.send(REFUSAL))
      await stage.enterLive()
      await stage.widget.ask(QUESTION)
      await stage.widget.expectStatus(stage.widget.question(QUESTION), 'failed')
      await expect(stage.widget.question(QUESTION).getByRole('button').first()).toBeVisible()
    },
  },

  unconfirmed: {
    // Otherwise the platform is asked what became of it, and tells.
    flags: ['--without', 'client_message_id'],
    reach: async (stage) => {
      await whenAsked(stage, (socket) => void socket.close({ code: 1012, reason: 'restart' }))
      await stage.enterLive()
      await stage.widget.ask(QUESTION)
      await stage.widget.expectStatus(stage.widget.question(QUESTION), 'unconfirmed', 40_000)
      await stage.widget.expectConnection('live', 30_000)
      await expect(stage.widget.question(QUESTION).getByRole('button').first()).toBeVisible()
    },
  },

  refused: {
    reach: async (stage) => {
      await stage.enterLive()
      await stage.widget.on((handle) => handle.setDraft('Much too long. '.repeat(300)))
      await stage.widget.input.press('Enter')
      await expect(stage.widget.part('composer').getByRole('alert')).toBeVisible()
    },
  },

  blocked: {
    reach: async (stage) => {
      await stage.enter({ tenantId: 'nobody-knows-me' })
      await stage.widget.open()
      await stage.widget.expectNotice('tenant/not-found')
      await stage.widget.expectConnection('blocked')
    },
  },

  'signed-out': { flags: ['--require-auth'], reach: (stage) => stage.refusedAtTheDoor() },

  'form-incomplete': {
    flags: ['--require-auth'],
    reach: async (stage) => {
      await stage.refusedAtTheDoor()
      const { form } = stage.widget
      await form.locator('button[type=button]').press('Enter')
      await form.locator('button[type=submit]').press('Enter')
      await expect(form.locator('[aria-invalid]')).toHaveCount(3)
    },
  },

  'form-refused': {
    flags: ['--require-auth'],
    reach: async (stage) => {
      await stage.refusedAtTheDoor()
      const { form } = stage.widget
      await form.locator('[name=email]').fill('ada@example.com')
      await form.locator('[name=password]').fill('wrong')
      await form.locator('[name=password]').press('Enter')
      await expect(form.getByRole('alert')).toBeVisible()
    },
  },

  'link-asked': {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.answer('Sign in at [bank.example](https://evil.example/login) first.')
      await stage.widget.lastAnswer().locator('a[data-asks]').press('Enter')
      await expect(stage.widget.panel.locator('dialog')).toBeVisible()
    },
  },

  'hand-over': {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.answer('I cannot see your invoices. A colleague can.')
      await teller.answer('Good morning, this is Maria. Which one is it about?', [], 'human')
      await expect(stage.widget.panel.locator('.handover')).toBeVisible()
      await expect(stage.widget.lastAnswer().getByRole('button').first()).toBeVisible()
    },
  },

  'conversation-break': {
    reach: async (stage) => {
      const teller = await stage.asked()
      await teller.answer('With one tag.')
      await stage.widget.on((handle) => handle.newConversation())
      await stage.widget.expectConnection('live')
      await teller.answer('This is a new conversation.')
      await expect(stage.widget.panel.getByRole('separator')).toBeVisible()
      await expect(stage.widget.lastAnswer().getByRole('button').first()).toBeVisible()
    },
  },
}

/** What is looked at on a phone too: what fills the screen there, and what has to make room for fingers. */
const ON_PHONES = ['closed', 'empty', 'streaming', 'complete', 'sources-unfolded', 'feedback-asked', 'offline', 'form-incomplete', 'link-asked', 'menu']

/** Every look there is. */
export const LOOKS: readonly Look[] = [
  ...Object.keys(STATES).map((name) => lookOf(name)),
  ...ON_PHONES.map((name) => lookOf(name, 'phone-', PHONE)),
]

function lookOf(name: string, prefix = '', device: Partial<typeof PHONE> = {}): Look {
  const state = STATES[name]
  if (!state) throw new Error(`nobody knows the state ${name}`)
  return { name: prefix + name, settings: { ...device, serverFlags: state.flags ?? [] }, reach: state.reach }
}

/** What comes instead of the platform's word on a message, as long as the stage breaks it; everything else passes. */
async function whenAsked(stage: Stage, act: (socket: { send(text: string): void; close(why: { code: number; reason: string }): unknown }) => void): Promise<void> {
  await stage.page.routeWebSocket(SOCKET, (socket) => {
    const platform = socket.connectToServer()
    socket.onMessage((text) => {
      if (stage.breaks && /^(chat|user)_message$/.test(read(text).type)) act(socket)
      else platform.send(text)
    })
  })
}

const read = (text: string | Buffer): { type: string; data?: unknown } => JSON.parse(text.toString())

const SOCKET = /^ws:/

const REFUSAL = JSON.stringify({ type: 'error', data: { type: 'message_validation_error', message: 'Not this one' } })

const PATIENCE = JSON.stringify({ type: 'rate_limit_exceeded', data: { message: 'Slow down', retry_after: 600 } })

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page with a chat</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><script src="/dist/loader.js" data-manual></script></head><body></body></html>`

const QUESTION = 'How do I put the chat on my page?'

const PROMPTS = [QUESTION, 'What does it need from my server?', 'Which languages does it speak?']

/** Of everything answers are made of, a little. */
const ANSWER = `## With one tag

Put the tag into your page [1]; \`mount\` takes **all options** [2]:

\`\`\`html
<script async src="/loader.js"></script>
\`\`\`

1. Serve the files.
2. Name the platform in your [policy](https://docs.example/policy).

| Door | For |
|---|---|
| tag | any page |
| module | bundlers |

> Nothing is fetched before somebody shows interest.`

const SOURCES = ['Integration', 'Options and what they mean', 'Security', 'Protocol', 'Performance'].map((title, index) => ({
  title,
  url: `https://docs.example/${index}`,
  snippet: `What the documentation says about this, in a sentence or two (${index + 1}).`,
}))

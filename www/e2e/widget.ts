/** The widget on a page, found by its parts and roles through the open shadow root. */
import { type Locator, type Page, expect } from '@playwright/test'
import type { ChatHandle, ChatOptions, ChatState, ConnectionState, Message } from '@miptech/chat'
import { ACCOUNT_KEYS, type Person } from './server'

/** What was seen of one message: every value of `data-status`, in order. */
export interface Trail {
  author: string
  statuses: string[]
}

/** What was seen of the last answer while it grew. */
export interface Watched {
  trails: Trail[]
  /** Frames in which the answer's text was longer than in the frame before, while it was streaming. */
  growingFrames: number
}

declare global {
  interface Window {
    watched?: Watched
  }
}

export class Widget {
  readonly host: Locator
  readonly launcher: Locator
  readonly panel: Locator
  readonly input: Locator
  readonly notice: Locator
  readonly retryNow: Locator
  readonly messages: Locator
  readonly questions: Locator
  readonly answers: Locator
  readonly form: Locator
  /** What separates one conversation from the next. */
  readonly breaks: Locator

  constructor(
    readonly page: Page,
    readonly id = 'default',
  ) {
    this.host = page.locator(`[data-miptech-chat="${id}"]`)
    this.launcher = this.part('launcher')
    this.panel = this.part('panel')
    this.input = this.part('input')
    this.notice = this.part('notice')
    this.retryNow = this.notice.getByRole('button', { name: 'Retry now', exact: true })
    this.messages = this.part('message')
    this.questions = this.host.locator('[part=message][data-author=user]')
    this.answers = this.host.locator('[part=message][data-author=ai]')
    this.form = this.part('sign-in')
    this.breaks = this.host.getByRole('separator').filter({ hasText: 'A new conversation begins here' })
  }

  part(name: string): Locator {
    return this.host.locator(`[part=${name}]`)
  }

  /** Mounts on the bare page of `ReferenceServer`, with options an address can carry; others take `page.evaluate`. */
  async mount(options: ChatOptions): Promise<void> {
    await this.page.waitForFunction(() => !!window.MIPTechChat?.version)
    const plain: object = options
    await this.page.evaluate((options) => void window.MIPTechChat?.mount(options), plain)
  }

  /** Opens the panel as a visitor does: hover, then press, once the code has arrived. */
  async open(): Promise<void> {
    await this.launcher.hover()
    await expect(this.launcher).toHaveAttribute('aria-controls', 'panel')
    await this.launcher.click()
    await expect(this.panel).toBeVisible()
  }

  /** Opens the panel and waits for the connection. */
  async openLive(): Promise<void> {
    await this.open()
    await this.expectConnection('live')
  }

  /** Fills the form in and sends it off. */
  async signInByForm({ email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
    await this.form.getByLabel('Email', { exact: true }).fill(email)
    await this.form.getByLabel('Password', { exact: true }).fill(password)
    await this.form.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  async ask(text: string): Promise<void> {
    await this.input.fill(text)
    await this.input.press('Enter')
    await expect(this.question(text)).toHaveCount(1)
  }

  /** Asks and waits for the whole answer. */
  async askAndWait(text: string): Promise<void> {
    const before = await this.answers.count()
    await this.ask(text)
    await expect(this.answers).toHaveCount(before + 1)
    await expect(this.lastAnswer()).toHaveAttribute('data-status', 'complete', { timeout: 30_000 })
  }

  /** The visitor's messages with exactly this text. */
  question(text: string): Locator {
    return this.questions.filter({ has: this.page.getByText(text, { exact: true }) })
  }

  lastAnswer(): Locator {
    return this.answers.last()
  }

  async expectStatus(message: Locator, status: Message['status'], timeout = 15_000): Promise<void> {
    await expect(message).toHaveAttribute('data-status', status, { timeout })
  }

  async expectNotice(code: string): Promise<void> {
    await expect(this.notice).toHaveAttribute('data-code', code, { timeout: 20_000 })
    await expect(this.notice).toBeVisible()
    await expect(this.notice.getByText(code, { exact: true })).toBeVisible()
  }

  async expectConnection(state: ConnectionState, timeout = 15_000): Promise<void> {
    await expect.poll(async () => (await this.state()).connection.state, { timeout }).toBe(state)
  }

  /** Acts on the handle inside the page. */
  async on<R, A>(act: (handle: ChatHandle, argument: A) => R | Promise<R>, argument?: A): Promise<R> {
    const handle = await this.page.evaluateHandle((id) => {
      const handle = window.MIPTechChat?.get?.(id)
      if (!handle) throw new Error('no handle on this page')
      return handle
    }, this.id)
    return (await handle.evaluate(act as never, argument)) as R
  }

  async isAuthenticated(): Promise<boolean> {
    return this.on((handle) => handle.isAuthenticated())
  }

  /** `getState()` of the handle; pages that mount by the module keep theirs under `window.handle`. */
  async state(): Promise<ChatState> {
    return this.page.evaluate((id) => {
      const kept = (window as unknown as { handle?: ChatHandle }).handle
      const handle = window.MIPTechChat?.get?.(id) ?? kept
      if (!handle) throw new Error('no handle on this page')
      return handle.getState()
    }, this.id)
  }

  async chatId(): Promise<string> {
    const { chatId } = await this.state()
    if (chatId === null) throw new Error('no chat yet')
    return chatId
  }

  /** `getMessages()`: everything, also what is not drawn. */
  async transcript(): Promise<Message[]> {
    return this.page.evaluate((id) => [...(window.MIPTechChat?.get(id)?.getMessages() ?? [])], this.id)
  }

  /** What the browser keeps under the account's three keys. */
  async account(keys: Record<'access' | 'refresh' | 'user', string> = ACCOUNT_KEYS): Promise<Record<'access' | 'refresh' | 'user', string | null>> {
    return this.page.evaluate(
      ({ access, refresh, user }) => ({
        access: localStorage.getItem(access),
        refresh: localStorage.getItem(refresh),
        user: localStorage.getItem(user),
      }),
      keys,
    )
  }

  /** What stands on the screen once no frame adds to it: a long answer is drawn in several, the last of them after it is complete. */
  async drawn(): Promise<{ author: string | null; text: string }[]> {
    let drawn = await this.shown()
    await expect(async () => {
      const before = drawn
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      drawn = await this.shown()
      expect(drawn).toEqual(before)
    }).toPass()
    return drawn
  }

  /** What stands on the screen, message by message. */
  async shown(): Promise<{ author: string | null; text: string }[]> {
    return this.messages.evaluateAll((messages) =>
      messages.map((message) => ({
        author: message.getAttribute('data-author'),
        text: message.querySelector('[part=bubble]')?.textContent ?? '',
      })),
    )
  }

  /** Notes from now on every status of every message, and the frames in which an answer grew. */
  async watch(): Promise<void> {
    await this.host.evaluate((host) => {
      const root = host.shadowRoot
      if (!root) throw new Error('no open shadow root')
      const watched: Watched = { trails: [], growingFrames: 0 }
      window.watched = watched
      const known = new Map<Element, Trail>()
      const meet = (message: Element): void => {
        if (known.has(message)) return
        const trail = { author: message.getAttribute('data-author') ?? '', statuses: [message.getAttribute('data-status') ?? ''] }
        known.set(message, trail)
        watched.trails.push(trail)
      }
      const observer = new MutationObserver((records) => {
        for (const message of root.querySelectorAll('[part=message]')) meet(message)
        for (const { type, target } of records) {
          const trail = type === 'attributes' && known.get(target as Element)
          const status = (target as Element).getAttribute?.('data-status') ?? ''
          if (trail && trail.statuses.at(-1) !== status) trail.statuses.push(status)
        }
      })
      observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-status'] })
      let length = 0
      const frame = (): void => {
        const answer = [...root.querySelectorAll('[part=message][data-author=ai]')].at(-1)
        const now = answer?.querySelector('[part=bubble]')?.textContent?.length ?? 0
        if (answer?.getAttribute('data-status') === 'streaming' && now > length) watched.growingFrames += 1
        length = now
        requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
    })
  }

  async watched(): Promise<Watched> {
    const watched = await this.page.evaluate(() => window.watched)
    if (!watched) throw new Error('watch() was not called on this page')
    return watched
  }
}

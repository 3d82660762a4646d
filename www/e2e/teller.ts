/**
 * Answers that a test writes itself, word by word.
 *
 * Everything but answers still comes from the reference server: the page's socket is captured, and what the test says
 * arrives on it as if the platform had said it.
 */
import type { Page } from '@playwright/test'
import type { Source } from '@miptech/chat'

declare global {
  interface Window {
    /** Puts frames onto the page's newest socket. */
    tell: (frames: readonly object[]) => void
  }
}

const chunk = (id: string, content: string): object => ({ type: 'response_chunk', data: { message_id: id, content } })

export class Teller {
  private id = ''
  private author: 'ai' | 'human' = 'ai'
  private count = 0

  private constructor(private readonly page: Page) {}

  /** Before the page is opened. */
  static async on(page: Page): Promise<Teller> {
    await page.addInitScript(() => {
      let newest: WebSocket | undefined
      window.WebSocket = class extends WebSocket {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(url, protocols)
          newest = this
        }
      }
      window.tell = (frames) => {
        for (const frame of frames) newest?.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }))
      }
    })
    return new Teller(page)
  }

  /** Begins an answer that nobody asked for. */
  async begin(author: 'ai' | 'human' = 'ai'): Promise<void> {
    this.count += 1
    this.id = `told-${this.count}`
    this.author = author
    await this.tell({ type: 'response_start', data: { message_id: this.id, author_kind: author } })
  }

  async grow(...deltas: string[]): Promise<void> {
    await this.tell(...deltas.map((delta) => chunk(this.id, delta)))
  }

  async end(sources: readonly Source[] = [], suggestions: readonly unknown[] = []): Promise<void> {
    await this.tell({ type: 'response_complete', data: { message_id: this.id, total_tokens: 1, sources, suggestions, author_kind: this.author } })
  }

  /** A whole answer. */
  async answer(text: string, sources: readonly Source[] = [], author: 'ai' | 'human' = 'ai'): Promise<void> {
    await this.begin(author)
    await this.grow(text)
    await this.end(sources)
  }

  private async tell(...frames: object[]): Promise<void> {
    await this.page.evaluate((frames) => window.tell(frames), frames)
  }
}

/** What loader and code know of each other: the chunk that is fetched, and one widget between the two. */
import type { ChatError, ChatHandle, ChatOptions, ChatState, DiagnosticReport, Message } from '@miptech/chat'
import type { Shell } from './shell'

/** The chunk, as the loader sees it. */
export interface Code {
  start(seat: Seat, answer: Response): Promise<void>
  csp(options?: ChatOptions, mount?: unknown): Promise<string>
  diagnose(options: ChatOptions | undefined, mount: (options?: ChatOptions) => ChatHandle): Promise<DiagnosticReport>
}

/** One widget between loader and code. */
export interface Seat {
  id: string
  options: ChatOptions
  holders: number
  isGone: boolean
  /** Aborted at the end: it takes the listeners off the page. */
  life: AbortController
  /** Commands from before the code runs, in order, and what ends each of them. */
  queue: [name: string, args: unknown[], resolve: (answer: unknown) => void][]
  hostElement: HTMLElement
  shell: Shell
  handle: ChatHandle
  /** Who opened the shell; nobody acted where it is empty. */
  openedBy?: string
  error?: ChatError
  engine?: Engine
  /** One console line, and an `error` event in a later microtask. */
  raise(code: ChatError['code'], help: string, stage?: ChatError['stage']): void
  /** Says above the text field what is wrong, with a button that tries again where it is of use. */
  say(text: string, button?: string): void
  /** Draws the shell on a fresh host, in the place of the former one. */
  redraw(): void
  /** From here on nothing is drawn, sent or waited for under this handle; the id is free again. */
  finish(): void
}

/** What the handle forwards to once the code has arrived. */
export interface Engine {
  show(isOpen: boolean, by: string): void
  call(name: string, args: unknown[]): unknown
  getState(): ChatState
  getMessages(): readonly Message[]
  isAuthenticated(): boolean
  destroy(): void
}

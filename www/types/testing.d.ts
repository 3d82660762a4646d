/** The entry for a host page's own tests, written by hand. */
import type { ChatEvent, ChatEvents, ChatHandle, ChatOptions, ChatState } from '@miptech/chat'

/** One call of a method of the handle, in order. */
export interface Call {
  method: Exclude<keyof ChatHandle, 'id' | 'element' | 'ready'>
  args: unknown[]
}

/**
 * A handle without a widget. Opening, closing, signing in and out change its state; a message counts as sent at once;
 * everything else happens when the test says so.
 */
export interface TestHandle extends ChatHandle {
  /** What it was mounted with. */
  readonly options: ChatOptions
  readonly calls: readonly Call[]
  /** Tells listeners of an event. */
  emit<E extends ChatEvent>(event: E, detail: ChatEvents[E]): void
  /** Changes the snapshot and tells subscribers. */
  setState(patch: Partial<ChatState>): void
}

/** As in the package, idempotent and counted per `id`. In CommonJS, as under jest, the package itself mounts these. */
export function mount(options?: ChatOptions): TestHandle

/** What is mounted under an id, by whatever door. @default "default" */
export function get(id?: string): TestHandle | undefined

/** Forgets all of them at once. */
export function reset(): void

export const version: string

/** The custom element, written by hand. Importing this entry defines `<miptech-chat>`. */
import type { ChatEvent, ChatEvents, ChatHandle, ChatOptions } from '@miptech/chat'

/** Inherited ones mirror their attributes as on every element. */
type Inborn = 'id' | 'title' | 'dir' | 'nonce'

type Options = { [K in Exclude<keyof ChatOptions, Inborn>]: ChatOptions[K] | undefined }

/** Attributes are options in kebab case; properties are options, and stand above attributes. */
export interface MiptechChatElement extends HTMLElement, Options {
  /** Null while the element is not in a document. */
  readonly handle: ChatHandle | null
  addEventListener<E extends ChatEvent>(
    type: `miptech-chat:${E}`,
    listener: (this: MiptechChatElement, event: CustomEvent<ChatEvents[E]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: MiptechChatElement, event: HTMLElementEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void
}

declare global {
  interface HTMLElementTagNameMap {
    'miptech-chat': MiptechChatElement
  }
}

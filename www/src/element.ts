/** The door of markup: `<miptech-chat>`. */
import type { ChatEvent, ChatHandle, ChatOptions } from '@miptech/chat'
import { EVENTS, follower } from './follow'

type Name = keyof ChatOptions

const TAG = 'miptech-chat'

/** What an attribute can hold. */
const ATTRIBUTES = (
  'tenantId apiUrl wsUrl id target load connect open profile tokenTransport signIn storage consent locale dir theme ' +
  'position zIndex size launcher header title placeholder welcome invitation disclosure fallbackHref nonce debug'
).split(' ') as Name[]

/** What only a property can hold. */
const PROPERTIES = 'getToken user context tokenKeys strings offset suggestions features links images limits on'.split(' ') as Name[]

const NAMES = [...ATTRIBUTES, ...PROPERTIES]

/** Attributes that are read as yes or no where they say so. */
const FLAGS: readonly Name[] = ['open', 'launcher', 'header', 'invitation', 'disclosure', 'debug']

/** Every element has these, and they mirror their attributes by themselves. */
const INBORN: readonly Name[] = ['id', 'dir', 'title', 'nonce']

// On a server there is nothing to define, and a second copy of this module defines nothing again.
if (globalThis.customElements && !customElements.get(TAG)) customElements.define(TAG, elementClass())

function elementClass(): CustomElementConstructor {
  class MiptechChat extends HTMLElement {
    static readonly observedAttributes = ATTRIBUTES.map(kebab)

    /** What was set as a property; it stands above the attribute. */
    readonly #given = new Map<Name, unknown>()
    readonly #follower = follower(() => this.#options())
    #isPlanned = false

    // Quoted, it keeps its name: the build shortens some that only we use.
    get ['handle'](): ChatHandle | null {
      return this.#follower.handle ?? null
    }

    connectedCallback(): void {
      // What was set before the element was defined lies in front of its accessors.
      for (const name of NAMES) {
        if (INBORN.includes(name) || !Object.hasOwn(this, name)) continue
        const early: unknown = Reflect.get(this, name)
        Reflect.deleteProperty(this, name)
        Reflect.set(this, name, early)
      }
      this.#follower.follow()
    }

    disconnectedCallback(): void {
      this.#follower.end()
    }

    /** Whoever changes one attribute is about to change the next; the widget follows when they are done. */
    attributeChangedCallback(): void {
      if (this.#isPlanned || !this.isConnected) return
      this.#isPlanned = true
      queueMicrotask(() => {
        this.#isPlanned = false
        if (this.isConnected) this.#follower.follow()
      })
    }

    static {
      for (const name of NAMES.filter((name) => !INBORN.includes(name))) {
        Object.defineProperty(this.prototype, name, {
          configurable: true,
          enumerable: true,
          get(this: MiptechChat) {
            return this.#option(name)
          },
          set(this: MiptechChat, value: unknown) {
            if (value === undefined) this.#given.delete(name)
            else this.#given.set(name, value)
            this.attributeChangedCallback()
          },
        })
      }
    }

    #option(name: Name): unknown {
      return this.#given.has(name) ? this.#given.get(name) : attribute(this, name)
    }

    #options(): ChatOptions {
      const told = NAMES.map((name) => [name, this.#option(name)] as const)
      const options: ChatOptions = Object.fromEntries(told.filter(([, value]) => value !== undefined))
      const heard = (options.on ?? {}) as Partial<Record<ChatEvent, (detail: unknown) => void>>
      const passed = EVENTS.map((name) => [
        name,
        (detail: unknown) => {
          // Without bubbling: the widget's own element tells the document, which needs to hear it once.
          this.dispatchEvent(new CustomEvent(`${TAG}:${name}`, { detail }))
          heard[name]?.(detail)
        },
      ])
      return { ...options, on: { ...heard, ...Object.fromEntries(passed) } }
    }
  }
  return MiptechChat
}

function attribute(element: HTMLElement, name: Name): unknown {
  // A browser hides the nonce from its attribute.
  const text = name === 'nonce' ? element.nonce || null : element.getAttribute(kebab(name))
  if (text === null) return undefined
  if (FLAGS.includes(name)) return text === '' || text === 'true' || text === name || (text !== 'false' && text)
  return name === 'zIndex' && /^\s*\d+\s*$/.test(text) ? Number(text) : text
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

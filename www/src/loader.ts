/** The script tag's door: reads the tag, mounts, and turns the global queue into the real thing. */
import type { ChatGlobal, ChatOptions } from '@miptech/chat'
import type { Code } from './seat'
import { all, get, mountWith } from './mount'
import { optionOf } from './page'

declare global {
  interface Window {
    MIPTechChat?: ChatGlobal & { q?: Iterable<unknown>[] }
    MIPTechChatConfig?: ChatOptions
  }
}

const tag = (document.currentScript ?? document.querySelector('script[src*="/loader.js"]')) as HTMLScriptElement | null
// Whoever takes it makes a text of it.
const near = (file: string): string => new URL(file, tag?.src ?? location.href) as unknown as string

const former = window.MIPTechChat
/** Commands from before the first mount, in order. */
const waiting: Iterable<unknown>[] = [...(former?.q ?? [])]
const runAll = (): void => waiting.splice(0).forEach((command) => run(...(command as [string])))

const importCode = (): Promise<Code> => import(near(__GLUE__))
const fetchCode = (): Promise<[Code, Response]> => Promise.all([importCode(), fetch(near(__WASM__))])

/** What the code answers without a widget. */
const later = (name: 'csp' | 'diagnose') => async (options?: ChatOptions) => (await importCode())[name](options, global.mount)

/** `MIPTechChat('open')`: a method of the default instance, or of the only one there is, or `mount`. */
const run = (name: string, ...args: unknown[]): unknown => {
  const target = (name === 'mount' ? global : (get() ?? all()[0])) as Record<string, (...args: unknown[]) => unknown> | undefined
  return target ? target[name]?.(...args) : void waiting.push([name, ...args])
}
const global = (
  former?.version
    ? former
    : Object.assign(run, {
        mount(options?: ChatOptions) {
          const handle = mountWith(fetchCode, options)
          runAll()
          return handle
        },
        get,
        csp: later('csp'),
        diagnose: later('diagnose'),
        version: __VERSION__,
      })
) as ChatGlobal
if (global !== former) Object.defineProperty((window.MIPTechChat = global), 'instances', { get: all })

const options = tag ? (Object.fromEntries(Object.entries(tag.dataset).map(optionOf)) as ChatOptions) : window.MIPTechChatConfig
if (options && !('manual' in options)) {
  if (global.get(options.id)) console.warn('miptech-chat: tag ignored')
  else global.mount(options)
}
runAll()

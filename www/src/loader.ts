/** The script tag's door: reads the tag, mounts, and turns the global queue into the real thing. */
import type { ChatHandle, ChatOptions } from '@miptech/chat'
import type { Glue } from './code'
import { allInstances, instance, mountWith } from './mount'

type Command = [method: string, ...args: unknown[]]

interface Global {
  (...command: Command): unknown
  q?: ArrayLike<unknown>[]
  mount(options?: ChatOptions): ChatHandle
  get(id?: string): ChatHandle | undefined
  readonly instances: ChatHandle[]
  version: string
}

declare global {
  interface Window {
    MIPTechChat?: Global
    MIPTechChatConfig?: ChatOptions
  }
}

const tag = (document.currentScript ??
  document.querySelector('script[src*="/loader.js"]')) as HTMLScriptElement | null

const base = tag?.src ?? location.href
const place = {
  glue: () => import(new URL(__GLUE__, base).href) as Promise<Glue>,
  wasm: new URL(__WASM__, base).href,
}

const former = window.MIPTechChat
/** Commands from before the first mount, in order. */
let waiting: Command[] = Array.from(former?.q ?? [], (command) => Array.from(command) as Command)

if (former?.version) {
  begin(former)
} else {
  const mount = (options?: ChatOptions): ChatHandle => {
    const handle = mountWith(place, options)
    for (const command of waiting.splice(0)) run(...command)
    return handle
  }
  const global = Object.assign(run, { mount, get: instance, version: __VERSION__ })
  Object.defineProperty(global, 'instances', { get: allInstances })
  begin((window.MIPTechChat = global as unknown as Global))
  if (waiting.some(([method]) => method === 'mount')) {
    const first = waiting
    waiting = []
    for (const command of first) run(...command)
  }
}

/** What the tag, or the page's configuration, asks for. */
function begin(global: Global): void {
  const options = tag ? optionsOf(tag) : window.MIPTechChatConfig
  if (!options || tag?.dataset.manual !== undefined) return
  if (global.get(options.id)) console.warn('miptech-chat: tag ignored, id in use')
  else global.mount(options)
}

/** `data-api-url` and its like; flags and the one number are read as what they are. */
function optionsOf(tag: HTMLScriptElement): ChatOptions {
  const read = ([key, text]: [string, string | undefined]): [string, unknown] => {
    if (/^(open|disclosure|debug)$/.test(key)) return [key, text !== 'false']
    return [key, key === 'zIndex' ? +text! : text]
  }
  return Object.fromEntries(Object.entries(tag.dataset).map(read))
}

/** `MIPTechChat('open')`: a method of the default instance, or of the only one there is, or `mount`. */
function run(method: string, ...args: unknown[]): unknown {
  if (method === 'mount') return window.MIPTechChat?.mount(args[0] as ChatOptions)
  const handle = instance() ?? allInstances()[0]
  if (!handle) return void waiting.push([method, ...args])
  return (handle as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args)
}

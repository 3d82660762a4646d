/**
 * The border around an instance of the wasm: nothing thrown in there reaches the page, a dead instance is never entered
 * again, and what the page still holds for it is let go.
 *
 * A panic ends in a trap, which leaves the code's own state as it was at that moment. Whatever called it last, an event,
 * a timer or a promise, is of the page; it sees a call that gives nothing.
 */
import glueOf from 'glue'

/** What the glue exports. */
export interface Glue {
  start(instantiate: (imports: Record<string, object>) => Promise<object>): Promise<void>
  mount(host: HTMLElement, options: object): number
  call(widget: number, method: number, first?: unknown, second?: unknown): unknown
  /** So many of the parts that come later are there. */
  came(parts: number): void
}

export interface Instance {
  glue: Glue
  isDead(): boolean
  /** How many of the parts that come later are there. */
  grown(): number
  /** Adds the part that comes next. */
  grow(part: WebAssembly.Module): Promise<void>
  /** Called once, when the instance is dead. */
  hearers: Set<(cause: unknown) => void>
  /** Called with every socket, channel and call that is made for it. */
  makers: Set<(made: object) => void>
}

type Call = (...args: unknown[]) => unknown

export async function instantiate(module: WebAssembly.Module): Promise<Instance> {
  const hearers: Instance['hearers'] = new Set()
  const makers: Instance['makers'] = new Set()
  let isDead = false
  let held: WeakRef<Held>[] = []

  const die = (cause: unknown): void => {
    if (isDead) return
    isDead = true
    for (const ref of held) letGo(ref.deref())
    // Whoever called may still be at work with what the hearers will replace.
    queueMicrotask(() => hearers.forEach((hear) => hear(cause)))
  }
  const guardExport =
    (inside: Call): Call =>
    (...args) => {
      try {
        if (!isDead) return inside(...args)
      } catch (cause) {
        die(cause)
      }
      // The glue takes some answers apart; in this one there is nothing.
      return []
    }
  const guardImport =
    (outside: Call): Call =>
    (...args) => {
      const made = outside(...args)
      // The page may call back into the instance from in here. Where that killed it, the caller must not go on.
      if (isDead) throw new Error('dead')
      if (isHeld(made)) {
        held = held.filter((ref) => ref.deref())
        held.push(new WeakRef(made))
        makers.forEach((hear) => hear(made))
      }
      return made
    }
  const each = <T extends object>(things: T, guard: (call: Call) => Call): T =>
    Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, typeof thing === 'function' ? guard(thing) : thing])) as T

  const glue = glueOf()
  /** What parts import: the page's, and under its number what each part before them lends. */
  let lent: WebAssembly.Imports = {}
  let entered = 0
  const enter = async (part: WebAssembly.Module): Promise<WebAssembly.Exports> => {
    const { exports } = await WebAssembly.instantiate(part, lent)
    lent[entered++] = exports as WebAssembly.ModuleImports
    return exports
  }
  await glue.start(async (imports) => {
    lent = Object.fromEntries(Object.entries(imports).map(([name, group]) => [name, each(group, guardImport)])) as WebAssembly.Imports
    return each(await enter(module), guardExport)
  })
  const grown = (): number => entered - 1
  const grow: Instance['grow'] = async (part) => {
    await enter(part)
    glue.came(grown())
  }
  return { glue, hearers, makers, isDead: () => isDead, grown, grow }
}

/** What lasts in the page, until it is told otherwise. */
type Held = Partial<Pick<AbortController, 'abort'> & Pick<WebSocket, 'close' | 'onopen' | 'onclose'>> & { onmessage?: null }

function isHeld(made: unknown): made is Held {
  // A page may have put classes of its own in their places; what they are called stays.
  return typeof made === 'object' && /AbortController|WebSocket|BroadcastChannel/.test(Object.prototype.toString.call(made))
}

function letGo(held: Held | undefined): void {
  if (held?.abort) held.abort()
  else if (held?.close) {
    held.onopen = held.onclose = held.onmessage = null
    held.close()
  }
}

/** Where values live that outlast the page, or do not: options `storage` and `consent`. */
import { type Keys, keyOf } from './keys'
import type { Seat } from './seat'

/** Storages of a page's widgets; they outlast a crash. */
const chosen = new WeakMap<Seat, ConsentGate>()

/** The storage of a widget; none where it is the page's own, as it is by itself. */
export function chooseStorage(seat: Seat): ConsentGate | undefined {
  const { storage = 'local', consent } = seat.options
  if (storage === 'local' && (consent ?? 'on-send') === 'on-send') return undefined
  let gate = chosen.get(seat)
  if (!gate) {
    let real: Keys | null = null
    try {
      if (storage !== 'memory') real = storage === 'session' ? sessionStorage : localStorage
      real?.getItem(SESSION_ID)
    } catch {
      real = null
    }
    // What was said before the code runs counts from the start: what is stored comes back on the next page.
    const told = seat.queue.filter(([name]) => name === 'setConsent').at(-1)
    const { access, refresh, user } = { access: 'miptech_access_token', refresh: 'miptech_refresh_token', user: 'miptech_user', ...seat.options.tokenKeys }
    const own = [SESSION_ID, access, refresh, user]
    const isOwn = (key: string): boolean => own.includes(key) || key.startsWith(keyOf(seat.options, ''))
    gate = new ConsentGate(real, told ? !!told[1][0] : consent !== 'host', isOwn)
    chosen.set(seat, gate)
    if (consent === 'none' && !gate.getItem(SESSION_ID)) {
      gate.tryToSet(SESSION_ID, uuid())
      gate.tryToSet(keyOf(seat.options, 'visitor_id'), uuid())
    }
  }
  return gate
}

/** A storage that is the page's memory until the visitor agrees, and again after the visitor does so no longer. */
export class ConsentGate implements Keys {
  private memory = new Map<string, string>()

  constructor(
    private readonly real: Keys | null,
    private isGranted: boolean,
    /** Whether a key is this widget's. */
    private readonly isOwn: (key: string) => boolean,
  ) {}

  /** What was kept so far moves to where it is kept from here on. */
  grant(isGranted: boolean): void {
    if (!this.real || isGranted === this.isGranted) return
    this.isGranted = isGranted
    if (isGranted) {
      for (const [key, value] of this.memory) this.tryToSet(key, value)
      this.memory.clear()
      return
    }
    for (let index = 0, key; (key = this.real.key(index)); ) {
      if (this.isOwn(key)) {
        this.memory.set(key, this.real.getItem(key) ?? '')
        this.real.removeItem(key)
      } else index++
    }
  }

  getItem(key: string): string | null {
    const { place } = this
    return place ? place.getItem(key) : (this.memory.get(key) ?? null)
  }

  setItem(key: string, value: string): void {
    const { place } = this
    if (place) place.setItem(key, value)
    else this.memory.set(key, value)
  }

  removeItem(key: string): void {
    const { place } = this
    if (place) place.removeItem(key)
    else this.memory.delete(key)
  }

  key(index: number): string | null {
    const { place } = this
    return place ? place.key(index) : ([...this.memory.keys()][index] ?? null)
  }

  tryToSet(key: string, value: string): void {
    try {
      this.setItem(key, value)
    } catch {
      // Full or forbidden: it is made anew on the next page.
    }
  }

  private get place(): Keys | null {
    return this.isGranted ? this.real : null
  }
}

const SESSION_ID = 'miptech_session_id'

function uuid(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The keys the loader keeps values under, beside those of the wasm. */
import type { ChatOptions } from '@miptech/chat'
import { attempt } from './page'

/** What the wasm asks of a storage, all of it. */
export type Keys = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key'>

/** Whom a widget speaks for, where the page names nobody. */
export const tenantOf = ({ tenantId = 'miptech-company' }: ChatOptions): string => tenantId

/** The name of a key of a tenant's. */
export function keyOf(options: ChatOptions, name: string): string {
  return `miptech_chat:${tenantOf(options)}:${name}`
}

/** The page's own storage; a browser that blocks it, or has it full, keeps nothing. */
export const pageKeys: Keys = {
  getItem: (key) => attempt(() => localStorage.getItem(key)) ?? null,
  setItem: (key, value) => attempt(() => localStorage.setItem(key, value)),
  removeItem: (key) => attempt(() => localStorage.removeItem(key)),
  key: (index) => attempt(() => localStorage.key(index)) ?? null,
}

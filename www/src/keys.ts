/** The keys the loader keeps values under, beside those of the wasm. */
import type { ChatOptions } from '@miptech/chat'

/** What the wasm asks of a storage, all of it. */
export type Keys = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key'>

/** The name of a key of a tenant's. */
export function keyOf({ tenantId = 'miptech-company' }: ChatOptions, name: string): string {
  return `miptech_chat:${tenantId}:${name}`
}

/** The page's own storage; a browser that blocks it, or has it full, keeps nothing. */
export const pageKeys: Keys = {
  getItem: (key) => quietly(() => localStorage.getItem(key)) ?? null,
  setItem: (key, value) => quietly(() => localStorage.setItem(key, value)),
  removeItem: (key) => quietly(() => localStorage.removeItem(key)),
  key: (index) => quietly(() => localStorage.key(index)) ?? null,
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Which options need more than the wasm; what is done about them is fetched only then. */
import type { ChatOptions } from '@miptech/chat'

/** What the wasm judges by itself, or nobody has to. */
const PLAIN =
  /^(apiUrl|connect|context|getToken|id|limits|load|locale|on|open|placeholder|position|profile|signIn|size|suggestions|tenantId|title|tokenKeys|tokenTransport|welcome|wsUrl)$/

/** Whether something in here must be judged outside the wasm. */
export function isPlain(options: ChatOptions): boolean {
  const { load = 'idle', on, open } = options
  return Object.keys(options).every((name) => PLAIN.test(name)) && /^(intent|idle|eager|manual)$/.test(load) && (!open || open === true || open === 'restore') && (!on || typeof on === 'object')
}

/** The methods that change options. */
export const CHANGING = /^(update|setLocale|setTheme|setContext|identify)$/

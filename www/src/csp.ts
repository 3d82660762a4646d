/** What a page's Content-Security-Policy must allow for a widget with certain options. */
import type { ChatOptions } from '@miptech/chat'

/** The directives, in the form of the header; a page adds its own sources to them. No `style-src` is needed. */
export function csp({ apiUrl = 'http://localhost:8000', wsUrl, nonce }: ChatOptions = {}): string {
  const files = new URL(import.meta.url).origin
  const api = new URL(apiUrl.trim().replace(/^ws/i, 'http')).origin
  const socket = new URL((wsUrl ?? api).trim().replace(/^http/i, 'ws')).origin
  return [
    `script-src ${nonce ? `'nonce-${nonce}'` : files} 'wasm-unsafe-eval'`,
    `connect-src ${[...new Set([files, api, socket])].join(' ')}`,
  ].join('; ')
}

/** Events and errors that the code outside the wasm tells of. */
import type { ChatError } from '@miptech/chat'

export function dispatch(host: HTMLElement, name: string, detail: unknown): void {
  queueMicrotask(() => host.dispatchEvent(new CustomEvent(`miptech-chat:${name}`, { bubbles: true, composed: true, detail })))
}

export function errorOf(code: ChatError['code'], stage: ChatError['stage'], help: string): ChatError {
  return { code, message: help, retryable: false, stage, buildId: __VERSION__, help }
}

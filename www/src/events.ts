/** Events and errors that the code outside the wasm tells of. */
import type { ChatError } from '@miptech/chat'

export function dispatch(host: HTMLElement, name: string, detail: unknown): void {
  queueMicrotask(() => host.dispatchEvent(new CustomEvent(`miptech-chat:${name}`, { bubbles: true, composed: true, detail })))
}

export function errorOf(code: ChatError['code'], stage: ChatError['stage'], help: string): ChatError {
  return { code, message: help, retryable: false, stage, buildId: __VERSION__, help: linked(code, help) }
}

/** What the integrator should change, and where more is said of it. */
export const linked = (code: ChatError['code'], help: string): string => `${help} docs/TROUBLESHOOTING.md#${code}`

/** The door of the npm package. */
import type { ChatOptions } from '@miptech/chat'
import { csp as policy } from './csp'

export { mount } from './module'
export { get } from './mount'

export const version: string = __VERSION__

export function csp(options?: ChatOptions): string {
  return policy(options)
}

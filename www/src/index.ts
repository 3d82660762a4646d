/** The door of the npm package. */
import type { ChatHandle, ChatOptions } from '@miptech/chat'
import type { Glue } from './code'
import { mountWith } from './mount'

export const version: string = __VERSION__

export function mount(options?: ChatOptions): ChatHandle {
  return mountWith(
    {
      glue: () => import(__GLUE__) as Promise<Glue>,
      // Written so that bundlers see an asset and carry the file along.
      get wasm() {
        return new URL(__WASM__, import.meta.url).href
      },
    },
    options,
  )
}

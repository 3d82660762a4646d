/** One component's widget, apart from React: it is told of every render, and of the end. */
import type { ChatWidgetProps } from '@miptech/chat/react'
import { follower } from '../follow'
import { dresser } from './dress'
import { optionsOf, warnOfIdleProps, wornBy } from './props'

export interface Widget {
  render(props: ChatWidgetProps): void
  end(): void
}

/** `place` is where an inline one stands; the page's element then wears what the host element would. */
export function createWidget(place?: { readonly current: HTMLElement | null }): Widget {
  let props: ChatWidgetProps = {}
  let wasAsked = false
  let endReady: (() => void) | undefined
  const clothes = dresser()

  const wear = (): void => {
    if (!place) clothes.wear(widget.handle?.element ?? null, wornBy(props))
  }

  /** `openChat` opens when it becomes true. Who closes the chat meanwhile is not contradicted. */
  const pulse = (): void => {
    if (!props.openChat) wasAsked = false
    else if (!wasAsked && widget.handle) {
      wasAsked = true
      widget.handle.open()
    }
  }

  const widget = follower(
    () => optionsOf(props, place?.current),
    (handle) => {
      endReady?.()
      // After a crash the widget stands in a new element.
      endReady = handle?.on('ready', wear)
      wear()
    },
  )

  return {
    render(next) {
      props = next
      warnOfIdleProps(props)
      widget.follow()
      wear()
      pulse()
    },
    end: () => widget.end(),
  }
}

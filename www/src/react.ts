'use client'
/** The door of React: two components, whose widget draws itself, and a hook. */
import type * as Door from '@miptech/chat/react'
import * as React from 'react'
import { wornBy } from './react/props'
import { createStore } from './react/store'
import { useStore } from './react/use_store'
import { createWidget } from './react/widget'

/** Floats over the page, and renders nothing where it stands. */
export const ChatWidget: typeof Door.ChatWidget = (props) => {
  useWidget(props)
  return null
}

/** Stands in the page, inside an element that takes the props which are no options. */
export const ChatInline: typeof Door.ChatInline = (props) => {
  const place = React.useRef<HTMLDivElement>(null)
  useWidget(props, place)
  return React.createElement('div', { ...wornBy(props), ref: place })
}

export const useChatWidget: typeof Door.useChatWidget = (id = 'default') => {
  const { subscribe, snapshot, atFirst } = React.useMemo(() => createStore(id), [id])
  return useStore(subscribe, snapshot, atFirst)
}

function useWidget(props: Door.ChatWidgetProps, place?: React.RefObject<HTMLElement>): void {
  const [widget] = React.useState(() => createWidget(place))
  // After every render: what changed is found by value, and functions are looked up when they are called.
  React.useEffect(() => widget.render(props))
  React.useEffect(() => () => widget.end(), [widget])
}

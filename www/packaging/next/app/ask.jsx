'use client'
import '@miptech/chat/element'
import { useChatWidget } from '@miptech/chat/react'

export function Ask() {
  const { status, open } = useChatWidget()
  return <button onClick={open}>Ask us ({status})</button>
}

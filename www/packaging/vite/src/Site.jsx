import { ChatWidget, useChatWidget } from '@miptech/chat/react'

const platform = new URLSearchParams(location.search).get('platform') ?? location.origin

export function Site() {
  const { status, open } = useChatWidget()
  return (
    <>
      <h1>A site built with Vite</h1>
      <button onClick={open}>Ask us ({status})</button>
      <ChatWidget apiUrl={platform} onError={(error) => console.error(error.code)} />
    </>
  )
}

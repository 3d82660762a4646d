import React from 'react'
import { render } from 'react-dom'
import { ChatWidget, useChatWidget } from '@miptech/chat/react'

function Site() {
  const { status, open } = useChatWidget()
  return (
    <>
      <h1>A site with React 17</h1>
      <button onClick={open}>Ask us ({status})</button>
      <ChatWidget apiUrl={location.origin} />
    </>
  )
}

render(
  <React.StrictMode>
    <Site />
  </React.StrictMode>,
  document.querySelector('#root'),
)

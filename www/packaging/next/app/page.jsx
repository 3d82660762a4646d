import { version } from '@miptech/chat'
import { ChatWidget } from '@miptech/chat/react'
import { Ask } from './ask'

/** Rendered on the server, which imports the package too. */
export default async function Page({ searchParams }) {
  const { platform } = await searchParams
  return (
    <>
      <h1>A site built with Next</h1>
      <p>version {version}</p>
      <Ask />
      <ChatWidget apiUrl={platform} />
    </>
  )
}

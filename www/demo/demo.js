// The page mounts the widget by the queue, as a site would that knows its options only at run time.
window.MIPTechChat =
  window.MIPTechChat ||
  function () {
    ;(window.MIPTechChat.q = window.MIPTechChat.q || []).push(arguments)
  }

// The environment knows where the platform is, and the address may name options, so that one page serves every try:
// ?theme=dark&locale=it&signIn=required&apiUrl=http://localhost:9
const asked = Object.fromEntries(new URLSearchParams(location.search))
window.MIPTechChat('mount', {
  apiUrl: location.origin,
  suggestions: [
    'How do I embed the widget in React?',
    'What happens when the connection drops?',
    'Which Content Security Policy does it need?',
  ],
  ...window.MIPTechChatConfig,
  ...asked,
})

for (const button of document.querySelectorAll('[data-ask]')) {
  button.addEventListener('click', () => {
    window.MIPTechChat('open')
    window.MIPTechChat('send', button.textContent)
  })
}

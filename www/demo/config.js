// `cargo xtask demo` serves another file in this one's place: what the MIPTECH_* variables of the environment say.
window.MIPTechChatConfig = {}

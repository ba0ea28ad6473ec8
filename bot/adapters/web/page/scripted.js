// Loaded before the page is drawn: who has scripts sees the chat, who has none what can be read without.
document.documentElement.className = "scripted";

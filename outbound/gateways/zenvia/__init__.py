"""The Zenvia NLU outbound API (formerly Altu)."""

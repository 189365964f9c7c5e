"""The outbound API of Zenvia NLU, formerly Altu. Its facts and their sources: FACTS.md."""

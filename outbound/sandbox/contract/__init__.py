"""The rules that the gateway documents, written independently of the console's own checks.

Facts and their sources: outbound/gateways/zenvia/FACTS.md.
"""

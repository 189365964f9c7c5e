"""A stand-in for the Zenvia NLU outbound API, in a process of its own.

It uses the standard library alone and imports nothing else of `outbound`, so its rules are independent.
"""

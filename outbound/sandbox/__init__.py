"""A stand-in for the Zenvia NLU outbound API: its document read a second time, in a process of its own.

Standard library only. It imports nothing of `outbound`, so that two readings of one document can disagree.
"""

"""Sending, in the order of the walk: plan, launch, claim, deliver, record; recover what was cut off."""

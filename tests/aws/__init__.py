"""The AWS that the tests and the local platform run against: moto in-process, mended.

`python -m aws.server` starts it. `front.py` is the way of one call; everything else is a room on that way.
"""

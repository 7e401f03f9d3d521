"""Trails of AWS CloudTrail: what they record, into which bucket and under which key. Of what happens, only that a trail
was started is delivered.
"""

"""Volumes of pods, as directories of this machine that are bound into the containers."""

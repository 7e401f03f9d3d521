"""Redshift, by its Data API."""

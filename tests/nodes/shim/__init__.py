"""The parent of one container's process. Needs the standard library only: it starts without site packages."""

"""What breaks controllers: death after any call, any fault at any call, stale views, unseen states."""
